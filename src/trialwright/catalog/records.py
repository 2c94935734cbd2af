"""Rows of a table as an argument of a method, written as one text like every other argument."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeGuard

import msgspec

Records = Sequence[Mapping[str, str | int | Fraction | None]]
"""Rows of a table: column -> text, exact number, or None where it is missing."""

_Field = str | tuple[str] | None
_ROWS = msgspec.json.Decoder(list[dict[str, _Field]])


def are_records(argument: object) -> TypeGuard[Records]:
    """Whether an argument is a list of rows (an empty list is none)."""
    return isinstance(argument, list | tuple) and bool(argument) and all(isinstance(p, Mapping) for p in argument)


def written(records: Records) -> str:
    """The rows as text. A number is a list of one, so that the text "4" and the number 4 stay apart."""
    rows = [{name: _field(value) for name, value in record.items()} for record in records]
    return msgspec.json.encode(rows).decode()


def read_records(text: str) -> list[dict[str, str | Fraction | None]]:
    """What `written` wrote; "" is no row. ValueError for anything else."""
    if not text:
        return []
    try:
        rows = _ROWS.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError("a list of rows is expected") from error
    return [{n: Fraction(v[0]) if isinstance(v, tuple) else v for n, v in row.items()} for row in rows]


def named_numbers(text: str) -> dict[str, Fraction]:
    """Numbers by name; {} for "none". ValueError where a value is no number."""
    if text in ("", "none"):
        return {}
    found: dict[str, Fraction] = {}
    for record in read_records(text):
        for name, value in record.items():
            if not isinstance(value, Fraction):
                raise ValueError(f"{name} is no number")
            found[name] = value
    return found


def _field(value: str | int | Fraction | None) -> _Field:
    return (str(Fraction(value)),) if isinstance(value, int | Fraction) else value
