"""The Kaplan-Meier estimate: survival at given times with log-log limits, and the median."""

from fractions import Fraction

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import wrong_level, wrong_times
from trialwright.catalog.numerics.survival import (
    Limits,
    Survival,
    deviation_of,
    kaplan_meier,
    log_log_limits,
    moments,
    reaches,
)
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, Estimate, MethodResult
from trialwright.model.problem import Problem

HALF = Fraction(1, 2)
_ENDED = "Where nobody is left without the event there is no log-log interval"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The survival at every time of `at` with its limits, and the `median` with its own.

    Shape:    one row a time of `at`, in the order asked for. Times are compared exactly.
    Missing:  after the last observation, while somebody was still without the event, there is no estimate.
    Problems: lists of different lengths, a negative time, a status that is not 0 or 1, a level outside 0 to 1.
    Source:   entry.yaml; the sums stand in numerics/survival.py.
    """
    times, level, at = arguments.numbers("time"), arguments.number("conf_level"), arguments.numbers("at")
    wrong = wrong_level("kaplan_meier", level)
    wrong += wrong_times("kaplan_meier", times, arguments.numbers("status"), most=1)
    if wrong:
        return wrong
    status = [int(each) for each in arguments.numbers("status")]
    curve = kaplan_meier(moments(times, status))
    method = f"Kaplan-Meier estimate with {exact_text(level * 100)} % confidence interval (Greenwood, log-log scale)"
    rows = [_row(curve, time, level, method) for time in at]
    median = reaches([c.time for c in curve], [c.survival for c in curve], HALF)
    lower, upper = _median_limits(curve, level)
    values: dict[str, Fraction | float | int | str] = {"events": sum(status), "n": len(times)}
    found = {"median": median, "median_lower": lower, "median_upper": upper}
    values |= {name: value for name, value in found.items() if value is not None}
    warnings = () if median is not None else ("The median is not reached",)
    return MethodResult(
        values=values,
        method=method,
        warnings=(*warnings, *dict.fromkeys(warning for row in rows for warning in row.warnings)),
        rows=tuple(rows),
        shapes={"rows": tuple(_cells(row, time) for row, time in zip(rows, at, strict=True)), "median": median},
    )


def _row(curve: list[Survival], time: Fraction, level: Fraction, method: str) -> Estimate:
    last = next((c for c in reversed(curve) if c.time <= time), None)
    labels = {"at": exact_text(time)}
    if last is None:
        return Estimate(name="survival", labels=labels, estimate=1.0, lower=1.0, upper=1.0, level=level, method=method)
    if time > curve[-1].time and last.survival:
        said = (
            f"Nobody was observed after {exact_text(curve[-1].time)}, where some were still without the event: "
            "no estimate there"
        )
        return Estimate(name="survival", labels=labels, level=level, method=method, warnings=(said,))
    lower, upper = _limits(last, level)
    return Estimate(
        name="survival", labels=labels, estimate=float(last.survival), se=deviation_of(last), lower=lower, upper=upper,
        level=level, method=method, warnings=() if last.survival else (_ENDED,),
    )  # fmt: skip


def _limits(at: Survival, level: Fraction) -> Limits:
    # Before the first event nothing is uncertain on this scale: the curve is 1, as R and SAS print it.
    return (1.0, 1.0) if at.survival == 1 else log_log_limits(float(at.survival), deviation_of(at), level)


def _median_limits(curve: list[Survival], level: Fraction) -> tuple[Fraction | None, Fraction | None]:
    """Where the two limits of the curve themselves reach one half."""
    limits = [_limits(c, level) for c in curve]
    times = [c.time for c in curve]
    # A limit that does not exist any more ends the search: nothing is known from there on.
    known = next((number for number, pair in enumerate(limits) if pair[0] is None), len(limits))
    low, high = [pair[0] for pair in limits[:known]], [pair[1] for pair in limits[:known]]
    return reaches(times[:known], low, HALF), reaches(times[:known], high, HALF)


def _cells(row: Estimate, time: Fraction) -> Cells:
    return {"at": time, "survival": row.estimate, "lower": row.lower, "upper": row.upper}
