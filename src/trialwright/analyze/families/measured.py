"""A measure at each visit and its change from baseline, as measured: no strategy, nothing filled in."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.analyze.material import Line, Material, described, population_of, setting
from trialwright.analyze.rates import method_rows
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, MethodUse, Visit

TESTS = (MethodUse(method="signed_rank"),)
AS_MEASURED = "As measured at each visit, whatever else happened; change is value minus baseline, of those with both"


def measured(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line a visit: `n`, `missing`, the value described, its change described and estimated (signed rank).

    Shape:    parameter `measure` names it ("physician_global.vas"); `tested: yes` adds the estimate of the change.
    Missing:  counted, never filled in.
    """
    members = material.members(population_of(material, use))
    parameter = setting(material, use, "measure")
    rows: list[ResultRow] = []
    among = frozenset(members)
    for visit in material.study.visits:
        mine = [r for r in material.of(parameter, visit.name) if r.participant_id in among]
        if not mine or visit.kind not in ("screening", "baseline", "planned"):
            continue
        # What was measured at screening is shown beside the baseline, never as a change from it.
        rows += _visit(material, use, visit, mine, members)
    return rows


def _visit(
    material: Material,
    use: DisplayUse,
    visit: Visit,
    mine: Sequence[AnalysisRecord],
    members: Sequence[str],
) -> list[ResultRow]:
    values = [r.value for r in mine if isinstance(r.value, Fraction)]
    after = [] if visit.kind == "screening" else [r for r in mine if r.change is not None]
    changes = [r.change for r in after if isinstance(r.change, Fraction)]
    unit = next((r.unit for r in mine if r.unit), "")
    line = Line(
        display=use.number, row=visit.name, label=visit.title.en, analysis_set=population_of(material, use),
        denominator=len(members), records=tuple(r.id for r in mine), participants=tuple(members),
    )  # fmt: skip
    rows = [line.says("n", len(values), method=AS_MEASURED), line.says("missing", len(members) - len(values))]
    rows += described(material.catalog, line, values, unit=unit)
    if after:
        rows.append(line.says("change_n", len(changes)))
        rows += described(material.catalog, line, changes, prefix="change_", unit=unit)
        if setting(material, use, "tested") == "yes" and changes:
            made = method_rows(line, TESTS, {"x": changes}, material.catalog)
            wanted = ("hl", "lower", "upper", "p_pratt")
            rows += [
                line.says(r.statistic, r.value, unit=unit if r.statistic != "p_pratt" else "",
                          decimals=None if r.statistic == "p_pratt" else 2, method=r.method, warnings=r.warnings)
                for r in made
                if r.statistic in wanted
            ]  # fmt: skip
    return rows
