"""CSV: everything of a snapshot as plain tables, with a manifest that reconciles them against the ledger."""

from collections.abc import Iterator, Sequence

from trialwright.export.csv.cells import VARIANTS, read_table, table_pieces
from trialwright.export.csv.contents import Contents, Described, contents, contents_of, described, file_name, manifest
from trialwright.export.files import Counted, File
from trialwright.export.formats import Format, Source, json_file, lost_file
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Lost
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
) -> Iterator[File]:
    """
    The export by path: machine/*.csv, spreadsheet/*.csv, manifest.json, lost.json.

    `signatures` are those of the snapshot, each judged against what stands there now.
    Shape:   both variants hold the same cells; the spreadsheet one cannot run a formula. Where anything was simulated,
             every file is named so and every line says so.
    Raises:  ValueError where the tables do not hold the whole snapshot, or a file was not read before the next.
    """
    return _files(study, snapshot, contents(study, snapshot, analysis, rows, signatures))


def _files(study: Study, snapshot: Snapshot, held: Contents) -> Iterator[File]:
    listed: list[Described] = []
    for table in held.tables:
        for variant in VARIANTS:
            name = f"{variant}/{file_name(table.name, held.mark)}.csv"
            written = Counted(table_pieces(table, variant))
            yield File(name, written)
            listed.append(described(name, table.height, len(table.columns), written))
    yield File("lost.json", (lost_file(Lost(where, reason) for where, reason in LOST),))
    yield File("manifest.json", (json_file(manifest(study, snapshot, held, listed)),))


def _written(source: Source) -> Iterator[File]:
    yield from _files(source.study, source.snapshot, contents_of(source))


FORMAT = Format(
    name="csv",
    title=Text("CSV tables", "CSV 表格"),
    says=Text(
        "Everything as plain tables: for your own programs (machine) and to look at in a spreadsheet (spreadsheet).",
        "全部数据的普通表格：machine 供程序读取，spreadsheet 供电子表格查看。",
    ),
    write=_written,
    family="tables",
)

__all__ = ["FORMAT", "LOST", "read_table", "write"]
