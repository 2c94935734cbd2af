"""A value over time with its missing values filled in many times over, and with the filled-in ones shifted."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from trialwright.analyze.conclusions import without_control
from trialwright.analyze.material import Line, Material, assumptions, estimands_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.study import DisplayUse, Estimand, MethodUse

METHOD = "multiple_imputation"
NO_BASELINE = "{n} participant(s) without a baseline are left out: there is nothing to impute a change from"


def imputed(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `imputed`, `estimate`, `se`, `df`, `lower`, `upper`, `p_value` a visit (`W12`), then a shift.

    Shape:    the change from baseline to each visit up to the estimand's, after its strategies: what an event ended
              is missing, and filled in. The draws follow from the seed that the definition declares alone.
    Missing:  participants without a baseline are left out, and said; a method that refuses gives a row that says why.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "value"):
        for method in (each for each in estimand.summary if each.method == METHOD):
            rows += _estimand(material, use, estimand, method)
    return rows


def _estimand(material: Material, use: DisplayUse, estimand: Estimand, method: MethodUse) -> list[ResultRow]:
    members = material.members(estimand.population)
    among = frozenset(members)
    course = [r for r in material.of(f"{estimand.name}:course") if r.participant_id in among]
    begun = {r.participant_id for r in course if isinstance(r.baseline, Fraction)}
    used = [r for r in course if r.participant_id in begun]
    line = Line(
        display=use.number, row="", label="", estimand=estimand.name, analysis_set=estimand.population,
        assumed=assumptions(estimand.origin, *estimand.assumed), records=tuple(r.id for r in course),
        participants=members,
    )  # fmt: skip
    warnings = list(without_control(material.study))
    if len(begun) < len(members):
        warnings.append(NO_BASELINE.format(n=len(members) - len(begun)))
    result = material.catalog.estimate(METHOD, {**_data(used), **method.parameters}) if used else []
    if not isinstance(result, MethodResult):
        end = msgspec.structs.replace(
            line, row=estimand.variable.visit, label=_title(material, estimand.variable.visit)
        )
        why = tuple(problem.sentence() for problem in result) or ("there is nobody with a baseline",)
        return [end.says("estimate", None, warnings=why)]
    unit = next((r.unit for r in used if r.unit), "")
    rows: list[ResultRow] = []
    for each in result.rows:
        if each.labels["delta"] != "0" and each.labels["visit"] != estimand.variable.visit:
            continue  # how far the assumption may be off is asked of the endpoint, not of every visit on the way
        rows += _line(material, line, used, each, (unit, (*result.warnings, *warnings)))
    return rows


def _data(used: Sequence[AnalysisRecord]) -> dict[str, str | list[dict[str, str | Fraction | None]]]:
    """The arguments that come from the data: what the definition says may add to them, never replace them."""
    rows: list[dict[str, str | Fraction | None]] = [
        {
            "participant": r.participant_id,
            "visit": r.visit,
            "baseline": r.baseline if isinstance(r.baseline, Fraction) else None,
            "change": r.change if isinstance(r.change, Fraction) else None,
        }
        for r in used
    ]
    return {"data": rows, "response": "change", "subject": "participant", "visit": "visit", "covariates": "baseline"}


def _line(
    material: Material, line: Line, used: Sequence[AnalysisRecord], mean: Estimate, told: tuple[str, tuple[str, ...]]
) -> list[ResultRow]:
    unit, warnings = told
    visit, delta = mean.labels["visit"], mean.labels["delta"]
    title = _title(material, visit)
    at = msgspec.structs.replace(
        line,
        row=visit if delta == "0" else f"{visit}.shift_{delta}",
        label=title if delta == "0" else f"{title}, imputed values shifted by {delta}",
    )
    seen = sum(r.visit == visit and isinstance(r.change, Fraction) for r in used)
    everybody = len({r.participant_id for r in used})
    rows = [at.says("n", seen, method=mean.method), at.says("imputed", everybody - seen, warnings=warnings)]
    for name, value in (("estimate", mean.estimate), ("se", mean.se), ("df", mean.df), ("lower", mean.lower),
                        ("upper", mean.upper), ("p_value", mean.p_value)):  # fmt: skip
        decimals = None if name == "p_value" else 1 if name == "df" else 2
        why = () if value is not None else ("everybody has the same change: there is no interval",)
        rows.append(
            at.says(name, value, unit="" if name in ("df", "p_value") else unit, decimals=decimals, warnings=why)
        )
    return rows


def _title(material: Material, visit: str) -> str:
    return material.study.visit(visit).title.en
