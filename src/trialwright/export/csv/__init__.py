"""CSV: everything of a snapshot as plain tables, with a manifest that reconciles them against the ledger."""

import hashlib
import json
from collections.abc import Sequence

import polars as pl

from trialwright.export.csv import tables
from trialwright.export.csv.cells import VARIANTS, CsvTable, read_table, write_table
from trialwright.export.formats import Format, Source
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.signature import Signature
from trialwright.model.study import Study
from trialwright.model.text import Text

LOST: tuple[tuple[str, str], ...] = (
    ("ledger: hashes, commitments and nonces", "a table has no chain; the ledger's own backup carries it"),
    (
        "definition: skip logic, edit checks, eligibility and analysis sets",
        "conditions are trees; codebook.csv lists items",
    ),
    ("definition: estimands, windows and displays", "they are in the study folder; results.csv names each estimand"),
    (
        "results and verdicts while data are open",
        "nobody is told them before data lock or a declared look; export again then",
    ),
    ("nesting of reasons, counts and details", "they stand as JSON text inside one cell"),
    ("the difference between an empty text and nothing", "both are an empty cell in CSV"),
    (
        "texts that look like dates or numbers (5/8, 001), when a spreadsheet opens the file",
        "spreadsheets rewrite them as they read; compute from machine/, which is not meant to be opened by one",
    ),
)
"""What CSV cannot carry, and why: written beside every export."""


def write(
    study: Study,
    snapshot: Snapshot,
    analysis: Analysis,
    rows: Sequence[ResultRow],
    *,
    signatures: Sequence[Signature] = (),
) -> dict[str, bytes]:
    """
    The export by path: machine/*.csv, spreadsheet/*.csv, manifest.json, lost.json.

    `signatures` are those of the snapshot, each judged against what stands there now.
    Shape:   both variants hold the same cells; the spreadsheet one cannot run a formula. Where anything was simulated,
             every file is named so and every line says so.
    Raises:  ValueError where the tables do not hold as many datapoints, versions, events and rows as the snapshot does:
             an export that is silently incomplete is worse than none.
    """
    mark = _mark(snapshot)
    contents = [
        tables.datapoints(snapshot),
        tables.audit(snapshot),
        tables.signatures(signatures),
        *tables.forms(study, snapshot),
        tables.participants(analysis),
        tables.analysis_records(analysis),
        tables.results(rows),
        tables.codebook(study),
    ]
    counts = _counts(snapshot, analysis, rows, contents)
    unequal = [name for name, (expected, found) in counts.items() if expected != found]
    if unequal:
        raise ValueError(f"the export does not reconcile with the snapshot: {', '.join(unequal)}")
    files: dict[str, bytes] = {}
    described: list[dict[str, str | int]] = []
    for table in (_marked(each, mark) for each in contents):
        for variant in VARIANTS:
            name = f"{variant}/{table.name}.csv"
            files[name] = write_table(table, variant)
            described.append(_described(name, table, files[name]))
    lost = [{"where": where, "reason": reason} for where, reason in LOST]
    files["lost.json"] = _json({"lost": lost})
    files["manifest.json"] = _json(_manifest(study, snapshot, mark, counts, described))
    return files


def _mark(snapshot: Snapshot) -> str:
    simulated = any(event.origin == "simulated" for event in snapshot.events)
    if not simulated and snapshot.versions.height:
        simulated = bool(snapshot.versions.select((pl.col("origin") == "simulated").any()).item())
    return "virtual participants" if simulated else ""


def _marked(table: CsvTable, mark: str) -> CsvTable:
    """The table with a column that tells virtual from real participants on every line, and in its name."""
    name = f"{table.name}-{mark.replace(' ', '-')}" if mark else table.name
    rows = tuple((*row, mark or "participants") for row in table.rows)
    return CsvTable(name, (*table.columns, "data_of"), rows)


def _counts(
    snapshot: Snapshot, analysis: Analysis, rows: Sequence[ResultRow], contents: Sequence[CsvTable]
) -> dict[str, tuple[int, int]]:
    """What the snapshot holds against what the tables hold."""
    lines = {table.name: len(table.rows) for table in contents}
    in_forms = sum(_values_in(table) for table in contents if table.name.startswith("form_"))
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
    held = [place for place, name in enumerate(form.columns) if "." in name and not name.endswith("__unit")]
    return sum(row[place] is not None for row in form.rows for place in held)


def _described(name: str, table: CsvTable, data: bytes) -> dict[str, str | int]:
    return {
        "name": name,
        "rows": len(table.rows),
        "columns": len(table.columns),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _manifest(
    study: Study,
    snapshot: Snapshot,
    mark: str,
    counts: dict[str, tuple[int, int]],
    described: Sequence[dict[str, str | int]],
) -> dict[str, object]:
    return {
        "study": {"name": study.name, "build": study.build, "hash": study.hash},
        "snapshot": {
            "hash": snapshot.hash,
            "as_of_utc": snapshot.as_of_utc,
            "ledger_head": {"seq": snapshot.head.seq, "hash": snapshot.head.hash},
        },
        "mark": mark,
        "reconciled": {name: {"snapshot": expected, "files": found} for name, (expected, found) in counts.items()},
        "files": list(described),
    }


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _written(source: Source) -> dict[str, bytes]:
    return write(source.study, source.snapshot, source.analysis, source.rows, signatures=source.signatures)


FORMAT = Format(
    name="csv",
    title=Text("CSV tables", "CSV 表格"),
    says=Text(
        "Everything as plain tables: for your own programs (machine) and to look at in a spreadsheet (spreadsheet).",
        "全部数据的普通表格：machine 供程序读取，spreadsheet 供电子表格查看。",
    ),
    write=_written,
)

__all__ = ["FORMAT", "LOST", "read_table", "write"]
