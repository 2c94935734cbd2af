"""Multiple imputation of repeated measures: the mean at each visit, with shifts of the imputed values."""

from fractions import Fraction
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.imputation import impute
from trialwright.catalog.numerics.pooling import pool
from trialwright.catalog.numerics.refusals import wrong_level
from trialwright.catalog.numerics.streams import MOST
from trialwright.catalog.numerics.student import finite, t_limits, t_p_value
from trialwright.catalog.numerics.wide_table import Columns, WideTable, wide_table
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, Estimate, MethodResult
from trialwright.model.problem import Problem

METHOD = "multiple_imputation"
MOST_CELLS = 200_000_000  # imputations x participants x columns x steps: beyond, a reader waits for minutes
_COMPLETE = "Nothing is missing and nothing was imputed"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The mean at each visit under each shift, pooled: estimate, standard error, degrees of freedom, interval, p.

    Shape:    a row a visit and delta. Values that were observed are never shifted.
    Missing:  filled in given everything observed of the participant: missing at random, then shifted by delta.
    Problems: unknown columns, text for numbers, a participant twice at a visit, a covariate that is missing, a visit
              nobody has, fewer participants than columns + 2.
    Source:   entry.yaml; numerics/imputation.py, pooling.py, streams.py. Every draw is a function of the seed.
    """
    level, m = arguments.number("conf_level"), arguments.integer("imputations")
    wrong = wrong_level(METHOD, level)
    wide = wide_table(METHOD, arguments.records("data"), _columns(arguments))
    if isinstance(wide, list):
        return wrong + wide
    wrong += _wrong_size(wide, m, arguments.integer("steps"))
    if wrong:
        return wrong
    missing = np.isnan(wide.table)
    filled = impute(
        wide.table, wide.participants, seed=arguments.integer("seed"), imputations=m, steps=arguments.integer("steps")
    )
    for number in range(missing.shape[1]):
        seen = wide.table[~missing[:, number], number]
        if (seen == seen[0]).all():
            # Where everybody seen has one value there is no spread to draw from: it stands for the others too.
            filled[:, :, number] = seen[0]
    rows: list[Estimate] = []
    cells: list[Cells] = []
    for delta in arguments.numbers("deltas"):
        method = _method(arguments, delta)
        for number, visit in enumerate(wide.visits, wide.covariates):
            moved = filled[:, :, number] + np.where(missing[:, number], float(delta), 0.0)
            labels = {"visit": visit, "delta": exact_text(delta)}
            row = _pooled(moved, labels, level, method, whole=not missing[:, number].any())
            rows.append(row)
            cells.append(
                {"visit": visit, "delta": delta, "estimate": row.estimate, "se": row.se, "df": row.df,
                 "lower": row.lower, "upper": row.upper, "p_value": row.p_value}
            )  # fmt: skip
    imputed = int(missing.sum())
    unseen = int(missing[:, wide.covariates :].all(axis=1).sum())
    warnings = () if imputed else (_COMPLETE,)
    if unseen:
        warnings = (f"{unseen} participant(s) without a single response are filled in from the others alone",)
    return MethodResult(
        values={"imputations": m, "imputed": imputed},
        method=_method(arguments, Fraction(0)),
        warnings=warnings,
        rows=tuple(rows),
        shapes={"rows": tuple(cells), "imputations": m, "imputed": imputed},
    )


def _columns(arguments: Parameters) -> Columns:
    response, subject, visit = (arguments.text(name) for name in ("response", "subject", "visit"))
    named = arguments.names("covariates")
    return Columns(response, subject, visit, () if named == ["none"] else tuple(named))


def _wrong_size(wide: WideTable, imputations: int, steps: int) -> list[Problem]:
    rows, columns = wide.table.shape
    if imputations > MOST:
        found = f"imputations is {imputations}"
        return [problems.impossible_arguments(METHOD, found, f"At most {MOST}", "Ask for fewer imputations")]
    if rows < columns + 2:
        found = f"{rows} participants and {columns} columns (covariates and visits)"
        expected = "At least two participants more than columns, or the covariance cannot be drawn"
        return [problems.impossible_arguments(METHOD, found, expected, "Use fewer visits or covariates")]
    if rows * columns * imputations * steps > MOST_CELLS:
        found = f"{rows} participants, {columns} columns, {imputations} imputations of {steps} steps"
        return [problems.impossible_arguments(METHOD, found, "Less work than that", "Ask for fewer imputations")]
    return []


def _pooled(
    values: NDArray[np.float64], labels: dict[str, str], level: Fraction, method: str, *, whole: bool
) -> Estimate:
    """The mean of every completed column, pooled; the plain t interval where the `whole` column was observed."""
    count = values.shape[1]
    means = [float(mean) for mean in values.mean(axis=1)]
    errors = [float(deviation) / sqrt(count) for deviation in values.std(axis=1, ddof=1)]
    pooled = pool(means, errors, count - 1)
    if whole:
        # Barnard and Rubin's formula falls a little short of n - 1 even where nothing is missing.
        pooled = pooled._replace(df=float(count - 1))
    if not pooled.se or not pooled.df:
        return Estimate(name="mean", labels=labels, estimate=pooled.estimate, method=method)
    lower, upper = t_limits(pooled.estimate, pooled.se, pooled.df, level)
    return Estimate(
        name="mean", labels=labels, estimate=pooled.estimate, se=pooled.se, df=finite(pooled.df), lower=lower,
        upper=upper, level=level, p_value=t_p_value(pooled.estimate, pooled.se, pooled.df), method=method,
    )  # fmt: skip


def _method(arguments: Parameters, delta: Fraction) -> str:
    shift = f", imputed values shifted by {exact_text(delta)}" if delta else ""
    return (
        f"Multiple imputation ({arguments.integer('imputations')} imputations, seed {arguments.integer('seed')}, "
        f"multivariate normal, missing at random{shift}), Rubin's rules with Barnard-Rubin degrees of freedom, "
        f"{exact_text(arguments.number('conf_level') * 100)} % confidence interval"
    )
