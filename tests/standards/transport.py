"""Transport files as two other programs read them, beside Dataset-JSON: every cell of every dataset."""

import csv
import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyreadstat

LONGEST = 200
"""Bytes of a text in a transport file: what is longer is cut there, and stands in lost.json."""

SCRIPT = """
library(haven); arguments <- commandArgs(TRUE)
for (file in list.files(arguments[1], pattern = "xpt$")) {
  d <- as.data.frame(read_xpt(file.path(arguments[1], file)))
  for (name in names(d)) {
    x <- d[[name]]
    d[[name]] <- if (inherits(x, "Date")) format(x) else if (is.numeric(x)) sprintf("%.17g", x) else as.character(x)
    d[[name]][is.na(x)] <- ""
  }
  write.csv(d, file.path(arguments[2], sub("xpt$", "csv", file)), row.names = FALSE, fileEncoding = "UTF-8")
}
"""


def has_haven() -> bool:
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "library(haven)"], capture_output=True).returncode == 0


def pyreadstat_differences(export: Path) -> list[str]:
    """Cells of `xpt/` read by pyreadstat that are not those of `json/`."""
    found: list[str] = []
    for path in sorted((export / "xpt").glob("*.xpt")):
        frame, _ = pyreadstat.read_xport(path, output_format="polars")
        rows = [["" if cell is None else _plain(cell) for cell in row] for row in frame.iter_rows()]
        found += _differences(export, path.stem, frame.columns, rows)
    return found


def haven_differences(export: Path) -> list[str]:
    """The same by R's haven, which writes what it read as CSV."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "read.R"
        script.write_text(SCRIPT, "utf-8")
        command = ["Rscript", str(script), str(export / "xpt"), folder]
        subprocess.run(command, check=True, capture_output=True)
        for path in sorted((export / "xpt").glob("*.xpt")):
            text = (Path(folder) / f"{path.stem}.csv").read_text("utf-8")
            head, *rows = csv.reader(io.StringIO(text, newline=""))
            found += _differences(export, path.stem, head, [[_plain(cell) for cell in row] for row in rows])
    return found


def _differences(export: Path, name: str, columns: list[str], rows: list[list[str]]) -> Iterator[str]:
    held = json.loads((export / "json" / f"{name}.json").read_text("utf-8"))
    expected = [[_cut(cell) for cell in row] for row in held["rows"]]
    names = [each["name"] for each in held["columns"]]
    if names != columns or len(rows) != len(expected):
        yield f"{name}: {len(rows)} rows of {len(columns)} columns, not {len(expected)} of {len(names)}"
        return
    for at, (found, wanted) in enumerate(zip(rows, expected, strict=True), 1):
        for column, cell, want in zip(columns, found, wanted, strict=True):
            if cell != want:
                yield f"{name}.{column} row {at}: {cell!r}, not {want!r}"


def _cut(cell: str | float | None) -> str:
    """A cell of Dataset-JSON as a transport file can hold it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        cell = cell.encode()[:LONGEST].decode(errors="ignore").rstrip(" ")
    return _plain(cell)


def _plain(cell: object) -> str:
    """Numbers in one spelling: a transport file has no integers, and R prints 17 digits."""
    text = str(cell)
    try:
        return str(Decimal(repr(float(text))).normalize()) if text else ""
    except ValueError:
        return text
