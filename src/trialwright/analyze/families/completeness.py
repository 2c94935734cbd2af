"""What was measured of what was due, a line a visit and a column a measure."""

from fractions import Fraction

from trialwright.analyze.material import Line, Material, estimands_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

DUE = "Due: every participant of the set at every visit of the schedule that asks the measure, left or not"


def completeness(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` values there and `rate` of those due, a line a visit and measure (`W12.phga`); `W12.all`: every measure there.

    Missing:  a visit that did not take place has none of its values; nobody leaves the denominator.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        members = material.members(estimand.population)
        among = frozenset(members)
        roles = material.catalog.criterion(estimand.variable.entry).roles
        named = {role: _parameter(material, name) for role, name in estimand.variable.measures.items()}
        for visit in material.study.visits:
            there: dict[str, set[str]] = {}
            ids: list[str] = []
            for role, parameter in named.items():
                found = [r for r in material.of(parameter, visit.name) if r.participant_id in among]
                ids += [r.id for r in found]
                if found:
                    there[role] = {r.participant_id for r in found if isinstance(r.value, Fraction)}
            if not there or visit.kind not in ("baseline", "planned"):
                continue
            lines = [(role, roles[role].en, who) for role, who in there.items()]
            everything = set.intersection(*there.values())
            for role, label, who in (*lines, ("all", "every measure", everything)):
                line = Line(
                    display=use.number, row=f"{visit.name}.{role}", label=f"{visit.title.en}: {label}",
                    estimand=estimand.name, analysis_set=estimand.population, denominator=len(members),
                    records=tuple(ids), participants=members,
                )  # fmt: skip
                n, rate = line.counted(len(who))
                rows += [line.says("n", n.value, method=DUE), rate]
    return rows


def _parameter(material: Material, name: str) -> str:
    instrument, _, measure = name.partition(".")
    return f"{instrument}.{measure or next(iter(material.catalog.instrument(instrument).measures), '')}"
