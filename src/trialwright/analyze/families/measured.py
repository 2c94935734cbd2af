"""A measure at each visit and its change from baseline, as measured: no strategy, nothing filled in."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from trialwright.analyze.material import Line, Material, decimals_of, described, population_of, setting
from trialwright.analyze.rates import paired_rows
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, MethodUse

TESTS = (MethodUse(method="signed_rank"),)
VALUES_ONLY = "As measured at each visit, whatever else happened"
AS_MEASURED = f"{VALUES_ONLY}; change is value minus baseline, of those with both"


def measured(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line a visit: `n`, `missing`, the value described, its change described and estimated (signed rank).

    Shape:    parameter `measure` names it ("physician_global.vas"); of several each has its lines (`ck.W4`); `tested:
              yes` adds the estimate of the change.
    Missing:  counted, never filled in.
    """
    members = material.members(population_of(material, use))
    named = setting(material, use, "measure").split()
    rows: list[ResultRow] = []
    among = frozenset(members)
    for parameter in named:
        prefix = f"{parameter.rpartition('.')[2]}." if len(named) > 1 else ""
        words = f"{_label(material, parameter)}: " if len(named) > 1 else ""
        for visit in material.study.visits:
            mine = [r for r in material.of(parameter, visit.name) if r.participant_id in among]
            written = decimals_of(r.value for r in material.of(parameter) if isinstance(r.value, Fraction))
            if mine and visit.kind in ("screening", "baseline", "planned"):
                # What was measured at screening is shown beside the baseline, never as a change from it.
                changes = {} if visit.kind == "screening" else _changes(material, mine)
                rows += _visit(
                    material, use, (f"{prefix}{visit.name}", f"{words}{visit.title.en}"), mine,
                    changes=changes, written=written,
                )  # fmt: skip
    return rows


def _label(material: Material, parameter: str) -> str:
    instrument, _, name = parameter.partition(".")
    entry = material.catalog.instrument(instrument)
    labels = {item.name: item.label.en for item in entry.items}
    labels |= {score.name: score.label.en for score in entry.scores}
    return labels.get(name, name)


def _changes(material: Material, mine: Sequence[AnalysisRecord]) -> dict[str, Fraction | None]:
    """Participant -> change: the measure's own, or of a bare value from that of the baseline visit."""
    baseline = next((v.name for v in material.study.visits if v.kind == "baseline"), "")
    if mine[0].kind != "value":
        return {r.participant_id: _number(r.change) for r in mine if r.change is not None}
    if mine[0].visit == baseline:
        return {}
    before = {r.participant_id: _number(r.value) for r in material.of(mine[0].parameter, baseline)}
    pairs = {r.participant_id: (_number(r.value), before.get(r.participant_id)) for r in mine}
    return {pid: None if now is None or then is None else now - then for pid, (now, then) in pairs.items()}


def _number(value: object) -> Fraction | None:
    return value if isinstance(value, Fraction) else None


def _visit(
    material: Material,
    use: DisplayUse,
    named: tuple[str, str],
    mine: Sequence[AnalysisRecord],
    *,
    changes: Mapping[str, Fraction | None],
    written: int,
) -> list[ResultRow]:
    population = population_of(material, use)
    members = material.members(population)
    values = [r.value for r in mine if isinstance(r.value, Fraction)]
    both = [change for change in changes.values() if change is not None]
    unit = next((r.unit for r in mine if r.unit), "")
    behind = [r.id for r in mine]
    if changes and mine[0].kind == "value":
        baseline = next((v.name for v in material.study.visits if v.kind == "baseline"), "")
        behind += [r.id for r in material.of(mine[0].parameter, baseline) if r.participant_id in changes]
    line = Line(
        display=use.number, row=named[0], label=named[1], analysis_set=population,
        denominator=len(members), records=tuple(behind), participants=tuple(members),
    )  # fmt: skip
    told = AS_MEASURED if setting(material, use, "change") != "no" else VALUES_ONLY
    rows = [line.says("n", len(values), method=told), line.says("missing", len(members) - len(values))]
    rows += described(material.catalog, line, values, unit=unit, measured=written)
    if changes:
        rows.append(line.says("change_n", len(both)))
        rows += described(material.catalog, line, both, prefix="change_", unit=unit, measured=written)
        if setting(material, use, "tested") == "yes" and both:
            rows += paired_rows(line, TESTS, both, material.catalog, printed=(unit, written + 1))
    return rows
