"""The Aalen-Johansen estimate: the cumulative incidence of each cause at given times, without disturbing ties."""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import wrong_level, wrong_times
from trialwright.catalog.numerics.survival import Incidence, aalen_johansen, log_log_limits, moments
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, Estimate, MethodResult
from trialwright.model.problem import Problem

MOST_CAUSES = 99
_ENDS = "At an incidence of 0 or 1 there is no log-log interval"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The cumulative incidence of every cause at every time of `at`, with its limits.

    Shape:    times in the order asked for, causes by number; causes nobody had do not appear.
    Missing:  after the last observation, while somebody was still without an event, there is no estimate. At 0 or 1
              there are no limits.
    Problems: lists of different lengths, a negative time, a status that is no cause, a level outside 0 to 1.
    Source:   entry.yaml; the sums stand in numerics/survival.py.
    """
    times, level, at = arguments.numbers("time"), arguments.number("conf_level"), arguments.numbers("at")
    wrong = wrong_level("aalen_johansen", level)
    wrong += wrong_times("aalen_johansen", times, arguments.numbers("status"), most=MOST_CAUSES)
    if wrong:
        return wrong
    status = [int(each) for each in arguments.numbers("status")]
    seen = moments(times, status)
    causes = sorted({cause for cause in status if cause})
    method = (
        f"Aalen-Johansen cumulative incidence with {exact_text(level * 100)} % confidence interval "
        "(delta method, log-log scale)"
    )
    curves = {cause: aalen_johansen(seen, cause) for cause in causes}
    # Somebody left the last moment without an event: later than that nothing is known.
    open_ended = seen[-1].at_risk > seen[-1].total
    rows: list[Estimate] = []
    cells: list[Cells] = []
    for time in at:
        for cause in causes:
            row = _row(curves[cause], time, level, open_ended=open_ended)
            named = {"at": exact_text(time), "cause": str(cause)}
            rows.append(
                Estimate(
                    name="incidence", labels=named, estimate=row.estimate, se=row.se, lower=row.lower, upper=row.upper,
                    level=level, method=method, warnings=row.warnings,
                )
            )  # fmt: skip
            cells.append({"at": time, "cause": cause, "cif": row.estimate, "lower": row.lower, "upper": row.upper})
    return MethodResult(
        values={"n": len(times), "causes": len(causes)},
        method=method,
        warnings=tuple(dict.fromkeys(warning for row in rows for warning in row.warnings)),
        rows=tuple(rows),
        shapes={"rows": tuple(cells)},
    )


def _row(curve: Sequence[Incidence], time: Fraction, level: Fraction, *, open_ended: bool) -> Estimate:
    if time > curve[-1].time and open_ended:
        said = (
            f"Nobody was observed after {exact_text(curve[-1].time)}, where some were still without an event: "
            "no estimate there"
        )
        return Estimate(name="incidence", warnings=(said,))
    last = next((c for c in reversed(curve) if c.time <= time), None)
    share, deviation = (float(last.incidence), sqrt(last.variance)) if last is not None else (0.0, 0.0)
    lower, upper = log_log_limits(share, deviation, level)
    return Estimate(
        name="incidence", estimate=share, se=deviation, lower=lower, upper=upper,
        warnings=(_ENDS,) if lower is None else (),
    )  # fmt: skip
