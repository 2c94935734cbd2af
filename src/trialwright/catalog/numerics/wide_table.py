"""Repeated measures as a table with one row a participant and one column a visit, missing values left open."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trialwright.catalog import problems
from trialwright.catalog.numerics.design_matrix import Field, Record, label, levels
from trialwright.catalog.numerics.model_table import Row, ready
from trialwright.model.problem import Problem


class Columns(NamedTuple):
    """Which column of the long table is what."""

    response: str
    subject: str
    visit: str
    covariates: tuple[str, ...]


class WideTable(NamedTuple):
    """Covariates first, then a column a visit; NaN where missing. Participants in reading order."""

    participants: tuple[str, ...]
    visits: tuple[str, ...]
    covariates: int
    table: NDArray[np.float64]


def wide_table(method: str, rows: Sequence[Row], columns: Columns) -> WideTable | list[Problem]:
    """
    The table of every participant who stands in `rows`, also of those without a single response.

    Problems: unknown columns, text for numbers, a participant twice at a visit, a covariate missing or changing, a
              visit without any response.
    """
    wrong = ready(method, rows, columns.response, [columns.subject, columns.visit], columns.covariates)
    if isinstance(wrong, list):
        return wrong
    participants = levels([row[columns.subject] for row in rows])
    visits = levels([row[columns.visit] for row in rows])
    table = np.full((len(participants), len(columns.covariates) + len(visits)), np.nan)
    places = {name: number for number, name in enumerate(participants)}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        who, when = label(row[columns.subject]), label(row[columns.visit])
        if (who, when) in seen:
            found = f"a participant stands twice at visit {when}"
            return [problems.impossible_arguments(method, found, "One row a participant and visit", "Remove one")]
        seen.add((who, when))
        _enter(table[places[who]], columns.covariates, row, len(columns.covariates) + visits.index(when), columns)
    return _checked(method, WideTable(participants, visits, len(columns.covariates), table), columns)


def _enter(line: NDArray[np.float64], covariates: Sequence[str], row: Record, at: int, columns: Columns) -> None:
    for number, name in enumerate(covariates):
        value = _float(row.get(name))
        # Two different values of what is said once of a participant are as good as none: the check below says so.
        line[number] = value if np.isnan(line[number]) or line[number] == value else np.inf
    line[at] = _float(row.get(columns.response))


def _float(value: Field) -> float:
    if value is None or value == "":
        return float("nan")
    return float(value if isinstance(value, Fraction) else Fraction(value))


def _checked(method: str, wide: WideTable, columns: Columns) -> WideTable | list[Problem]:
    for number, name in enumerate(columns.covariates):
        if not np.isfinite(wide.table[:, number]).all():
            found = f"{name} is missing, or not the same in every row, for some participant"
            expected = "A covariate is known of everybody and said once"
            return [problems.impossible_arguments(method, found, expected, "Leave it out, or complete it")]
    for number, visit in enumerate(wide.visits, wide.covariates):
        if np.isnan(wide.table[:, number]).all():
            found = f"nobody has a response at visit {visit}"
            return [problems.impossible_arguments(method, found, "A response at every visit", "Leave the visit out")]
    return wide
