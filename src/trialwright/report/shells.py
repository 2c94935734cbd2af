"""The shells of a report before there is any data: what will be shown, and in which columns."""

from collections.abc import Sequence

import polars as pl

from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, Figure, Table
from trialwright.model.ledger import VERSION_COLUMNS, Head, Snapshot
from trialwright.model.study import Study
from trialwright.report.build import lay_out


def shells(study: Study, catalog: Catalog, language: str = "en") -> tuple[Table | Figure, ...]:
    """Every display of the definition without a single value: number, title, columns, and that there is nothing yet."""
    nothing = Analysis(study=study.name, build=study.build, snapshot_hash="", participants=(), records=())
    shown = lay_out(study, empty_snapshot(), nothing, (), catalog=catalog, language=language)
    return tuple(each.display for each in shown)


def write_shells(displays: Sequence[Table | Figure]) -> bytes:
    """The shells as plain text, one block a display, for reading and for comparing two builds."""
    blocks = []
    for display in displays:
        if isinstance(display, Figure):
            blocks.append(f"Figure {display.number}  {display.title}\n")
            continue
        kind = "Listing" if display.listing else "Table"
        columns = " | ".join(column or "…" for column in display.columns)
        blocks.append(f"{kind} {display.number}  {display.title}\n    {columns}\n")
    return "\n".join(blocks).encode()


def empty_snapshot() -> Snapshot:
    """A snapshot of nothing: no version, no event, no moment."""
    versions = pl.DataFrame(schema=VERSION_COLUMNS)
    return Snapshot(versions=versions, standing=lambda: versions, events=(), head=Head(0, ""), seal=str, as_of_utc="")
