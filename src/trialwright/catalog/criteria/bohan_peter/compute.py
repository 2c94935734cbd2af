"""Bohan and Peter: four muscle criteria counted, the rash deciding between the two diseases."""

from typing import NamedTuple

from trialwright.catalog.criteria.checklists import asked, decided, found_reasons, not_known
from trialwright.catalog.criteria.operators import Outputs, flag
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import All, AnyOf, AtLeast, Certain, CountTrue, Expr, Not, Rule, Truth

MUSCLE = ("weakness", "enzymes", "emg", "biopsy")
QUESTIONS = (*MUSCLE, "rash")
CERTAINTIES = ("possible", "probable", "definite")
# How many muscle criteria make it possible, probable, definite: PMC4386581 Table 1.
WITH_RASH, WITHOUT = (1, 2, 3), (2, 3, 4)
NOT_MET = "not met"
WORDS_FROM = ("n_muscle", "has_rash", "n_open", "excluded")


class Bounds(NamedTuple):
    """The least and the most that the answers allow; equal where nothing unknown matters."""

    least: str
    most: str

    def __str__(self) -> str:
        return self.least if self.least == self.most else f"undetermined:{self.least}..{self.most}"


def rule(parameters: Parameters) -> Rule:
    """
    Whether the wanted disease is met with at least the wanted certainty.

    Shape:    `verdict`, `n_muscle`, `n_open` (muscle criteria without an answer), `excluded`; `has_x` a question.
    Missing:  three-valued: a question without an answer may be either; without an answer nothing is excluded.
    Source:   entry.yaml.
    """
    muscle = tuple(flag(name) for name in MUSCLE)
    place = CERTAINTIES.index(parameters.choice("certainty"))
    with_rash, without = AtLeast(WITH_RASH[place], muscle), AtLeast(WITHOUT[place], muscle)
    wanted: dict[str, Truth] = {
        "dermatomyositis": All((flag("rash"), with_rash)),
        "polymyositis": All((Not(flag("rash")), without)),
        # Enough for polymyositis is enough for either, whatever the skin shows.
        "either": AnyOf((All((flag("rash"), with_rash)), without)),
    }
    excluded = Certain(flag("excluded"))
    outputs: dict[str, Expr] = {
        "verdict": All((wanted[parameters.choice("disease")], Not(excluded))),
        "n_muscle": CountTrue(muscle),
        "n_open": CountTrue(tuple(Not(Certain(AnyOf((truth, Not(truth))))) for truth in muscle)),
        "excluded": excluded,
        **asked(QUESTIONS),
    }
    return Rule((*QUESTIONS, "excluded"), outputs, optional=("excluded",))


def words(outputs: Outputs, _parameters: Parameters) -> dict[str, str]:
    """`category`: "definite dermatomyositis" ... or "not met"; `undetermined:A..B` where what is unknown decides."""
    return {"category": str(_category(outputs))}


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """The category, what was counted, what is present, absent and unknown, and what would have changed the verdict."""
    place = CERTAINTIES.index(parameters.choice("certainty"))
    counts = {
        "n": str(outputs["n_muscle"]),
        "needed": str(WITH_RASH[place]),
        "more": str(WITHOUT[place]),
    }
    low, high = _category(outputs)
    answer = decided(outputs["verdict"], low, high, not_known(outputs, QUESTIONS))
    return [
        Reason("ruled_out") if outputs["excluded"] else answer,
        Reason("counted", counts),
        *found_reasons(outputs, QUESTIONS),
        *_turning(outputs, parameters, place),
    ]


def _category(outputs: Outputs) -> Bounds:
    if outputs["excluded"]:
        return Bounds(NOT_MET, NOT_MET)
    known = int(outputs["n_muscle"] or 0)
    possible = known + int(outputs["n_open"] or 0)
    rash = outputs["has_rash"]
    least, most = _named(known, bool(rash)), _named(possible, rash is not False)
    return Bounds(least, most)


def _named(count: int, rash: bool) -> str:
    reached = [c for c, needed in zip(CERTAINTIES, WITH_RASH if rash else WITHOUT, strict=True) if count >= needed]
    if not reached:
        return NOT_MET
    return f"{reached[-1]} {'dermatomyositis' if rash else 'polymyositis'}"


def _turning(outputs: Outputs, parameters: Parameters, place: int) -> list[Reason]:
    """What would have changed the verdict; nothing where something unknown still decides."""
    if outputs["verdict"] is None:
        return []
    count, rash = int(outputs["n_muscle"] or 0), bool(outputs["has_rash"])
    needed = (WITH_RASH if rash else WITHOUT)[place]
    if outputs["verdict"]:
        return [Reason("each_present_needed" if count == needed else "one_fewer_would_do")]
    disease = parameters.choice("disease")
    if disease != "either" and (disease == "dermatomyositis") != rash and count >= needed:
        return [Reason("other_disease")]
    if outputs["excluded"]:
        return [Reason("but_for_exclusion")] if count >= needed else []
    if not rash and disease != "polymyositis" and count >= WITH_RASH[place]:
        return [Reason("rash_would")]
    return [Reason("one_more_would" if count + 1 == needed else "far")]
