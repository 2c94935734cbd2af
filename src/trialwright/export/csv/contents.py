"""The tables that every tabular export holds, and the proof that together they hold the whole snapshot."""

from collections.abc import Sequence

import msgspec
import polars as pl

from trialwright.export.csv import tables
from trialwright.export.csv.cells import Cells, CsvTable
from trialwright.export.files import Counted
from trialwright.export.formats import Source
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import NAME, Snapshot
from trialwright.model.signature import Signature
from trialwright.model.study import Study

Described = dict[str, str | int]
"""One file of the manifest: its name, rows, columns, bytes and SHA-256."""


class Contents(msgspec.Struct, frozen=True):
    """Typed tables of one snapshot; `mark` says whose data they are where a computer made them, else it is empty."""

    tables: tuple[CsvTable, ...]
    mark: str
    counts: dict[str, tuple[int, int]]  # what the snapshot holds, what the tables hold


def contents_of(source: Source) -> Contents:
    """The tables of a source, made once for all formats that hold them."""
    return source.once(_contents)


def without_tables(source: Source) -> Contents:
    """What is told of the tables once they stand elsewhere; those of millions of cells leave the memory."""
    held = contents_of(source)
    source.drop(_contents)
    return msgspec.structs.replace(held, tables=())


def _contents(source: Source) -> Contents:
    return contents(source.study, source.snapshot, source.analysis, source.rows, source.signatures)


def contents(
    study: Study, snapshot: Snapshot, analysis: Analysis, rows: Sequence[ResultRow], signatures: Sequence[Signature]
) -> Contents:
    """
    Ledger, forms, analysis and results as tables. Where anything was simulated, every table and line says so.

    Raises:  ValueError where the tables do not hold as many datapoints, versions, events and rows as the snapshot does:
             an export that is silently incomplete is worse than none.
    """
    made = (
        tables.datapoints(snapshot),
        tables.audit(snapshot),
        tables.signatures(signatures),
        *tables.forms(study, snapshot),
        tables.participants(analysis),
        tables.analysis_records(analysis),
        tables.results(rows),
        tables.codebook(study),
    )
    counts = _counts(snapshot, analysis, rows, made)
    unequal = [name for name, (expected, found) in counts.items() if expected != found]
    if unequal:
        raise ValueError(f"the export does not reconcile with the snapshot: {', '.join(unequal)}")
    mark = _mark(snapshot)
    return Contents(tuple(_marked(each, mark) for each in made), mark, counts)


def file_name(table: str, mark: str) -> str:
    """What a table is called as a file: marked in its name where its participants are virtual."""
    return f"{table}-{mark.replace(' ', '-')}" if mark else table


def described(name: str, rows: int, columns: int, written: Counted) -> Described:
    """
    A file as the manifest lists it.

    Raises:  ValueError where nobody has read the file yet: its size and checksum are not known before.
    """
    if not written.read:
        raise ValueError(f"{name} was not read to its end before the manifest was written")
    return {"name": name, "rows": rows, "columns": columns, "bytes": written.size, "sha256": written.sha256}


def manifest(study: Study, snapshot: Snapshot, held: Contents, files: Sequence[Described]) -> dict[str, object]:
    """What was exported, of which moment, how it reconciles, and every file with its checksum."""
    return {
        "study": {"name": study.name, "build": study.build, "hash": study.hash},
        "snapshot": {
            "hash": snapshot.hash,
            "as_of_utc": snapshot.as_of_utc,
            "ledger_head": {"seq": snapshot.head.seq, "hash": snapshot.head.hash},
        },
        "mark": held.mark,
        "reconciled": {name: {"snapshot": expected, "files": found} for name, (expected, found) in held.counts.items()},
        "files": list(files),
    }


def _mark(snapshot: Snapshot) -> str:
    simulated = any(event.origin == "simulated" for event in snapshot.events)
    if not simulated and snapshot.versions.height:
        simulated = bool(snapshot.versions.select((pl.col("origin") == "simulated").any()).item())
    return "virtual participants" if simulated else ""


def _marked(table: CsvTable, mark: str) -> CsvTable:
    """The table with a column that tells virtual from real participants on every line."""
    tail = pl.repeat(mark or "participants", table.height, dtype=NAME, eager=True)
    return CsvTable(table.name, (*table.columns, "data_of"), (*table.cells, tail))


def _counts(
    snapshot: Snapshot, analysis: Analysis, rows: Sequence[ResultRow], made: Sequence[CsvTable]
) -> dict[str, tuple[int, int]]:
    """What the snapshot holds against what the tables hold."""
    lines = {table.name: table.height for table in made}
    in_forms = sum(_values_in(table) for table in made if table.name.startswith("form_"))
    return {
        "current datapoints": (snapshot.current.height, lines["datapoints"]),
        "values in forms": (snapshot.current.height, in_forms),
        "versions and events": (snapshot.versions.height + len(snapshot.events), lines["audit"]),
        "signatures": (sum(event.kind == "signed" for event in snapshot.events), lines["signatures"]),
        "participants": (len(analysis.participants), lines["participants"]),
        "analysis records": (len(analysis.records), lines["analysis"]),
        "result rows": (len(rows), lines["results"]),
    }


def _values_in(form: CsvTable) -> int:
    held = zip(form.columns, form.cells, strict=True)
    return sum(_filled(cells) for name, cells in held if "." in name and not name.endswith("__unit"))


def _filled(cells: Cells) -> int:
    if isinstance(cells, pl.Series):
        return len(cells) - cells.null_count()
    return sum(cell is not None for cell in cells)
