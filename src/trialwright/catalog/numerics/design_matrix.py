"""Design matrices of linear models: factors and covariates by name, columns that add nothing left out."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np

from trialwright.catalog.exact_text import exact_text

Field = str | Fraction | None
Record = Mapping[str, Field]
Cell = Mapping[str, str | float]
"""One point of a design: factor -> level, covariate -> number."""

ALIASED = 1e-9  # a column whose part outside the others is smaller than this, relatively, adds nothing
MOST_CELLS = 100_000


def label(value: Field) -> str:
    """A value as the name of a level: the number 4 and the text "4" are the same level."""
    return exact_text(value) if isinstance(value, Fraction) else str(value)


def levels(values: Sequence[Field]) -> tuple[str, ...]:
    """Every level once: by number where all are numbers, else in reading order (W4 before W12)."""
    return tuple(sorted({label(v) for v in values}, key=_natural))


def _natural(text: str) -> list[tuple[int, float, str]]:
    parts = re.split(r"(-?\d+(?:\.\d+)?)" if re.fullmatch(r"-?\d+(\.\d+)?", text) else r"(\d+)", text)
    return [(0, float(p), "") if i % 2 else (1, 0.0, p) for i, p in enumerate(parts) if p]


class Design:
    """
    The columns of a model with an intercept, full rank.

    Shape:   `terms` are names, or products such as "visit:arm"; every factor has one column a level, and columns that
             depend on those before them are left out, as SAS does. Estimates of what is estimable do not depend on it.
    """

    def __init__(self, terms: Sequence[str], records: Sequence[Record], factors: Sequence[str]) -> None:
        self.terms = [tuple(part.strip() for part in term.split(":")) for term in terms]
        self.factors = {name: levels([r[name] for r in records]) for name in factors}
        names = {name for term in self.terms for name in term}
        self.covariates = sorted(names - set(factors))
        points = [
            {n: label(r[n]) if n in self.factors else _number(r[n]) for n in names | set(factors)} for r in records
        ]
        self.means = {name: float(np.mean([p[name] for p in points])) for name in self.covariates}
        full = self._full(points)
        self._kept = independent(full)
        self.matrix = full[:, self._kept]
        self._row_space = np.linalg.svd(full / _scale(full), full_matrices=False)
        self._scale = _scale(full)

    def contrast(self, fixed: Cell) -> np.ndarray | None:
        """
        The coefficients of a least-squares mean: covariates at their means, other factors weighted equally.

        Missing: None where the data cannot estimate it (a combination that nobody was in).
        """
        free = [name for name in self.factors if name not in fixed]
        if prod(len(self.factors[name]) for name in free) > MOST_CELLS:
            return None
        cells = [
            {**self.means, **fixed, **dict(zip(free, chosen, strict=True))}
            for chosen in product(*(self.factors[name] for name in free))
        ]
        row = self._full(cells).mean(axis=0)
        _, sizes, right = self._row_space
        basis = right[sizes > ALIASED * sizes[0]]
        scaled = row / self._scale
        if np.linalg.norm(scaled - basis.T @ (basis @ scaled)) > 1e-8 * np.linalg.norm(scaled):
            return None
        found: np.ndarray = row[self._kept]
        return found

    def _full(self, points: Sequence[Cell]) -> np.ndarray:
        columns = [np.ones((len(points), 1))]
        for term in self.terms:
            block = np.ones((len(points), 1))
            for name in term:
                block = (block[:, :, None] * self._of(name, points)[:, None, :]).reshape(len(points), -1)
            columns.append(block)
        return np.hstack(columns)

    def _of(self, name: str, points: Sequence[Cell]) -> np.ndarray:
        if name not in self.factors:
            return np.array([[float(p[name])] for p in points])
        place = {level: i for i, level in enumerate(self.factors[name])}
        return np.eye(len(place))[[place[str(p[name])] for p in points]]


def _number(value: Field) -> float:
    return float(value) if isinstance(value, Fraction) else float(Fraction(value or 0))


def _scale(full: np.ndarray) -> np.ndarray:
    sizes: np.ndarray = np.sqrt((full**2).mean(axis=0))
    return np.where(sizes > 0, sizes, 1.0)


def independent(full: np.ndarray) -> list[int]:
    """The columns, from the left, that are not combinations of those before them."""
    kept: list[int] = []
    basis = np.empty((full.shape[0], 0))
    for j in range(full.shape[1]):
        column = full[:, j]
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)  # once more: rounding leaves a trace of the others
        if np.linalg.norm(rest) > ALIASED * max(float(np.linalg.norm(column)), 1e-300):
            basis = np.hstack([basis, (rest / np.linalg.norm(rest))[:, None]])
            kept.append(j)
    return kept
