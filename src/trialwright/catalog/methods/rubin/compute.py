"""Rubin's rules: the estimates of several completed data sets as one."""

from math import inf, isfinite

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.pooling import pool
from trialwright.catalog.numerics.refusals import too_few, wrong_level
from trialwright.catalog.numerics.student import t_limits, t_p_value
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult, Shape
from trialwright.model.problem import Problem

_SAME = "The completed estimates do not differ and have no error: there is no interval"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The pooled `estimate` with `se`, `df`, limits, p against 0, and `fmi`, the fraction of missing information.

    Missing:  `df` is left out where it is infinite: the interval is then the normal one.
    Problems: fewer than two estimates, not as many standard errors, a negative one, a level outside 0 to 1.
    Source:   entry.yaml; the rules stand in numerics/pooling.py.
    """
    estimates, ses = arguments.numbers("estimates"), arguments.numbers("ses")
    level, complete = arguments.number("conf_level"), arguments.number("df_complete")
    wrong = wrong_level("rubin", level) + too_few("rubin", "estimates", len(estimates), 2)
    if len(estimates) != len(ses) or any(se < 0 for se in ses) or complete < 0:
        found = f"{len(estimates)} estimates and {len(ses)} standard errors"
        expected = "As many standard errors as estimates, none negative, and df_complete of 0 or more"
        wrong.append(problems.impossible_arguments("rubin", found, expected, "Give a pair for each imputation"))
    if wrong:
        return wrong
    pooled = pool([float(e) for e in estimates], [float(se) for se in ses], float(complete) if complete else inf)
    kind = "Barnard-Rubin" if complete else "Rubin's"
    method = (
        f"Rubin's rules over {len(estimates)} imputations, {kind} degrees of freedom, "
        f"{exact_text(level * 100)} % confidence interval"
    )
    if not pooled.se or not pooled.df:
        shapes: dict[str, Shape] = dict.fromkeys(("se", "df", "lower", "upper", "p_value", "fmi"))
        return MethodResult(
            values={"estimate": pooled.estimate}, method=method, warnings=(_SAME,),
            rows=(Estimate(name="pooled", estimate=pooled.estimate, method=method, warnings=(_SAME,)),),
            shapes={"estimate": pooled.estimate, **shapes},
        )  # fmt: skip
    lower, upper = t_limits(pooled.estimate, pooled.se, pooled.df, level)
    p_value = t_p_value(pooled.estimate, pooled.se, pooled.df)
    df = pooled.df if isfinite(pooled.df) else None
    row = Estimate(
        name="pooled", estimate=pooled.estimate, se=pooled.se, df=df, lower=lower, upper=upper, level=level,
        p_value=p_value, method=method,
    )  # fmt: skip
    told = {
        "estimate": pooled.estimate, "se": pooled.se, "df": df, "lower": lower, "upper": upper, "p_value": p_value,
        "fmi": pooled.missing,
    }  # fmt: skip
    return MethodResult(
        values={name: value for name, value in told.items() if value is not None},
        method=method,
        rows=(row,),
        shapes=dict(told),
    )
