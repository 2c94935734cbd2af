"""Two tables that describe the others: every variable with its label, and every code with what stands for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from trialwright.export.csv.cells import CsvCell, CsvTable, table_of
from trialwright.export.typed.columns import Column, TypedTable

VARIABLES = ("table", "column", "name", "kind", "unit", "label_en", "label_zh", "data_of")
CHOICES = ("table", "column", "code", "number", "label_en", "label_zh", "data_of")


def listed(
    tables: Sequence[TypedTable],
    names: Mapping[str, Mapping[str, str]],
    numbers: Callable[[Column], Mapping[str, int]],
    data_of: str,
) -> tuple[CsvTable, CsvTable]:
    """
    The tables `variables` and `choices`: labels in both languages, whole, whatever a format does to them.

    `names` gives, by table and column, what the column is called in the files; `numbers` what stands for each code of
    a column (nothing where the code itself stands there).
    """
    variables = (
        (
            table.name, column.name, names[table.name][column.name], column.kind, column.unit, column.label.en,
            column.label.of("zh"), data_of,
        )
        for table in tables
        for column in table.columns
    )  # fmt: skip
    return (
        table_of("variables", VARIABLES, variables),
        table_of("choices", CHOICES, _codes(tables, numbers, data_of)),
    )


def _codes(
    tables: Sequence[TypedTable], numbers: Callable[[Column], Mapping[str, int]], data_of: str
) -> Iterator[tuple[CsvCell, ...]]:
    for table in tables:
        for column in table.columns:
            told = numbers(column)
            for choice in column.choices:
                number = told.get(choice.code)
                words = (choice.label.en, choice.label.of("zh"))
                yield table.name, column.name, choice.code, number, *words, data_of
