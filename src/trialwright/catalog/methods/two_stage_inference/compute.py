"""Estimate, p value and interval of the response rate after a two-stage design with a stop for futility."""

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.after_two_stages import Boundary, as_high, koyama_chen, limits, umvue
from trialwright.catalog.numerics.refusals import wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

LARGEST = 1_000
_NAME = "two_stage_inference"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `umvue` (exact), one-sided `p`, and the interval `lower` to `upper` of level 1 - 2 alpha.

    Shape:    `x` counts all responders at the end of the trial; at most r1 means that it stopped after the first stage.
    Problems: boundaries that are no design, responders that cannot be.
    Source:   estimate: Girshick, Mosteller and Savage 1946, as Jung and Kim 2004 use it; p value and interval: Koyama
              and Chen 2008. `exact` is the interval that is never too narrow.
    """
    r1, n1, r, n, x = (arguments.integer(name) for name in ("r1", "n1", "r", "n", "x"))
    p0, alpha = arguments.number("p0"), arguments.number("alpha")
    wrong = _wrong((r1, n1, r, n), x) + wrong_share(_NAME, "p0", p0, "Write 0.2 for 20 %")
    if not 0 < alpha < 0.5:
        expected = "alpha lies between 0 and 0.5: the interval has the level 1 - 2 alpha"
        wrong.append(problems.impossible_arguments(_NAME, f"alpha is {exact_text(alpha)}", expected, "Write 0.05"))
    if wrong:
        return wrong
    design, tail = Boundary(r1, n1, n), float(alpha)
    best, p = umvue(design, x), as_high(design, x, float(p0))
    lower, upper = koyama_chen(design, x, tail)
    low, high = limits(design, x, tail)
    level = 1 - 2 * alpha
    shown = exact_text(level * 100)
    method = f"Unbiased estimate, p value in stage-wise order and {shown} % interval after a two-stage design"
    wider = f"The same with an upper limit that x or fewer reaches with the probability of one tail, {shown} %"
    rows = tuple(
        Estimate(name=name, estimate=best, lower=a, upper=b, level=level, p_value=p, method=said)
        for name, a, b, said in (("koyama_chen", lower, upper, method), ("exact", low, high, wider))
    )
    return MethodResult(
        values={"umvue": best, "p": p, "lower": lower, "upper": upper, "reject": int(x > r)},
        method=method,
        rows=rows,
        shapes={"umvue": best, "p": p, "lower": lower, "upper": upper, "exact": (low, high)},
    )


def _wrong(design: tuple[int, int, int, int], x: int) -> list[Problem]:
    r1, n1, r, n = design
    if not (0 <= r1 < n1 < n <= LARGEST and r1 <= r < n):
        expected = f"0 <= r1 < n1 < n <= {LARGEST} and r1 <= r < n, n being the total of both stages"
        found, cure = f"r1 is {r1}, n1 is {n1}, r is {r} and n is {n}", "Copy the four numbers from the design"
    elif not 0 <= x <= n:
        found, expected, cure = f"x is {x} and n is {n}", "0 <= x <= n", "Correct x: all responders at the end"
    else:
        return []
    return [problems.impossible_arguments(_NAME, found, expected, cure)]
