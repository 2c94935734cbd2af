"""What an interval of a proportion will be worth: its expected width and its true coverage."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.binomial import LIMITS
from trialwright.catalog.numerics.designs import power
from trialwright.catalog.numerics.refusals import out_of_reach, wrong_level, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, MethodResult
from trialwright.model.problem import Problem

NAME = "precision"
LARGEST = 500


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `expected_width` and `coverage` at one true rate, and `holds_from`, from where on every size is narrow enough.

    Shape:    `counts` is one {x, lower, upper, probability} a possible number of responders.
    Missing:  no width asked, or none reached up to nmax: `holds_from` is None, in the second case with a warning.
    Problems: participants out of reach, a rate or level outside 0 to 1.
    Source:   every outcome's interval, cut off at 0 and 1, weighted by its binomial probability.
    """
    n, most = arguments.integer("n"), arguments.integer("nmax")
    p, level, width = (arguments.number(name) for name in ("p", "conf_level", "width"))
    wrong = out_of_reach(NAME, "n", n, 1, LARGEST) + out_of_reach(NAME, "nmax", most, 1, LARGEST)
    wrong += wrong_share(NAME, "p", p, "Write 0.4 for 40 %") + wrong_level(NAME, level)
    if not 0 <= width < 1:
        wrong += wrong_share(NAME, "width", width, "Write 0.3 for 30 percentage points")
    if wrong:
        return wrong
    method, tail = arguments.choice("method"), float(1 - level) / 2
    lower, upper = _limits(method, n, tail)
    chances = _chances(n, float(p))
    covered = float(chances[(lower <= float(p)) & (float(p) <= upper)].sum())
    expected = float(chances @ (upper - lower))
    steady = _holds_from(method, tail, (float(p), float(width)), most) if width else None
    counts: tuple[Cells, ...] = tuple(
        {"x": x, "lower": float(lower[x]), "upper": float(upper[x]), "probability": float(chances[x])}
        for x in range(n + 1)
    )
    values: dict[str, Fraction | float | int | str] = {"expected_width": expected, "coverage": min(covered, 1.0)}
    warnings: tuple[str, ...] = ()
    if steady is not None:
        values |= {"holds_from": steady}
    elif width:
        warnings = (f"No size up to {most} has an expected width of {exact_text(width)} or less: raise nmax",)
    return MethodResult(
        values=values,
        method=(
            f"Expected width and coverage of the {method} interval of {n} participants "
            f"at a true rate of {exact_text(p)}"
        ),
        warnings=warnings,
        shapes={
            "expected_width": expected,
            "coverage": values["coverage"],
            "holds_from": steady,
            "counts": counts,
        },
    )


def _limits(method: str, n: int, tail: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    found = np.array([LIMITS[method](x, n, tail) for x in range(n + 1)])
    return np.clip(found[:, 0], 0, 1), np.clip(found[:, 1], 0, 1)


def _chances(n: int, p: float) -> NDArray[np.float64]:
    at_least = np.array([power(n, x, np.array([p]))[0] for x in range(n + 2)])
    return np.asarray(-np.diff(at_least), dtype=np.float64)


def _holds_from(method: str, tail: float, asked: tuple[float, float], most: int) -> int | None:
    """The size from which on every one up to `most` is narrow enough; tried downwards, so that it ends early."""
    p, width = asked
    for n in range(most, 0, -1):
        lower, upper = _limits(method, n, tail)
        if float(_chances(n, p) @ (upper - lower)) > width:
            return n + 1 if n < most else None
    return 1
