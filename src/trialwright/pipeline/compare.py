"""Two data cuts side by side: which cells are different, and which entries of the ledger made them so."""

from collections.abc import Mapping

import msgspec

from trialwright.analyze import analyze
from trialwright.catalog import Catalog
from trialwright.catalog.displays.layout import formatted_rows
from trialwright.model.analysis import ResultRow
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.study import Study
from trialwright.pipeline.deriving import derive_all
from trialwright.pipeline.trace import TracedDatapoint, Tracer


class ChangedCell(msgspec.Struct, frozen=True, kw_only=True):
    """
    One cell that the two cuts print differently; "" where a cut does not have it.

    `datapoints` and `events` stand behind the later one and were not yet there, or were replaced, in the earlier one.
    """

    cell: str
    display: str
    label: str
    statistic: str
    before: str
    after: str
    datapoints: tuple[TracedDatapoint, ...]
    events: tuple[LedgerEvent, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What changed between two cuts of one ledger under one definition."""

    before: Snapshot
    after: Snapshot
    changed: tuple[ChangedCell, ...]
    same: int


def compare_cuts(study: Study, before: Snapshot, after: Snapshot, catalog: Catalog) -> Comparison:
    """
    Every cell of the tables that is printed differently, in the order of the displays, with what made the difference.

    Shape:  figures are left out: they draw the rows of tables once more. The exact value is compared, not the printed.
    """
    old_rows, old_tracer = _read(study, before, catalog)
    new_rows, new_tracer = _read(study, after, catalog)
    old, new = ({row.cell: row for row in rows} for rows in (old_rows, new_rows))
    printed_old, printed_new = formatted_rows(old_rows), formatted_rows(new_rows)
    changed = []
    names = dict.fromkeys((*new, *old))
    for cell in names:
        if not _differ(cell, old, new):
            continue
        row = new.get(cell) or old[cell]
        seqs = new_tracer.inputs(new[cell]) if cell in new else set()
        fresh = seqs - (old_tracer.inputs(old[cell]) if cell in old else set())
        changed.append(
            ChangedCell(
                cell=cell, display=row.display, label=row.label, statistic=row.statistic,
                before=printed_old.get(cell, ""), after=printed_new.get(cell, ""),
                datapoints=new_tracer.datapoints(fresh), events=new_tracer.events(fresh),
            )
        )  # fmt: skip
    return Comparison(before=before, after=after, changed=tuple(changed), same=len(names) - len(changed))


def _read(study: Study, snapshot: Snapshot, catalog: Catalog) -> tuple[tuple[ResultRow, ...], Tracer]:
    analysis = derive_all(study, snapshot, catalog)
    drawn = {use.number for use in study.displays if catalog.display(use.display).shape == "figure"}
    rows = tuple(row for row in analyze(study, analysis, catalog) if row.display not in drawn)
    return rows, Tracer(analysis, rows, snapshot)


def _differ(cell: str, old: Mapping[str, ResultRow], new: Mapping[str, ResultRow]) -> bool:
    if cell not in old or cell not in new:
        return True
    return (old[cell].value, old[cell].denominator) != (new[cell].value, new[cell].denominator)
