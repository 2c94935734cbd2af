"""Who was screened, enrolled, treated, and how each ended."""

from collections import defaultdict

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
NOT_STATED = "not_stated"


def disposition(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` a state, and its `rate` of those enrolled; withdrawal by reason below it.

    Missing: a state that is unknown for somebody does not count them; the row warns of how many.
    """
    everybody, enrolled = tuple(material.participants), material.with_fact("enrolled")
    screened = _line(material, use, ("screened", "Screened"), "enrolled", found=everybody)
    rows = [screened.says("n", len(everybody))]
    for state, label in STATES.items():
        whole = None if state == "screen_failure" else enrolled
        rows += _state(material, use, (state, label), whole)
        if state == "withdrawn":
            rows += _reasons(material, use, enrolled)
    return rows


def _state(
    material: Material, use: DisplayUse, named: tuple[str, str], whole: tuple[str, ...] | None
) -> list[ResultRow]:
    state, label = named
    found = material.with_fact(state)
    unknown = [p for p in material.participants.values() if p.facts.get(state, False) is None]
    line = _line(material, use, named, state, found=found, whole=whole)
    warnings = [f"{label}: unknown for {len(unknown)} participant(s)"] if unknown else []
    counted = line.counted(len(found))
    return [line.says("n", len(found), warnings=warnings), *counted[1:]]


def _reasons(material: Material, use: DisplayUse, enrolled: tuple[str, ...]) -> list[ResultRow]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for pid in material.with_fact("withdrawn"):
        by_reason[str(material.participants[pid].facts.get("withdrawn_reason") or NOT_STATED)].append(pid)
    rows = []
    for reason, who in sorted(by_reason.items()):
        named = (f"withdrawn.{reason}", f"Withdrawn: {reason.replace('_', ' ')}")
        rows += _line(material, use, named, "withdrawn_reason", found=tuple(who), whole=enrolled).counted(len(who))
    return rows


def _line(
    material: Material,
    use: DisplayUse,
    named: tuple[str, str],
    fact: str,
    *,
    found: tuple[str, ...],
    whole: tuple[str, ...] | None = None,
) -> Line:
    return Line(
        display=use.number,
        row=named[0],
        label=named[1],
        denominator=None if whole is None else len(whole),
        records=material.facts(fact, found),
        # Those it is a rate of are behind the number too, not only those it counts.
        participants=tuple(dict.fromkeys((*found, *(whole or ())))),
    )
