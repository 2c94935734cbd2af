"""A value over time: at each visit, and its change from baseline."""

from fractions import Fraction

import msgspec

from trialwright.analyze.conclusions import without_control
from trialwright.analyze.material import SUMMARY, Line, Material, assumptions, described, estimands_of
from trialwright.analyze.rates import paired_rows
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, Estimand


def change(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line a visit: `n`, `missing`, the value described, its change described (value minus baseline, paired).

    Shape:    the endpoint's visit shows the estimand's own records, after its strategies; other visits the measured.
    Missing:  counted, never filled in; the change is of those with both values.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "value"):
        instrument, _, key = estimand.variable.entry.partition(".")
        key = key or next(iter(material.catalog.instrument(instrument).measures), "")
        first = estimand is estimands_of(material, use, "value")[0]
        for visit in material.study.visits:
            at_end = visit.name == estimand.variable.visit
            parameter = estimand.name if at_end else f"{instrument}.{key}"
            records = material.of(parameter, visit.name)
            if records:
                name = visit.name if first else f"{estimand.name}.{visit.name}"
                rows += _visit(material, use, estimand, (name, visit.title.en), records)
            if at_end:
                break
    return rows


def _visit(
    material: Material, use: DisplayUse, estimand: Estimand, named: tuple[str, str], records: list[AnalysisRecord]
) -> list[ResultRow]:
    members = material.members(estimand.population)
    among = frozenset(members)
    mine = [r for r in records if r.participant_id in among]
    values = [r.value for r in mine if isinstance(r.value, Fraction)]
    changes = [r.change for r in mine if isinstance(r.change, Fraction)]
    unit = next((r.unit for r in mine if r.unit), "")
    line = Line(
        display=use.number,
        row=named[0],
        label=named[1],
        estimand=estimand.name,
        analysis_set=estimand.population,
        denominator=len(members),
        assumed=assumptions(estimand.origin, *estimand.assumed),
        records=tuple(r.id for r in mine),
        participants=members,
    )
    rows = [line.says("n", len(values)), line.says("missing", len(members) - len(values))]
    rows += described(material.catalog, line, values, unit=unit)
    if any(r.change is not None for r in mine):
        rows.append(line.says("change_n", len(changes)))
        told = described(material.catalog, line, changes, prefix="change_", unit=unit)
        if mine[0].kind == "value":
            # An effect before and after: what it is not, stands beside it.
            told[0] = msgspec.structs.replace(told[0], warnings=(*told[0].warnings, *without_control(material.study)))
        rows += told
    if mine and mine[0].kind == "value":
        # The estimand's own records: here its summary methods apply, to the paired changes.
        uses = [use for use in estimand.summary if use.method != SUMMARY]
        rows += paired_rows(line, uses, changes, material.catalog, printed=(unit, 2))
    return rows
