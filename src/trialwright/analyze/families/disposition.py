"""Who was screened, enrolled, treated, and how each ended."""

from collections import Counter

from trialwright.analyze.material import Line, Material
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

STATES = {
    "screen_failure": "Screening failures",
    "enrolled": "Enrolled",
    "dosed": "Received study treatment",
    "completed": "Completed",
    "withdrawn": "Withdrawn",
    "died": "Died",
}


def disposition(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` a state, and its `rate` of those enrolled; withdrawal by reason below it.

    Missing: a state that is unknown for somebody does not count them; the row warns of how many.
    """
    enrolled = material.with_fact("enrolled")
    everybody = tuple(material.participants)
    screened = Line(
        display=use.number, row="screened", label="Screened", records=material.facts("enrolled", everybody),
        participants=everybody,
    )  # fmt: skip
    rows = [screened.says("n", len(everybody))]
    for state, label in STATES.items():
        rows += _state(material, use, state, label, None if state == "screen_failure" else len(enrolled))
        if state == "withdrawn":
            rows += _reasons(material, use, len(enrolled))
    return rows


def _state(material: Material, use: DisplayUse, state: str, label: str, denominator: int | None) -> list[ResultRow]:
    found = material.with_fact(state)
    unknown = [p for p in material.participants.values() if p.facts.get(state, False) is None]
    line = Line(
        display=use.number,
        row=state,
        label=label,
        denominator=denominator,
        records=material.facts(state, found),
        participants=found,
    )
    warnings = [f"{label}: unknown for {len(unknown)} participant(s)"] if unknown else []
    rows = line.counted(len(found))
    return [line.says("n", len(found), warnings=warnings), *rows[1:]]


def _reasons(material: Material, use: DisplayUse, denominator: int) -> list[ResultRow]:
    withdrawn = material.with_fact("withdrawn")
    reasons = Counter(
        str(material.participants[pid].facts.get("withdrawn_reason") or "not stated") for pid in withdrawn
    )
    rows = []
    for reason in sorted(reasons):
        who = tuple(
            pid
            for pid in withdrawn
            if str(material.participants[pid].facts.get("withdrawn_reason") or "not stated") == reason
        )
        line = Line(
            display=use.number,
            row=f"withdrawn.{reason.replace(' ', '_')}",
            label=f"Withdrawn: {reason.replace('_', ' ')}",
            denominator=denominator,
            records=material.facts("withdrawn_reason", who),
            participants=who,
        )
        rows += line.counted(reasons[reason])
    return rows
