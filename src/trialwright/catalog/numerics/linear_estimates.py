"""Estimates of contrasts as rows: a standard error and degrees of freedom become an interval and a p value."""

from fractions import Fraction

import numpy as np

from trialwright.catalog.numerics.student import t_limits, t_p_value
from trialwright.model.entry import Estimate, Statistic


def contrast_row(
    row: Estimate, contrast: np.ndarray | None, fitted: tuple[np.ndarray, np.ndarray], df: float, level: Fraction
) -> Estimate:
    """
    `row` with estimate, standard error, t interval and p value of a contrast; `fitted` = coefficients, covariance.

    Missing: as it was where the contrast cannot be estimated.
    """
    if contrast is None:
        return row
    beta, spread = fitted
    estimate = float(contrast @ beta)
    se = max(float(contrast @ spread @ contrast), 0.0) ** 0.5
    lower, upper = t_limits(estimate, se, df, level)
    return Estimate(
        name=row.name, labels=row.labels, method=row.method, estimate=estimate, se=se, df=df, lower=lower, upper=upper,
        level=level, p_value=t_p_value(estimate, se, df),
    )  # fmt: skip


def cells(row: Estimate, *labels: str) -> dict[str, Statistic | str | None]:
    """A row of a fixed shape: its labels, then estimate, se, df, lower, upper."""
    named: dict[str, Statistic | str | None] = {name: row.labels[name] for name in labels}
    return named | {
        "estimate": row.estimate, "se": row.se, "df": row.df, "lower": row.lower, "upper": row.upper,
    }  # fmt: skip
