"""Eligibility: each criterion met, not met or undecided, with the values it was decided from."""

import msgspec

from trialwright.capture.conditions import compiled
from trialwright.capture.values import Values, fields_of, in_item_units, qualified, shown_text
from trialwright.catalog.evaluator import RowValue
from trialwright.model.ledger import Blank
from trialwright.model.quantity import Code, Value
from trialwright.model.study import EligibilityCriterion, Study
from trialwright.model.text import Text

ANSWER = "eligibility.{name}"
"""The item in which an investigator decides a criterion that no expression decides."""


class Evidence(msgspec.Struct, frozen=True):
    """A value that bears on a criterion: item, what stands there ("" for nothing yet), its seq (0 for none)."""

    item: str
    text: str
    seq: int


class CriterionState(msgspec.Struct, frozen=True, kw_only=True):
    """One eligibility criterion for one participant. `met` None: it cannot be decided from what is there."""

    name: str
    kind: str
    text: Text
    met: bool | None
    decided_by: str  # "expression" or "investigator"
    evidence: tuple[Evidence, ...]


def check_eligibility(
    study: Study, values: Values, facts: dict[str, RowValue] | None = None
) -> tuple[CriterionState, ...]:
    """
    Every criterion in the order of the definition, in three-valued logic: a missing value leaves undecided only what
    depends on it. An item without a visit is read at the first visit that has it.
    """
    found = qualified(study, values)
    fields = {field.name: field for form in study.forms for field in fields_of(form)}
    named = [
        msgspec.structs.replace(fields[name.rpartition("/")[2]], name=name)
        for name in found
        if name.rpartition("/")[2] in fields
    ]
    row: dict[str, RowValue] = {**(facts or {}), **in_item_units(named, found)}
    seqs: dict[str, int] = {}
    for slot, held in values.items():
        if slot.row == 0 and not isinstance(held.value, Blank) and found.get(slot.item) == held.value:
            seqs.setdefault(slot.item, held.seq)
        seqs[f"{slot.visit}/{slot.item}"] = held.seq
    return tuple(_state(criterion, row, found, seqs) for criterion in study.eligibility)


def eligible(states: tuple[CriterionState, ...]) -> bool | None:
    """Met in all: True; one not met: False; else undecided."""
    if any(state.met is False for state in states):
        return False
    return True if all(state.met for state in states) else None


def _state(
    criterion: EligibilityCriterion, row: dict[str, RowValue], found: dict[str, Value], seqs: dict[str, int]
) -> CriterionState:
    answer = ANSWER.format(name=criterion.name)
    items = criterion.evidence
    met: bool | None
    if criterion.met_when is None:
        value = found.get(answer)
        met = value.code == "Y" if isinstance(value, Code) else None
        items = (answer, *(item for item in items if item != answer))
    else:
        decided = compiled(criterion.met_when)(row)
        met = decided if isinstance(decided, bool) else None
    return CriterionState(
        name=criterion.name,
        kind=criterion.kind,
        text=criterion.text,
        met=met,
        decided_by="investigator" if criterion.met_when is None else "expression",
        evidence=tuple(
            Evidence(item, shown_text(found[item]) if item in found else "", seqs.get(item, 0)) for item in items
        ),
    )
