"""How many participants came down to a dose, or by a share of it."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.analyze.material import Line, Material, assumptions, estimands_of, setting
from trialwright.analyze.rates import Observed, method_rows
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, MethodUse

INTERVAL = MethodUse(method="proportion_ci", parameters={"method": "clopper_pearson"})


NOT_REACHED = "Whoever has no dose at the visit stays in the denominator and counts as not having reached the threshold"


def thresholds(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `rate` and interval of: `reduced_<p>` by at least p percent, `at_most_<d>`, `not_above` baseline, `stopped`.

    Shape:    parameters `reduced_by_pct` and `at_most` list the thresholds; whoever has none at baseline cannot reduce.
    Missing:  whoever has no value stays in the denominator and is in no line; `missing` counts them.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "value"):
        members = material.members(estimand.population)
        among = frozenset(members)
        found = [r for r in material.of(estimand.name) if r.participant_id in among]
        unit = next((r.unit for r in found if r.unit), "")
        lines: list[tuple[str, str, list[AnalysisRecord]]] = []
        for percent in setting(material, use, "reduced_by_pct").split():
            label = f"Reduced by at least {percent} %"
            lines.append((f"reduced_{percent}", label, [r for r in found if _reduced(r, Fraction(percent))]))
        for dose in setting(material, use, "at_most").split():
            lines.append(
                (f"at_most_{dose}", f"At most {dose} {unit}".strip(), [r for r in found if _at_most(r, Fraction(dose))])
            )
        lines.append(("not_above", "Not above baseline", [r for r in found if _reduced(r, Fraction(0), equal=True)]))
        lines.append(("none", "None at all", [r for r in found if r.value == 0]))
        known = [r for r in found if isinstance(r.value, Fraction)]
        for name, label, hits in lines:
            line = Line(
                display=use.number, row=name, label=label, estimand=estimand.name,
                analysis_set=estimand.population, denominator=len(members),
                assumed=assumptions(estimand.origin), records=tuple(r.id for r in found), participants=members,
            )  # fmt: skip
            n, rate = line.counted(len(hits))
            rows += [line.says("n", n.value, method=NOT_REACHED), rate]
            rows.append(line.says("missing", len(members) - len(known)))
            rows += _interval(material, line, Observed(len(hits), len(members)))
    return rows


def _interval(material: Material, line: Line, observed: Observed) -> Sequence[ResultRow]:
    if not observed.participants:
        return ()
    supplied = {"x": observed.responders, "n": observed.participants}
    made = method_rows(line, (INTERVAL,), supplied, material.catalog)
    return [row for row in made if row.statistic in ("lower", "upper")]


def _reduced(record: AnalysisRecord, percent: Fraction, *, equal: bool = False) -> bool:
    before, now = record.baseline, record.value
    if not isinstance(before, Fraction) or not isinstance(now, Fraction):
        return False
    if equal:
        return now <= before
    return before > 0 and now <= before * (1 - percent / 100)


def _at_most(record: AnalysisRecord, dose: Fraction) -> bool:
    return isinstance(record.value, Fraction) and record.value <= dose
