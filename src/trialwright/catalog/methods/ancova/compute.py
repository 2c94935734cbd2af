"""Analysis of covariance with least-squares means and their differences."""

from itertools import combinations

import numpy as np

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.design_matrix import Design
from trialwright.catalog.numerics.linear_estimates import cells, contrast_row
from trialwright.catalog.numerics.model_table import ready
from trialwright.catalog.numerics.refusals import wrong_level
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

NOT_ESTIMABLE = "Some least-squares means cannot be estimated: a combination of levels that nobody is in"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    A least-squares mean for each level of `by`, and the difference of each two, with t intervals.

    Shape:    factors and covariates enter without interactions; covariates at their mean over the rows used, the other
              factors' levels weighted equally. A difference is the earlier level minus the later one.
    Missing:  incomplete rows are left out and counted in a warning; a mean that cannot be estimated is None.
    Problems: unknown columns, text for numbers, `by` no factor, too few rows for the model.
    """
    factors, covariates = arguments.names("factors"), arguments.names("covariates")
    covariates = [name for name in covariates if name != "none"]
    response, by, level = arguments.text("response"), arguments.text("by"), arguments.number("conf_level")
    wrong = wrong_level("ancova", level)
    if by not in factors:
        found = f'by is "{by}"'
        wrong.append(problems.impossible_arguments("ancova", found, f"One of the factors, {', '.join(factors)}", ""))
    table = ready("ancova", arguments.records("data"), response, factors, covariates)
    if isinstance(table, list):
        return wrong + table
    if not wrong:
        wrong = _too_few(len(table.rows), len(factors))
    if wrong:
        return wrong
    design = Design([*factors, *covariates], table.rows, factors)
    x, y = design.matrix, np.array(table.response)
    df = len(y) - x.shape[1]
    if df < 1:
        return _too_few(len(y), x.shape[1] + 1)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    variance = float(((y - x @ beta) ** 2).sum()) / df
    spread = variance * np.linalg.inv(x.T @ x)
    sentence = (
        f"Analysis of covariance, least-squares means with other factors weighted equally, {exact_text(level * 100)} % "
        f"confidence interval, {df} degrees of freedom"
    )
    means = {name: design.contrast({by: name}) for name in design.factors[by]}
    asked = {("lsmean", name): found for name, found in means.items()}
    for one, other in combinations(means, 2):
        first, second = means[one], means[other]
        asked["difference", f"{one} - {other}"] = None if first is None or second is None else first - second
    rows = [
        contrast_row(Estimate(name=name, labels={"level": at}, method=sentence), contrast, (beta, spread), df, level)
        for (name, at), contrast in asked.items()
    ]
    return MethodResult(
        values={"n": len(y), "df": df, "sigma": variance**0.5},
        method=sentence,
        warnings=table.warnings() + ((NOT_ESTIMABLE,) if any(row.estimate is None for row in rows) else ()),
        rows=tuple(rows),
        shapes={
            "lsmeans": tuple(cells(row, "level") for row in rows if row.name == "lsmean"),
            "differences": tuple({**cells(row, "level"), "p": row.p_value} for row in rows if row.name == "difference"),
        },
    )


def _too_few(rows: int, least: int) -> list[Problem]:
    expected = f"At least {least + 1} complete rows for this model"
    if rows > least:
        return []
    return [problems.impossible_arguments("ancova", f"data has {rows} complete rows", expected, "Use fewer factors")]
