"""A rule of the registration linter: what it says, where it comes from, and the small function that looks."""

from collections.abc import Callable, Iterable

import msgspec

from trialwright.model.problem import Severity
from trialwright.register.subject import Subject


class Found(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One place where a rule holds. What is left empty is said by the rule itself."""

    where: str
    found: str
    quote: str = ""  # the record's own words, shown in any language
    expected: str = ""
    cure: str = ""
    wording: str = ""  # what could be written instead, where that can be said: stands behind the cure
    severity: Severity | None = None


FAMILIES = {
    "1": "Dates, clock and status",
    "2": "Titles, summary and identity",
    "3": "Design",
    "4": "Conditions, interventions and arms",
    "5": "Outcome measures",
    "6": "Eligibility",
    "7": "Contacts, oversight and data sharing",
    "8": "Text",
    "9": "Required elements and lengths",
}

Look = Callable[[Subject], Iterable[Found]]


class RegistrationRule(msgspec.Struct, frozen=True, kw_only=True):
    """
    One rule: what it says, why that matters, where it comes from.

    `needs` are the v2 paths without which it cannot be judged: where a copy lost one, the answer is "cannot be judged"
    under the same code. `catches` are the numbers of the seed's catch list that it answers.
    """

    code: str
    severity: Severity
    title: str
    why: str
    source: str
    expected: str
    cure: str
    example: str
    needs: tuple[str, ...]
    look: Look
    catches: tuple[int, ...] = ()
    common: str = ""  # how many real records are met, where that is a quarter or more
    studies: tuple[str, ...] = ("INTERVENTIONAL", "OBSERVATIONAL", "EXPANDED_ACCESS", "")


def family(code: str) -> str:
    """The family of a rule, told by the first digit of its number."""
    return FAMILIES.get(code.rpartition("-")[2][:1], "")


def rule(
    code: str,
    severity: Severity,
    title: str,
    *,
    why: str,
    source: str,
    expected: str,
    cure: str,
    example: str,
    needs: tuple[str, ...],
    catches: tuple[int, ...] = (),
    common: str = "",
    interventional: bool = False,
) -> Callable[[Look], RegistrationRule]:
    """Make a rule of the function below it. `interventional`: asked of interventional studies only."""

    def made(look: Look) -> RegistrationRule:
        return RegistrationRule(
            code=code,
            severity=severity,
            title=title,
            why=why,
            source=source,
            expected=expected,
            cure=cure,
            example=example,
            needs=tuple(f"protocolSection.{path}" for path in needs),
            look=look,
            catches=catches,
            common=common,
            studies=("INTERVENTIONAL", "")
            if interventional
            else ("INTERVENTIONAL", "OBSERVATIONAL", "EXPANDED_ACCESS", ""),
        )

    return made
