"""What each core set measure did by itself, by the response criterion's own thresholds."""

from trialwright.analyze.material import Line, Material, assumptions, estimands_of
from trialwright.analyze.verdicts import verdicts_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

COUNTED = (
    'Improved and worsened by the thresholds of the question "{says}?", as measured, whatever else happened; '
    "unchanged: neither of them; missing: no value at baseline or at the visit"
)
"""What the counts mean, with the question they belong to."""


def components(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `improved`, `unchanged`, `worsened`, `missing` a role, over the whole population; they add up to it.

    Shape:   roles in the criterion's order; improved and worsened are the criterion's own outputs of these names.
    Missing: a measure without one of its two values, or whose rise from zero the criterion leaves open.
    """
    rows: list[ResultRow] = []
    estimands = estimands_of(material, use, "response")
    for estimand in estimands:
        verdicts = verdicts_of(material, estimand)
        roles = material.catalog.criterion(estimand.variable.entry).roles
        for role in (role for role in roles if role in estimand.variable.measures):
            improved = sum(r.counts.get(f"improved_{role}") == 1 for r in verdicts.records)
            worsened = sum(r.counts.get(f"worsened_{role}") == 1 for r in verdicts.records)
            same = sum(
                r.counts.get(f"improved_{role}") == 0 and r.counts.get(f"worsened_{role}") == 0
                for r in verdicts.records
            )
            line = Line(
                display=use.number,
                row=role if estimand is estimands[0] else f"{estimand.name}.{role}",
                label=roles[role].en,
                estimand=estimand.name,
                analysis_set=estimand.population,
                denominator=len(verdicts.members),
                assumed=assumptions(estimand.origin),
                records=verdicts.ids,
                participants=verdicts.members,
            )
            rows += [
                line.says("improved", improved, method=COUNTED.format(says=estimand.says.strip().rstrip(".?"))),
                line.says("unchanged", same),
                line.says("worsened", worsened),
                line.says("missing", len(verdicts.members) - improved - same - worsened),
            ]
    return rows
