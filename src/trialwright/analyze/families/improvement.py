"""How much each measure improved at the endpoint, in percent of baseline: one line a measure."""

from fractions import Fraction

from trialwright.analyze.material import Line, Material, assumptions, described, estimands_of
from trialwright.analyze.rates import paired_rows
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse, MethodUse

TESTS = (MethodUse(method="signed_rank"),)
PERCENT = (
    "Improvement in percent of the baseline value, positive is better whatever the measure; as measured, whatever "
    "else happened; of those with both values and a baseline that is not zero"
)


def improvement(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `missing`, the improvement described and estimated (signed rank: `hl`, `lower`, `upper`, `p_pratt`) a role.

    Units:    percent of baseline.
    Missing:  counted; whoever has no baseline, no value, or a baseline of zero has no percentage.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        members = material.members(estimand.population)
        among = frozenset(members)
        roles = material.catalog.criterion(estimand.variable.entry).roles
        for role, name in estimand.variable.measures.items():
            found = [
                r for r in material.of(_parameter(material, name), estimand.variable.visit) if r.participant_id in among
            ]
            values = [r.improvement_pct for r in found if isinstance(r.improvement_pct, Fraction)]
            line = Line(
                display=use.number, row=role, label=roles[role].en, estimand=estimand.name,
                analysis_set=estimand.population, denominator=len(members), assumed=assumptions(estimand.origin),
                records=tuple(r.id for r in found), participants=members,
            )  # fmt: skip
            rows += [line.says("n", len(values), method=PERCENT), line.says("missing", len(members) - len(values))]
            rows += described(material.catalog, line, values, unit="%")
            if values:
                rows += paired_rows(line, TESTS, values, material.catalog, printed=("%", 1))
    return rows


def _parameter(material: Material, name: str) -> str:
    instrument, _, measure = name.partition(".")
    return f"{instrument}.{measure or next(iter(material.catalog.instrument(instrument).measures), '')}"
