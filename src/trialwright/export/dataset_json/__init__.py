"""CDISC Dataset-JSON 1.1: one JSON file a dataset, and back."""

import json
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from trialwright.export.datasets import Cell, Dataset, Variable, VariableKind, lengths

VERSION = "1.1.0"
ROWS = 4096
"""Rows that are written at a time."""

_LEAST, _MOST = 1e-4, 1e16
"""Between these a number is written without an exponent."""

_TYPES: dict[VariableKind, str] = {"text": "string", "integer": "integer", "float": "float", "date": "date"}
_KINDS: dict[str, VariableKind] = {held: kind for kind, held in _TYPES.items()}


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What every file of one export says of itself; `made_at` is the moment of the snapshot, so a repeat is equal."""

    study: str
    metadata: str
    made_at: str
    originator: str
    version: str


def pieces(dataset: Dataset, heading: Heading) -> Iterator[bytes]:
    """
    One dataset as `ae.json`: its columns with their labels, types and lengths, then its rows, thousands at a time.

    Missing: null for a number, an empty text for a text: SDTM knows no other absence of a text.
    Source:  CDISC Dataset-JSON 1.1 (schema of the DataExchange-DatasetJson repository).
    """
    yield _text(_head(dataset, heading))[:-1].encode() + b',"rows":['
    odd = {each.name: _odd(dataset, each) for each in dataset.variables}
    for start in range(0, len(dataset.rows), ROWS):
        rows = list(zip(*(_cells(dataset, each, start, odd[each.name]) for each in dataset.variables), strict=True))
        yield (b"," if start else b"") + msgspec.json.encode(rows)[1:-1]
    yield b"]}\n"


def _odd(dataset: Dataset, variable: Variable) -> dict[Cell, msgspec.Raw]:
    """The numbers that are written with an exponent, which the quick writer spells in another way ("1e-5")."""
    if variable.kind not in ("integer", "float"):
        return {}
    numbers = (cell for cell in frozenset(dataset.column(variable.name)) if isinstance(cell, int | float))
    return {each: msgspec.Raw(repr(each).encode()) for each in numbers if each and not _LEAST <= abs(each) < _MOST}


def _cells(
    dataset: Dataset, variable: Variable, start: int, odd: Mapping[Cell, msgspec.Raw]
) -> Sequence[Cell | msgspec.Raw]:
    cells = dataset.column(variable.name)[start : start + ROWS]
    if variable.kind == "text":
        return ["" if cell is None else cell for cell in cells] if None in cells else cells
    return [odd.get(cell, cell) for cell in cells] if odd else cells


def _text(held: object) -> str:
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def _head(dataset: Dataset, heading: Heading) -> dict[str, object]:
    """Everything that stands before the rows."""
    longest = lengths(dataset)
    keys = {name: at for at, name in enumerate(dataset.keys, 1)}
    held = [each for each in dataset.variables if each.name in keys]
    order = {each.name: at for at, each in enumerate(sorted(held, key=lambda one: keys[one.name]), 1)}
    return {
        "datasetJSONCreationDateTime": heading.made_at,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{heading.study}.{dataset.name}",
        "dbLastModifiedDateTime": heading.made_at,
        "originator": heading.originator,
        "sourceSystem": {"name": "Trialwright", "version": heading.version},
        "studyOID": heading.study,
        "metaDataVersionOID": heading.metadata,
        "metaDataRef": "define.xml",
        "itemGroupOID": f"IG.{dataset.name}",
        "records": len(dataset.rows),
        "name": dataset.name,
        "label": dataset.label,
        "columns": [
            _column(dataset.name, each, longest[each.name], order.get(each.name)) for each in dataset.variables
        ],
    }


def _column(dataset: str, variable: Variable, length: int, key: int | None) -> dict[str, str | int]:
    column: dict[str, str | int] = {
        "itemOID": f"IT.{dataset}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": _TYPES[variable.kind],
    }
    if variable.kind == "text":
        column["length"] = length
    if variable.kind == "date":
        column |= {"targetDataType": "integer", "displayFormat": "E8601DA."}
    if key is not None:
        column["keySequence"] = key
    return column


class _Column(msgspec.Struct):
    name: str
    label: str
    dataType: str  # noqa: N815 - the standard's own word
    keySequence: int = 0  # noqa: N815


class _Document(msgspec.Struct):
    name: str
    label: str
    columns: list[_Column]
    rows: list[list[Cell]] = []


def read(data: bytes) -> Dataset:
    """
    A dataset back from its file: columns, keys and rows; what only metadata knows (class, origin) is empty.

    Raises:  msgspec.ValidationError where the file is no Dataset-JSON.
    """
    held = msgspec.json.decode(data, type=_Document)
    keyed = sorted((each for each in held.columns if each.keySequence), key=lambda each: each.keySequence)
    return Dataset(
        name=held.name,
        label=held.label,
        kind="",
        structure="",
        keys=tuple(each.name for each in keyed),
        variables=tuple(
            Variable(name=each.name, label=each.label, kind=_KINDS.get(each.dataType, "text")) for each in held.columns
        ),
        rows=tuple(tuple(None if cell == "" else cell for cell in row) for row in held.rows),
    )
