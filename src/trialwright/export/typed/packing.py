"""A folder of files, one a table, with `manifest.json` and `lost.json`: alike for every format of typed tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
import polars as pl

from trialwright.export.csv.contents import (
    Contents,
    Described,
    contents_of,
    described,
    file_name,
    manifest,
    without_tables,
)
from trialwright.export.files import Counted, File
from trialwright.export.formats import Source, json_file, lost_file
from trialwright.export.typed.columns import Column, TypedTable
from trialwright.export.typed.listing import listed
from trialwright.export.typed.made import NEVER, typed_table, typed_tables
from trialwright.model.ledger import NAME
from trialwright.model.problem import Lost

Names = Mapping[str, str]
"""What each column of a table is called in its file."""


class Packing(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is particular to a format: the end of its file names, how columns are called, which numbers stand for codes,
    how a table becomes bytes (and what was lost on the way), and what it can never carry.
    """

    suffix: str
    names: Callable[[Iterable[str]], dict[str, str]]
    numbers: Callable[[Column], Mapping[str, int]]
    file: Callable[[Source, TypedTable, Names], tuple[Iterable[bytes], list[Lost]]]
    never: tuple[Lost, ...] = ()


def packed(source: Source, packing: Packing) -> Iterator[File]:
    """
    Every table of the CSV export as a file, then `variables` and `choices` that describe them, lost.json and manifest.

    Raises:  ValueError where the tables do not hold the whole snapshot, or a file was not read before the next.
    """
    held, tables = source.once(_typed)
    names = {table.name: packing.names(column.name for column in table.columns) for table in tables}
    listings = listed(tables, names, packing.numbers, held.mark or "participants")
    entries: list[Described] = []
    lost = [*NEVER, *packing.never]
    for table in (*tables, *(typed_table(source.study, each) for each in listings)):
        called = names.get(table.name) or packing.names(column.name for column in table.columns)
        name = f"{file_name(table.name, held.mark)}.{packing.suffix}"
        pieces, gone = packing.file(source, _in_texts(table), called)
        lost += gone
        written = Counted(pieces)
        yield File(name, written)
        entries.append(described(name, table.frame.height, table.frame.width, written))
    yield File("lost.json", (lost_file(lost),))
    yield File("manifest.json", (json_file(manifest(source.study, source.snapshot, held, entries)),))


def _in_texts(table: TypedTable) -> TypedTable:
    """The table with texts in place of names, which take a quarter of the memory while it waits for its turn."""
    return msgspec.structs.replace(table, frame=table.frame.cast({NAME: pl.String()}))


def _typed(source: Source) -> tuple[Contents, tuple[TypedTable, ...]]:
    """What all formats of typed tables are written from: made once a source."""
    tables = list(contents_of(source).tables)
    held = without_tables(source)
    return held, typed_tables(source.study, tables, held.mark or "participants")
