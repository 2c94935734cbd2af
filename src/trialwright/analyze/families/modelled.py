"""The mean change of each measure at each visit from everybody seen at any, by a mixed model for repeated measures."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from trialwright.analyze.material import Line, Material, assumptions, estimands_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.study import DisplayUse, Visit

METHOD = "mmrm"
MODEL = (
    "Change from baseline ~ visit + baseline, at the mean baseline; participants with a baseline and at least one "
    "later value; values missing at random are allowed for, nothing is filled in"
)
FALLBACK = ("toeph", "ar1h", "csh")
"""Tried in this order where the unstructured covariance does not converge: the richest that the data carry."""

FEWEST = 5
"""With fewer participants no covariance between visits can be told from noise."""


def modelled(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `estimate`, `se`, `df`, `lower`, `upper` a role and visit (`phga.W12`).

    Shape:    measures whose change from baseline has one unit in everybody: not an enzyme chosen for each participant.
    Missing:  a model that does not converge is a line without values that says so.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        members = material.members(estimand.population)
        among = frozenset(members)
        roles = material.catalog.criterion(estimand.variable.entry).roles
        for role, name in estimand.variable.measures.items():
            instrument, _, measure = name.partition(".")
            measure = measure or next(iter(material.catalog.instrument(instrument).measures), "")
            found = [r for r in material.of(f"{instrument}.{measure}") if r.participant_id in among]
            if any(r.chosen for r in found):
                continue
            line = Line(
                display=use.number, row=role, label=roles[role].en, estimand=estimand.name,
                analysis_set=estimand.population, assumed=assumptions(estimand.origin),
                records=tuple(r.id for r in found), participants=members,
            )  # fmt: skip
            rows += _measure(material, line, found)
    return rows


def _measure(material: Material, line: Line, found: Sequence[AnalysisRecord]) -> list[ResultRow]:
    after = [v for v in material.study.visits if v.kind == "planned" and any(r.visit == v.name for r in found)]
    data = _data(found, after)
    unit = next((r.unit for r in found if r.unit), "")
    if len({row["participant"] for row in data}) < FEWEST or not after:
        why = f"fewer than {FEWEST} participants with a change: no model is fitted"
        return [line.says("estimate", None, method=MODEL, warnings=(why,))]
    result = material.catalog.estimate(
        METHOD,
        {
            "data": data, "response": "change", "subject": "participant", "visit": "visit",
            "fixed": ["visit", "baseline"], "fallback": list(FALLBACK),
        },
    )  # fmt: skip
    if not isinstance(result, MethodResult) or not result.rows:
        found_why = result.warnings if isinstance(result, MethodResult) else tuple(p.sentence() for p in result)
        return [line.says("estimate", None, method=MODEL, warnings=found_why or ("the model gives no mean",))]
    means = {each.labels.get("visit", ""): each for each in result.rows}
    rows: list[ResultRow] = []
    for visit in (v for v in after if v.name in means):
        at = msgspec.structs.replace(line, row=f"{line.row}.{visit.name}", label=f"{line.label}: {visit.title.en}")
        seen = sum(row["visit"] == visit.name and row["change"] is not None for row in data)
        rows.append(at.says("n", seen, method=MODEL))
        rows += _said(at, means[visit.name], result, unit)
    return rows


def _data(found: Sequence[AnalysisRecord], after: Sequence[Visit]) -> list[dict[str, str | Fraction | None]]:
    names = [visit.name for visit in after]
    return [
        {"participant": r.participant_id, "visit": r.visit, "baseline": r.baseline, "change": r.change}
        for r in found
        if r.visit in names and isinstance(r.baseline, Fraction) and isinstance(r.change, Fraction)
    ]


def _said(at: Line, mean: Estimate, result: MethodResult, unit: str) -> list[ResultRow]:
    values = {"estimate": mean.estimate, "se": mean.se, "df": mean.df, "lower": mean.lower, "upper": mean.upper}
    return [
        at.says(
            name, value, unit="" if name == "df" else unit, decimals=1 if name == "df" else 2,
            method=result.method, warnings=(*mean.warnings, *result.warnings),
        )
        for name, value in values.items()
    ]  # fmt: skip
