"""A response score as a number: its distribution, how many reach each category, and what each measure brings to it."""

from fractions import Fraction

import msgspec

from trialwright.analyze.material import Line, Material, assumptions, described, estimands_of, setting
from trialwright.analyze.rates import Observed, method_rows
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse, MethodUse

INTERVAL = MethodUse(method="proportion_ci", parameters={"method": "clopper_pearson"})
CERTAIN = "Points that are certain: a measure that is missing brings none, so that the score can only be higher"
WHOLE = "Described are scores with every measure there"


def score(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `score` described; `at_least_<t>` with `n`, `rate` and interval a threshold; `points_<role>` described a measure.

    Shape:    parameter `thresholds` lists the points; the counts are of the whole population.
    Missing:  a score with a missing measure is left out of the description and counted by the points that are certain.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        members = material.members(estimand.population)
        among = frozenset(members)
        found = [r for r in material.of(estimand.name) if r.kind == "response" and r.participant_id in among]
        roles = material.catalog.criterion(estimand.variable.entry).roles

        base = Line(
            display=use.number, row="", label="", estimand=estimand.name, analysis_set=estimand.population,
            denominator=len(members), assumed=assumptions(estimand.origin),
            records=tuple(r.id for r in found), participants=members,
        )  # fmt: skip
        whole = [r.counts["lower"] for r in found if "lower" in r.counts and r.counts["lower"] == r.counts.get("upper")]
        rows += _described(material, _at(base, "score", "Total score, points"), whole, len(members), WHOLE)
        for text in setting(material, use, "thresholds").split():
            reached = sum(r.counts.get("lower", Fraction(-1)) >= Fraction(text) for r in found)
            at = _at(base, f"at_least_{text}", f"At least {text} points")
            n, rate = at.counted(reached)
            rows += [at.says("n", n.value, method=CERTAIN), rate]
            rows += _interval(material, at, Observed(reached, len(members)))
        for role in (role for role in roles if any(f"points_{role}" in r.counts for r in found)):
            points = [r.counts[f"points_{role}"] for r in found if f"points_{role}" in r.counts]
            at = _at(base, f"points_{role}", f"Points from {roles[role].en}")
            rows += _described(material, at, points, len(members), "")
    return rows


def _at(base: Line, row: str, label: str) -> Line:
    return msgspec.structs.replace(base, row=row, label=label)


def _described(material: Material, line: Line, values: list[Fraction], of: int, method: str) -> list[ResultRow]:
    return [
        line.says("n", len(values), method=method),
        line.says("missing", of - len(values)),
        *described(material.catalog, line, values),
    ]


def _interval(material: Material, line: Line, observed: Observed) -> list[ResultRow]:
    if not observed.participants:
        return []
    supplied = {"x": observed.responders, "n": observed.participants}
    made = method_rows(line, (INTERVAL,), supplied, material.catalog)
    return [row for row in made if row.statistic in ("lower", "upper")]
