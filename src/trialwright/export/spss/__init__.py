"""SPSS: every table as a .sav file through pyreadstat, with labels in both languages."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

import polars as pl
import pyreadstat

from trialwright.export.files import File
from trialwright.export.fixed_rows import FEW, replaced, written
from trialwright.export.formats import Format, Source
from trialwright.export.spss.rows import pieces
from trialwright.export.spss.texts import TEXT, in_parts
from trialwright.export.typed.columns import Column, TypedTable, number_of, numeric
from trialwright.export.typed.names import Naming, names_for
from trialwright.export.typed.packing import Names, Packing, packed
from trialwright.export.typed.readstat import Fits, label_of, numbered, plain_texts, renamed, value_labels
from trialwright.model.entry import Choice
from trialwright.model.problem import Lost
from trialwright.model.text import Text

NAME, LABEL, VALUE_LABEL, TITLE = 64, 256, 120, 64
"""Longest name and label of a variable, label of a value, and label of the file, in bytes of UTF-8."""

_RESERVED = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})
NAMING = Naming(unknown=r"[^A-Za-z0-9_.]", longest=NAME, reserved=_RESERVED)

_DAY_AT, _TIME_AT = 92, 101
"""Where the header holds the moment of writing."""

_FORMATS = {"date": "DATE11", "moment": "DATETIME23.3"}

NEVER = (Lost("the difference between an empty text and nothing", "SPSS has no null text: both are an empty text"),)


def write(source: Source) -> Iterator[File]:
    """`*.sav`, one a table, `manifest.json` and `lost.json`."""
    return packed(source, PACKING)


def _numbers(column: Column) -> dict[str, int]:
    return number_of(column.choices) if numeric(column.choices) else {}


def _key(column: Column) -> Callable[[Choice], int | str]:
    numbers = _numbers(column)
    return lambda choice: numbers.get(choice.code, choice.code)


def _fits(longest: int) -> Fits:
    return lambda label: len(label.encode()) <= longest


def _file(source: Source, table: TypedTable, names: Names) -> tuple[Iterable[bytes], list[Lost]]:
    """
    One table.

    Shape:   numbers F, days DATE, moments DATETIME in UTC; a code stands as it is, as a number where every code of its
             list is one. A text of more than TEXT bytes goes on in `NAME__2`, `NAME__3`: none is cut.
    Source:  the description of system files in the manual of GNU PSPP, which the reader and writer ReadStat follows.
    """
    lost: list[Lost] = []
    renamed(table, names, NAME, lost)
    labels: dict[str, str | None] = {
        names[each.name]: label_of(f"{table.name}.{each.name}", each.label, _fits(LABEL), each.name, lost)
        for each in table.columns
    }
    values = value_labels(table, _fits(VALUE_LABEL), _key, lost)
    as_numbers = [column for column in table.columns if numeric(column.choices)]
    frame = plain_texts(table, numbered(table.frame, as_numbers), lost).rename(dict(names))
    frame = in_parts(table.name, frame, labels, lost)
    title = label_of(table.name, table.title, _fits(TITLE), table.name, lost)

    def write_rows(rows: pl.DataFrame) -> bytes:
        return written(
            lambda path: pyreadstat.write_sav(
                rows,
                path,
                file_label=title,
                column_labels=labels,
                row_compress=True,
                variable_value_labels={names[name]: told for name, told in values.items()},  # type: ignore[misc]  # texts
                variable_measure={name: _measure(frame, name) for name in frame.columns},
                variable_format={names[each.name]: found for each in table.columns if (found := _format(each))},
            )
        )

    made_at = dt.datetime.fromisoformat(source.snapshot.as_of_utc)
    moments = ((_DAY_AT, made_at.strftime("%d %b %y").encode()), (_TIME_AT, made_at.strftime("%H:%M:%S").encode()))
    if frame.height < FEW:
        return [replaced(write_rows(frame), moments)], lost
    codes = {names[name]: [*map(str, told)] for name, told in values.items()}
    return pieces(frame, write_rows, moments, codes), lost


def _measure(frame: pl.DataFrame, name: str) -> str:
    return "scale" if frame.schema[name].is_numeric() else "nominal"


def _format(column: Column) -> str:
    """How SPSS shows a value: a whole number without decimals, a measured one with those of its item."""
    if column.kind == "integer" or numeric(column.choices):
        return "F10.0"
    if column.kind == "number" and column.decimals is not None:
        return f"F12.{column.decimals}"
    return _FORMATS.get(column.kind, "")


PACKING = Packing(
    suffix="sav",
    names=lambda columns: names_for(columns, NAMING),
    numbers=_numbers,
    file=_file,
    never=NEVER,
)

FORMAT = Format(
    name="spss",
    title=Text("SPSS files", "SPSS 文件"),
    says=Text(
        "The CSV tables for SPSS, with labels of variables and values in both languages.",
        "供 SPSS 使用的表格，变量与取值均带中英文标签。",
    ),
    write=write,
    family="tables",
)

__all__ = ["FORMAT", "LABEL", "NAME", "NAMING", "NEVER", "TEXT", "VALUE_LABEL", "write"]
