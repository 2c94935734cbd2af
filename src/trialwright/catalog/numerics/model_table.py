"""Rows of a table made ready for a linear model: columns checked, incomplete rows left out and counted."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from trialwright.catalog import problems
from trialwright.catalog.numerics.design_matrix import Field, label
from trialwright.catalog.strict_yaml import guess
from trialwright.model.problem import Problem

Row = dict[str, Field]


class ModelTable(NamedTuple):
    """Complete rows with the response as numbers, and how many rows were incomplete."""

    rows: list[Row]
    response: list[float]
    dropped: int

    def warnings(self) -> tuple[str, ...]:
        return (f"{self.dropped} incomplete row(s) left out",) if self.dropped else ()


def ready(
    method: str, rows: Sequence[Row], response: str, labels: Sequence[str], numbers: Sequence[str]
) -> ModelTable | list[Problem]:
    """
    The rows that have everything: response and `numbers` as numbers, `labels` as names of levels.

    Problems: no rows, a column that no row has, text where a number belongs (not quoted: it may be a participant's).
    """
    known = sorted({name for row in rows for name in row})
    if not rows:
        return [problems.impossible_arguments(method, "data has no rows", "Rows of a table", "Give data")]
    wrong = []
    for name in dict.fromkeys((response, *labels, *numbers)):
        if name not in known:
            expected = f"Columns are {', '.join(known)}"
            wrong.append(
                problems.impossible_arguments(method, f'no row has a column "{name}"', expected, guess(name, known))
            )
    if wrong:
        return wrong
    for name in (response, *numbers):
        odd = [at for at, row in enumerate(rows, 1) if not _is_number(row.get(name))]
        if odd:
            found = f'"{name}" is no number in row {odd[0]}' + (f" and {len(odd) - 1} more" if odd[1:] else "")
            wrong.append(
                problems.impossible_arguments(method, found, "A number, or null where it is missing", "Correct the row")
            )
    if wrong:
        return wrong
    needed = (response, *labels, *numbers)
    kept = [row for row in rows if all(row.get(name) not in (None, "") for name in needed)]
    if not kept:
        found = f"none of {len(rows)} rows has everything the model asks for"
        return [problems.impossible_arguments(method, found, "At least one complete row", "Complete the data")]
    used: list[Row] = []
    for row in kept:
        cells: Row = {name: label(row[name]) for name in labels}
        used.append(cells | {name: _number(row[name]) for name in (response, *numbers)})
    numbers_of = [float(_number(row[response])) for row in kept]
    return ModelTable(used, numbers_of, len(rows) - len(kept))


def _number(value: Field) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(value or 0)


def _is_number(value: Field) -> bool:
    if value is None or isinstance(value, Fraction) or value == "":
        return True
    try:
        Fraction(value)
    except (ValueError, ZeroDivisionError):
        return False
    return True
