"""Criteria that ask what is present: the account of a verdict over questions answered yes, no or not at all."""

from collections.abc import Mapping, Sequence

from trialwright.catalog.criteria.operators import Outputs, flag
from trialwright.model.entry import Reason
from trialwright.model.expression import Truth


def asked(names: Sequence[str]) -> dict[str, Truth]:
    """One truth a question, as outputs of a rule: `has_rash` where the column `rash` is 1."""
    return {f"has_{name}": flag(name) for name in names}


def found_reasons(outputs: Outputs, names: Sequence[str]) -> list[Reason]:
    """What is present, what is absent and what is not known; a list that is empty is left out."""
    lists: Mapping[str, list[str]] = {
        "present": [n for n in names if outputs[f"has_{n}"]],
        "absent": [n for n in names if outputs[f"has_{n}"] is False],
        "not_known": [n for n in names if outputs[f"has_{n}"] is None],
    }
    return [Reason(key, {"measures": ",".join(names)}) for key, names in lists.items() if names]


def not_known(outputs: Outputs, names: Sequence[str]) -> list[str]:
    return [n for n in names if outputs[f"has_{n}"] is None]


def decided(verdict: object, low: str, high: str, open_: Sequence[str]) -> Reason:
    """The verdict with the category reached: the least and the most that the answers allow, as keys of sentences."""
    if verdict is None:
        return Reason("checklist_open", {"measures": ",".join(open_)})
    key = "checklist_met" if verdict else "checklist_not_met"
    fields = {"low_clauses": low.replace(" ", "_")}
    if low == high:
        return Reason(key, fields)
    return Reason(f"{key}_open", {**fields, "high_clauses": high.replace(" ", "_")})
