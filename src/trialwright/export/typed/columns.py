"""A column with its type, its words in both languages and its code list; and what is known of the fixed ones."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import polars as pl

from trialwright.model.entry import Choice
from trialwright.model.text import Text

ColumnKind = Literal["text", "integer", "number", "date", "moment", "choice"]

TYPES: dict[ColumnKind, pl.DataType] = {
    "text": pl.String(), "integer": pl.Int64(), "number": pl.Float64(), "date": pl.Date(),
    "moment": pl.Datetime("ms"), "choice": pl.String(),
}  # fmt: skip
"""How a column of each kind stands in a frame; a moment is UTC, a choice its code."""

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,8})")
_NO_YES = (("N", "Y"), ("no", "yes"))


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column under its name in the CSV export. `partial` is for a date that may lack its day or month."""

    name: str
    label: Text
    kind: ColumnKind
    unit: str = ""
    decimals: int | None = None
    partial: bool = False
    choices: tuple[Choice, ...] = ()


class TypedTable(msgspec.Struct, frozen=True):
    """One table; the columns of `frame` are called as `columns` say, in their order, names of many rows NAME."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    frame: pl.DataFrame


KnownKind = Literal["text", "integer", "number", "date", "moment", "choice", "any", "fact"]


class Known(msgspec.Struct, frozen=True):
    """What columns.json says of a fixed column. `any`: numbers and texts mixed; `fact`: yes, no, a code or a number."""

    kind: KnownKind
    label: Text
    choices: tuple[Choice, ...]


class _Held(msgspec.Struct, frozen=True):
    """columns.json: titles of tables; kind and words of columns, of any table or of one; code lists, whose they are."""

    tables: dict[str, tuple[str, str]]
    columns: dict[str, tuple[KnownKind, str, str]]
    of: dict[str, dict[str, tuple[KnownKind, str, str]]]
    lists: dict[str, tuple[tuple[str, str, str], ...]]
    lists_of: dict[str, str]
    beside: dict[str, tuple[str, str]]


@cache
def _held() -> _Held:
    return msgspec.json.decode((files(__package__) / "columns.json").read_bytes(), type=_Held)


@cache
def known(table: str, name: str) -> Known | None:
    """A column that every study has: that of this table, or of any; None where it is not one of those."""
    held = _held()
    found = held.of.get(table, {}).get(name) or held.columns.get(name)
    if found is None:
        return None
    kind, en, zh = found
    of_list = held.lists_of.get(name, "")
    return Known(kind, Text(en, zh), code_list(of_list) if of_list else ())


@cache
def code_list(name: str) -> tuple[Choice, ...]:
    """A code list that belongs to no study: yes_no, fact, answer, verdict, missing."""
    return tuple(Choice(code, Text(en, zh)) for code, en, zh in _held().lists[name])


def title_of(table: str) -> Text | None:
    """What a fixed table is called; None for that of a form."""
    found = _held().tables.get(table)
    return Text(*found) if found else None


def beside(column: Text, what: Literal["text", "number", "unit", "missing"]) -> Text:
    """The label of a column that stands beside another."""
    en, zh = _held().beside[what]
    return Text(column.en + en, column.of("zh") + zh)


def number_of(choices: Sequence[Choice]) -> dict[str, int]:
    """
    The number that stands for each code where a format labels numbers alone.

    Codes that are whole numbers stand for themselves; of a list with yes and no, no is 0, yes 1 and the others follow
    from 2, in whatever order it stands; else the place in the list, from 1.
    """
    codes = [each.code for each in choices]
    if all(_INTEGER.fullmatch(code) for code in codes):
        return {code: int(code) for code in codes}
    answers = next((pair for pair in _NO_YES if set(pair) <= set(codes)), None)
    if answers is None:
        return {code: at for at, code in enumerate(codes, 1)}
    return {code: at for at, code in enumerate(dict.fromkeys((*answers, *codes)))}


def numeric(choices: Sequence[Choice]) -> bool:
    """Whether there is a list and every code of it is a whole number."""
    return bool(choices) and all(_INTEGER.fullmatch(each.code) for each in choices)
