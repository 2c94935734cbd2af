"""Stata: every table as a .dta file of version 14 and later, through pyreadstat, with labels in both languages."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

import polars as pl
import pyreadstat

from trialwright.export.files import File
from trialwright.export.fixed_rows import FEW, replaced, written
from trialwright.export.formats import Format, Source
from trialwright.export.stata.rows import pieces
from trialwright.export.typed.columns import Column, TypedTable, number_of
from trialwright.export.typed.names import Naming, names_for
from trialwright.export.typed.packing import Names, Packing, packed
from trialwright.export.typed.readstat import label_of, numbered, plain_texts, renamed, value_labels
from trialwright.model.entry import Choice
from trialwright.model.problem import Lost
from trialwright.model.text import Text

VERSION = 14
"""Format 118: the first with Unicode and long texts, read by Stata 14 and every later one."""

NAME, LABEL, VALUE_LABEL = 29, 80, 32_000
"""
Longest name and label of a variable or table in characters; label of a value in bytes.

Stata takes names of 32, and the writer calls a set of value labels after its variable and a number: 29 leave room.
"""

LONG = 2045
"""Bytes of the longest text of a column from which on it is strL, as the writer has it."""

_RESERVED = frozenset({
    "_all", "_b", "_coef", "_cons", "_n", "_N", "_pi", "_pred", "_rc", "_skip", "byte", "double", "float", "if", "in",
    "int", "long", "strL", "using", "with",
})  # fmt: skip
NAMING = Naming(unknown=r"[^A-Za-z0-9_]", longest=NAME, reserved=_RESERVED)

NEVER = (
    Lost("dots in names", "Stata knows none: an underscore stands there; the table of variables has both names"),
    Lost("codes that are no numbers", "Stata labels numbers alone: the table of choices says which stands for which"),
    Lost("the difference between an empty text and nothing", "Stata has no null text: both are an empty text"),
)


def write(source: Source) -> Iterator[File]:
    """`*.dta`, one a table, `manifest.json` and `lost.json`."""
    return packed(source, PACKING)


def _numbers(column: Column) -> dict[str, int]:
    return number_of(column.choices)


def _key(column: Column) -> Callable[[Choice], int | float]:
    numbers = _numbers(column)
    return lambda choice: numbers[choice.code]


def _file(source: Source, table: TypedTable, names: Names) -> tuple[Iterable[bytes], list[Lost]]:
    """
    One table.

    Shape:   numbers are doubles, days %td, moments %tc in UTC, texts of more than 2045 bytes strL: none is cut.
    Source:  Stata's own description of format 118 (dta), which the reader and writer ReadStat follows.
    """
    lost: list[Lost] = []
    renamed(table, names, NAME, lost)
    labels: dict[str, str | None] = {
        names[each.name]: label_of(f"{table.name}.{each.name}", each.label, _fits, each.name, lost)
        for each in table.columns
    }
    values = value_labels(table, _fits_value, _key, lost)
    frame = _long_filled(plain_texts(table, numbered(table.frame, table.columns), lost)).rename(dict(names))
    title = label_of(table.name, table.title, _fits, table.name, lost)

    def write_rows(rows: pl.DataFrame) -> bytes:
        return written(
            lambda path: pyreadstat.write_dta(
                rows,
                path,
                file_label=title,
                column_labels=labels,
                version=VERSION,
                variable_value_labels={names[name]: told for name, told in values.items()},
            )
        )

    as_of = dt.datetime.fromisoformat(source.snapshot.as_of_utc).strftime("%d %b %Y %H:%M").encode()
    moment = (_moment_at(title), as_of)
    if frame.height < FEW or _long(frame):
        return [replaced(write_rows(frame), [moment])], lost
    return pieces(frame, write_rows, moment), lost


def _long(frame: pl.DataFrame) -> list[str]:
    """The columns that are strL, whose texts stand behind all rows."""
    longest = frame.select(pl.col(pl.String()).str.len_bytes().max())
    return [series.name for series in longest if (series.item() or 0) >= LONG]


def _long_filled(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with empty texts for nothing where texts are strL: the writer takes no nothing there."""
    return frame.with_columns(pl.col(_long(frame)).fill_null(""))


def _moment_at(title: str) -> int:
    """Where the header holds the moment of writing: behind the table's label, whose length varies."""
    before = b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>..</K><N>........</N><label>.."
    return len(before) + len(title.encode()) + len(b"</label><timestamp>.")


def _fits(label: str) -> bool:
    return len(label) <= LABEL


def _fits_value(label: str) -> bool:
    return len(label.encode()) <= VALUE_LABEL


PACKING = Packing(
    suffix="dta",
    names=lambda columns: names_for(columns, NAMING),
    numbers=_numbers,
    file=_file,
    never=NEVER,
)

FORMAT = Format(
    name="stata",
    title=Text("Stata files", "Stata 文件"),
    says=Text(
        "The CSV tables for Stata 14 and later, with labels of variables and values in both languages.",
        "供 Stata 14 及以上版本使用的表格，变量与取值均带中英文标签。",
    ),
    write=write,
    family="tables",
)

__all__ = ["FORMAT", "LABEL", "NAME", "NAMING", "NEVER", "write"]
