"""Parquet: every table with real types, its labels and code lists in the file's own metadata."""

import io
import json
from collections.abc import Iterator

import polars as pl

from trialwright.export.files import File
from trialwright.export.formats import Format, Source
from trialwright.export.typed.columns import Column, TypedTable
from trialwright.export.typed.packing import Names, Packing, packed
from trialwright.model.problem import Lost
from trialwright.model.text import Text

KEY = "trialwright"
"""The key of the file's metadata under which title, labels, units and code lists stand as JSON."""

NEVER = (
    Lost(
        "the difference between an empty text and nothing",
        "both are nothing: the tables are those of CSV, which knows one of them",
    ),
)


def write(source: Source) -> Iterator[File]:
    """`*.parquet`, one a table, `manifest.json` and `lost.json`."""
    return packed(source, PACKING)


def _file(source: Source, table: TypedTable, names: Names) -> tuple[tuple[bytes], list[Lost]]:
    """
    One table.

    Shape:   numbers as 64-bit numbers, days as dates, moments as timestamps in UTC, codes as a dictionary in the order
             of the code list; labels in both languages under KEY.
    """
    out = io.BytesIO()
    frame = table.frame.with_columns(
        *(pl.col(each.name).cast(pl.Enum([c.code for c in each.choices])) for each in table.columns if each.choices),
        *(pl.col(each.name).dt.replace_time_zone("UTC") for each in table.columns if each.kind == "moment"),
    ).rename(dict(names))
    frame.write_parquet(out, metadata={KEY: json.dumps(_metadata(source, table), ensure_ascii=False, sort_keys=True)})
    return (out.getvalue(),), []


def _metadata(source: Source, table: TypedTable) -> dict[str, object]:
    study, snapshot = source.study, source.snapshot
    return {
        "table": table.name,
        "title": {"en": table.title.en, "zh": table.title.of("zh")},
        "study": {"name": study.name, "build": study.build, "hash": study.hash},
        "snapshot": {"hash": snapshot.hash, "as_of_utc": snapshot.as_of_utc},
        "columns": {column.name: _described(column) for column in table.columns},
    }


def _described(column: Column) -> dict[str, object]:
    told: dict[str, object] = {"kind": column.kind, "en": column.label.en, "zh": column.label.of("zh")}
    if column.unit:
        told["unit"] = column.unit
    if column.choices:
        told["choices"] = {each.code: {"en": each.label.en, "zh": each.label.of("zh")} for each in column.choices}
    return told


PACKING = Packing(
    suffix="parquet",
    names=lambda columns: {name: name for name in columns},
    numbers=lambda _: {},
    file=_file,
    never=NEVER,
)

FORMAT = Format(
    name="parquet",
    title=Text("Parquet tables", "Parquet 表格"),
    says=Text(
        "The CSV tables with real types, for Python, R or a database; labels and code lists lie inside each file.",
        "带数据类型的 CSV 表格，供 Python、R 或数据库使用；标签和代码表存于各文件内。",
    ),
    write=write,
    family="tables",
)

__all__ = ["FORMAT", "KEY", "NEVER", "write"]
