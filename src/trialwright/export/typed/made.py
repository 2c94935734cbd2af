"""The tables of a snapshot with types and labels: the fixed ones by columns.json, those of forms by the definition."""

from collections.abc import Iterator

import msgspec
import polars as pl

from trialwright.export.csv.cells import Cells, CsvTable, Number, Repeated
from trialwright.export.typed.columns import Column, ColumnKind, TypedTable, beside, code_list, known, title_of
from trialwright.export.typed.fitting import fit, text_of
from trialwright.export.typed.lists import texts_apart
from trialwright.model.entry import Choice, Item
from trialwright.model.problem import Lost
from trialwright.model.study import Study
from trialwright.model.text import Text

NEVER: tuple[Lost, ...] = (
    Lost("ledger: hashes, commitments and nonces", "a table has no chain; the ledger's own backup carries it"),
    Lost(
        "definition: skip logic, edit checks, eligibility and analysis sets",
        "conditions are trees; the codebook lists items",
    ),
    Lost(
        "definition: estimands, windows and displays",
        "they are in the study folder; the table of results names each estimand",
    ),
    Lost(
        "results and verdicts while data are open",
        "nobody is told them before data lock or a declared look; export again then",
    ),
    Lost("nesting of reasons, counts and details", "they stand as JSON text inside one cell of the table of texts"),
)
"""What typed tables cannot carry, whatever their format."""

_FORM, _SET = "form_", "set."
_KINDS: dict[str, ColumnKind] = {
    "number": "number", "integer": "integer", "choice": "choice", "yes_no": "choice", "date": "date",
    "partial_date": "date", "text": "text",
}  # fmt: skip


def typed_tables(study: Study, tables: list[CsvTable], data_of: str) -> tuple[TypedTable, ...]:
    """
    Every table of the CSV export with typed columns, in the same order of tables, rows and columns, and those apart.

    Shape:   a column that holds more than its type can has a column `NAME__text` beside it, with those cells alone: a
             limit ("<20"), a partial date, a number that 64 bits do not hold exactly. A date has it always where the
             form takes partial ones. A mixed column stays text and has its numbers in `NAME__number`. `tables` is
             used up: each leaves the memory when its typed one is there.
    """
    waiting = list(texts_apart(tables, data_of))
    tables.clear()
    waiting.reverse()
    made = []
    while waiting:
        made.append(typed_table(study, waiting.pop()))
    return tuple(made)


def typed_table(study: Study, table: CsvTable) -> TypedTable:
    """One table with typed columns."""
    of_form = _form_columns(study, table.name.removeprefix(_FORM)) if table.name.startswith(_FORM) else {}
    columns: list[Column] = []
    series: list[pl.Series] = []
    for name, cells in zip(table.columns, table.cells, strict=True):
        declared = of_form.get(name)
        told = [(declared, cells)] if declared is not None else _undeclared(study, table.name, name, cells)
        for column, values in told:
            for fitted, made in _fitted(column, values):
                columns.append(fitted)
                series.append(made)
    return TypedTable(table.name, _title(study, table.name), tuple(columns), pl.DataFrame(series))


def _fitted(column: Column, cells: Cells) -> Iterator[tuple[Column, pl.Series]]:
    fitted = fit(column.name, column.kind, cells)
    yield (_with_every_code(column, fitted.values) if column.kind == "choice" else column), fitted.values
    if fitted.beside is not None or column.partial:
        name = f"{column.name}__text"
        rest = fitted.beside if fitted.beside is not None else pl.Series([None] * len(cells), dtype=pl.String())
        yield Column(name=name, label=beside(column.label, "text"), kind="text"), rest.alias(name)


def _with_every_code(column: Column, values: pl.Series) -> Column:
    """A code that only an older build knew is its own label."""
    listed = {each.code for each in column.choices}
    older = sorted(set(values.drop_nulls().unique().to_list()) - listed)
    choices = (*column.choices, *(Choice(code, Text(code)) for code in older))
    return msgspec.structs.replace(column, choices=choices)


def _form_columns(study: Study, name: str) -> dict[str, Column]:
    """What the definition says of the columns of a form; nothing of a form that only an older build knew."""
    form = next((each for each in study.forms if each.name == name), None)
    fields = [field for section in form.sections for field in section.fields] if form is not None else []
    columns = [column for field in fields for column in _of_item(field.name, field.item)]
    return {column.name: column for column in columns}


def _of_item(name: str, item: Item) -> Iterator[Column]:
    choices = item.choices or (code_list("answer") if item.kind == "yes_no" else ())
    unit = "" if item.other_units else item.unit  # with a choice of units the unit stands beside each value
    yield Column(
        name=name, label=item.label, kind=_KINDS[item.kind], unit=unit, decimals=item.decimals,
        partial=item.kind == "partial_date", choices=choices,
    )  # fmt: skip
    yield Column(name=f"{name}__unit", label=beside(item.label, "unit"), kind="text")
    yield _why_missing(name, item.label)


def _why_missing(name: str, label: Text) -> Column:
    return Column(name=f"{name}__missing", label=beside(label, "missing"), kind="choice", choices=code_list("missing"))


def _undeclared(study: Study, table: str, name: str, cells: Cells) -> list[tuple[Column, Cells]]:
    """A column that every study has, or one that no build of now declares: that one by what it holds."""
    found = known(table, name)
    if found is None:
        return [(_by_its_cells(study, name, cells), cells)]
    if found.kind == "any":
        numbers = _numbers_of(cells)
        return [
            (Column(name=name, label=found.label, kind="text"), cells),
            (Column(name=f"{name}__number", label=beside(found.label, "number"), kind="number"), numbers),
        ]
    if found.kind == "fact":
        return [(_fact(name, found.label, cells), cells)]
    return [(Column(name=name, label=found.label, kind=found.kind, choices=found.choices), cells)]


def _numbers_of(cells: Cells) -> Cells:
    if isinstance(cells, Repeated):
        return Repeated([cell if isinstance(cell, Number) else None for cell in cells.held], cells.at)
    return [cell if isinstance(cell, Number) else None for cell in cells]


def _fact(name: str, label: Text, cells: Cells) -> Column:
    held = {text_of(cell) for cell in cells} - {None}
    truths = code_list("fact")
    if held <= {each.code for each in truths}:
        return Column(name=name, label=label, kind="choice", choices=truths)
    return Column(name=name, label=label, kind="integer" if _numbers(cells) else "text")


def _by_its_cells(study: Study, name: str, cells: Cells) -> Column:
    base, _, what = name.partition("__")
    if what == "missing":
        return _why_missing(base, Text(base))
    if name.startswith(_SET):
        title = next((each.title for each in study.analysis_sets if each.name == name.removeprefix(_SET)), Text(name))
        return _fact(name, title, cells)
    return Column(name=name, label=Text(name), kind="number" if _numbers(cells) else "text")


def _numbers(cells: Cells) -> bool:
    held = [cell for cell in cells if cell not in (None, "", "unknown")]
    return bool(held) and all(isinstance(cell, int | Number) for cell in held)


def _title(study: Study, table: str) -> Text:
    of_form = (form.title for form in study.forms if f"{_FORM}{form.name}" == table)
    return title_of(table) or next(of_form, Text(table))
