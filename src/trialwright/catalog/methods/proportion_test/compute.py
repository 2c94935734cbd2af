"""The exact one-sided binomial test against a benchmark rate, with its attained size."""

from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem

MOST_PARTICIPANTS = 5_000  # beyond, exact sums take longer than a reader waits


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `p_value` = P(X >= x), `reject` (1 or 0), `critical` the fewest responders that reject, `size` = P(X >= critical).

    Shape:    decided in exact fractions; `p_value` and `size` are the nearest floats to the exact ones.
    Missing:  `critical` is left out, and a warning says so, where not even n responders of n would reject.
    Problems: counts that cannot be, a benchmark or level outside 0 to 1, more than 5000 participants.
    """
    x, n = arguments.integer("x"), arguments.integer("n")
    p0, alpha = arguments.number("p0"), arguments.number("alpha")
    wrong = _wrong(x, n, p0, alpha)
    if wrong:
        return wrong
    tails, whole = _upper_tails(n, p0), p0.denominator**n
    rejecting = alpha.numerator * whole // alpha.denominator  # a tail count up to this is at most alpha
    critical = next((k for k in range(n + 1) if tails[k] <= rejecting), None)
    values: dict[str, Fraction | float | int | str] = {
        "rate": Fraction(x, n),
        "p_value": tails[x] / whole,
        "reject": int(tails[x] <= rejecting),
    }
    warnings: tuple[str, ...] = ()
    if critical is None:
        values["size"] = 0.0
        warnings = (f"Not even {n} responders of {n} would reject a benchmark of {exact_text(p0)}",)
    else:
        values |= {"critical": critical, "size": tails[critical] / whole}
    level = exact_text(alpha * 100)
    attained = rounded(Fraction(values["size"]) * 100, 2)
    return MethodResult(
        values=values,
        method=f"Exact binomial test against {exact_text(p0)}, one-sided at {level} %, attained size {attained} %",
        warnings=warnings,
    )


def _upper_tails(n: int, p0: Fraction) -> list[int]:
    """P(X >= k) for k = 0 ... n, each as a whole number over (denominator of p0) to the power n."""
    with_response, without = p0.numerator, p0.denominator - p0.numerator
    term, tail, tails = with_response**n, 0, []
    for k in range(n, -1, -1):
        tail += term
        tails.append(tail)
        # P(k - 1) / P(k) = k / (n - k + 1) x (1 - p0) / p0: exact, so the division leaves nothing.
        term = term * k * without // ((n - k + 1) * with_response)
    return tails[::-1]


def _wrong(x: int, n: int, p0: Fraction, alpha: Fraction) -> list[Problem]:
    found = []
    if not 1 <= n <= MOST_PARTICIPANTS or not 0 <= x <= n:
        expected = f"x responders of n participants: 0 <= x <= n, n from 1 to {MOST_PARTICIPANTS}"
        found.append(
            problems.impossible_arguments("proportion_test", f"x is {x} and n is {n}", expected, "Correct x or n")
        )
    for name, number in (("p0", p0), ("alpha", alpha)):
        if not 0 < number < 1:
            found.append(
                problems.impossible_arguments(
                    "proportion_test", f"{name} is {exact_text(number)}", f"{name} lies between 0 and 1",
                    "Write 0.425 for 42.5 %" if name == "p0" else "Write 0.05 for 5 %",
                )
            )  # fmt: skip
    return found
