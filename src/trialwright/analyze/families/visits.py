"""Visits held of those due, and whether they were in their window."""

from trialwright.analyze.material import Line, Material, population_of
from trialwright.model.analysis import ResultRow
from trialwright.model.quantity import Missing
from trialwright.model.study import DisplayUse

DUE = "Due: every participant of the set at every visit of the schedule, left or not"
UNSAID = "A visit without a window, or before the first dose is known, is in none of the three columns of windows"


def visits(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` held and its `rate` of those due, then `in_window`, `early`, `late`, `not_held`, a line a visit.

    Missing:  a visit without a date was not held; a held one whose window cannot be judged is in no column of windows.
    """
    population = population_of(material, use)
    members = material.members(population)
    among = frozenset(members)
    rows: list[ResultRow] = []
    for visit in material.study.visits:
        if visit.kind not in ("screening", "baseline", "planned"):
            continue
        found = [r for r in material.of("visit", visit.name) if r.participant_id in among]
        held = [r for r in found if r.date and not isinstance(r.value, Missing)]
        line = Line(
            display=use.number, row=visit.name, label=visit.title.en, analysis_set=population,
            denominator=len(members), records=tuple(r.id for r in found), participants=members,
        )  # fmt: skip
        n, rate = line.counted(len(held))
        rows += [
            line.says("n", n.value, method=DUE),
            rate,
            line.says("in_window", sum(r.in_window is True for r in held), method=UNSAID),
            line.says("early", sum("early" in r.flags for r in held)),
            line.says("late", sum("late" in r.flags for r in held)),
            line.says("not_held", len(members) - len(held)),
        ]
    return rows
