"""The one-sample (paired) t test with its interval."""

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import too_few, wrong_level
from trialwright.catalog.numerics.student import mean_of, root, t_limits, t_p_value, variance_of
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `mean` (exact), `se`, `df`, `lower`, `upper` and the two-sided `p_value` of a mean of `mu`.

    Missing:  equal values have no standard error and no p value; a warning says so.
    Problems: fewer than two values, a level outside 0 to 1.
    """
    x, level, mu = arguments.numbers("x"), arguments.number("conf_level"), arguments.number("mu")
    wrong = too_few("t_test", "x", len(x), 2) + wrong_level("t_test", level)
    if wrong:
        return wrong
    mean, df = mean_of(x), len(x) - 1
    se = root(variance_of(x) / len(x))
    interval = f"with {exact_text(level * 100)} % confidence interval, {df} degrees of freedom"
    method = f"t test of a mean of {exact_text(mu)}, two-sided, {interval}"
    if se == 0:
        warning = "All values are equal: there is no t interval"
        return MethodResult(values={"mean": mean, "df": df}, method=method, warnings=(warning,))
    low, high = t_limits(float(mean), se, df, level)
    p = t_p_value(float(mean - mu), se, df)
    row = Estimate(
        name="mean", estimate=mean, se=se, df=df, lower=low, upper=high, level=level, p_value=p, method=method
    )  # fmt: skip
    return MethodResult(
        values={"mean": mean, "se": se, "df": df, "lower": low, "upper": high, "p_value": p or 0.0},
        method=method,
        rows=(row,),
        shapes={"mean": float(mean), "ci": (low, high)},
    )
