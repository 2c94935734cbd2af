"""SAS transport files, version 5: one file a dataset, through pyreadstat; what the format cannot hold is listed."""

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyreadstat

from trialwright.export.datasets import Cell, Dataset, Variable, VariableKind
from trialwright.export.fixed_rows import written
from trialwright.export.xpt import rows
from trialwright.model.problem import Lost

NAME, LABEL, TEXT = 8, 40, 200
"""The longest variable name, label and text of version 5, in bytes."""

_MOMENTS = (144, 160, 464, 480)
"""Where the header holds the moment of writing; that of the snapshot takes its place, so that a repeat is equal."""

_STAMP = "%d%b%y:%H:%M:%S"


def pieces(dataset: Dataset, made_at: str) -> tuple[Iterator[bytes], tuple[Lost, ...]]:
    """
    One dataset as `ae.xpt`, piece by piece, and every text that was too long or is not ASCII.

    Missing: SAS knows no null text: nothing and an empty text are both blanks.
    Source:  SAS technical note TS-140, record layout of a version 5 transport file.
    """
    lost: list[Lost] = []
    return _pieces(dataset, _fit(dataset, lost), made_at), tuple(lost)


def write(dataset: Dataset, made_at: str) -> tuple[bytes, tuple[Lost, ...]]:
    """The same as a whole: `pieces` joined."""
    told, lost = pieces(dataset, made_at)
    return b"".join(told), lost


def _fit(dataset: Dataset, lost: list[Lost]) -> dict[str, Sequence[Cell]]:
    columns: dict[str, Sequence[Cell]] = {}
    for variable in dataset.variables:
        if len(variable.name) > NAME or len(variable.label.encode()) > LABEL:
            lost.append(Lost(f"{dataset.name}.{variable.name}", f"name or label longer than {NAME} and {LABEL} bytes"))
        columns[variable.name] = _column(dataset, variable, lost)
    return columns


def _column(dataset: Dataset, variable: Variable, lost: list[Lost]) -> Sequence[Cell]:
    cells = dataset.column(variable.name)
    if variable.kind == "date":
        return cells
    if variable.kind != "text":
        return [None if cell is None else float(cell) for cell in cells]
    if all(text.isascii() and len(text) <= TEXT for text in dataset.texts(variable.name)):
        return [None if cell is None else str(cell) for cell in cells]
    return [_cell(dataset, variable, line, cell, lost) for line, cell in enumerate(cells, 1)]


def _cell(dataset: Dataset, variable: Variable, line: int, cell: Cell, lost: list[Lost]) -> Cell:
    if cell is None:
        return None
    text = str(cell)
    held = text.encode()
    where = f"{dataset.name}.{variable.name} row {line}"
    if not text.isascii():
        lost.append(Lost(where, f"not ASCII: {len(held)} bytes of UTF-8 for {len(text)} characters"))
    if len(held) <= TEXT:
        return text
    lost.append(Lost(where, f"{len(held)} bytes, of which a transport file holds {TEXT}; whole in Dataset-JSON"))
    return held[:TEXT].decode(errors="ignore")


def _pieces(dataset: Dataset, columns: dict[str, Sequence[Cell]], made_at: str) -> Iterator[bytes]:
    types = {
        each.name: pl.Float64() if each.kind in ("integer", "float") else pl.String() for each in dataset.variables
    }
    dated = [each.name for each in dataset.variables if each.kind == "date"]
    frame = pl.DataFrame(columns, schema=types).with_columns(pl.col(dated).str.to_date())
    columns.clear()
    stamp = dt.datetime.fromisoformat(made_at).strftime(_STAMP).upper().encode()
    return rows.pieces(frame, lambda part: _written(dataset, part), [(at, stamp) for at in _MOMENTS])


def _written(dataset: Dataset, frame: pl.DataFrame) -> bytes:
    return written(
        lambda path: pyreadstat.write_xport(
            frame,
            path,
            file_label=dataset.label[:LABEL],
            column_labels={each.name: each.label[:LABEL] for each in dataset.variables},
            table_name=dataset.name,
            file_format_version=5,
        )
    )


def read(data: bytes) -> pl.DataFrame:
    """A transport file as a frame: texts and 64-bit numbers, blanks as empty texts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.xpt"
        path.write_bytes(data)
        frame, _ = pyreadstat.read_xport(path, output_format="polars")
    return frame


def read_dataset(data: bytes, name: str) -> Dataset:
    """
    A transport file as a dataset: variables with their labels and rows; a blank text is nothing.

    Raises:  pyreadstat.ReadstatError where the file is no transport file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.xpt"
        path.write_bytes(data)
        frame, told = pyreadstat.read_xport(path, output_format="polars")
    labels = dict(zip(told.column_names, told.column_labels, strict=True))
    numbers = {column for column, kind in frame.schema.items() if kind.is_numeric()}
    rows = tuple(tuple(_plain(cell) for cell in row) for row in frame.iter_rows())
    dated = {column for column, kind in frame.schema.items() if kind == pl.Date()}
    variables = tuple(
        Variable(name=column, label=labels.get(column) or "", kind=_kind(column in numbers, column in dated))
        for column in frame.columns
    )
    return Dataset(
        name=name, label=told.file_label or "", kind="", structure="", keys=(), variables=variables, rows=rows
    )


def _kind(number: bool, date: bool) -> VariableKind:
    return "date" if date else "float" if number else "text"


def _plain(cell: str | float | dt.date | None) -> Cell:
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell
