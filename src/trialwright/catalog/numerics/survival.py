"""Times to an event, counted exactly: ties are ties, and the same data give the same answer in every run."""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, log, sqrt
from typing import NamedTuple

from scipy.special import ndtri

Limits = tuple[float | None, float | None]


class AtTime(NamedTuple):
    """One moment at which something was observed: how many were at risk, and how many had each event."""

    time: Fraction
    at_risk: int
    events: dict[int, int]  # cause -> number; censored are not in it

    @property
    def total(self) -> int:
        return sum(self.events.values())


def moments(times: Sequence[Fraction], status: Sequence[int]) -> list[AtTime]:
    """Every distinct time in order; whoever is censored at a time was still at risk at it."""
    found: list[AtTime] = []
    left = len(times)
    by_time: dict[Fraction, list[int]] = {}
    for time, cause in zip(times, status, strict=True):
        by_time.setdefault(time, []).append(cause)
    for time in sorted(by_time):
        causes = by_time[time]
        events = {cause: causes.count(cause) for cause in sorted(set(causes)) if cause}
        found.append(AtTime(time, left, events))
        left -= len(causes)
    return found


class Survival(NamedTuple):
    """The survival curve after one moment, with Greenwood's sum (None once everybody had the event)."""

    time: Fraction
    survival: Fraction
    greenwood: Fraction | None


def kaplan_meier(seen: Sequence[AtTime]) -> list[Survival]:
    """
    The product-limit curve at every moment of `seen`, exact.

    Source: Kaplan and Meier 1958; Greenwood's sum of d / (n (n - d)).
    """
    curve: list[Survival] = []
    alive, spread = Fraction(1), Fraction(0)
    for moment in seen:
        events, at_risk = moment.total, moment.at_risk
        alive *= Fraction(at_risk - events, at_risk)
        if events < at_risk:
            spread += Fraction(events, at_risk * (at_risk - events))
        curve.append(Survival(moment.time, alive, spread if alive else None))
    return curve


class Incidence(NamedTuple):
    """The cumulative incidence of one cause after one moment, with its variance."""

    time: Fraction
    incidence: Fraction
    variance: float


def aalen_johansen(seen: Sequence[AtTime], cause: int) -> list[Incidence]:
    """
    The cumulative incidence of `cause` at every moment of `seen`, exact; tied causes share their moment.

    Source: Aalen and Johansen 1978. Variance by the delta method (Marubini and Valsecchi 1995, 10.12): without
            censoring it is F (1 - F) / n. With S- the survival just before a moment, summed up to t:
            (F(t) - F)^2 d / (n (n - d)) + S-^2 dk (n - dk) / n^3 - 2 (F(t) - F) S- dk / n^2.
    """
    curve: list[Incidence] = []
    alive, reached = Fraction(1), Fraction(0)
    # The sums of the three terms by their powers of F(t), so that one pass serves every t.
    square, linear, constant = 0.0, 0.0, 0.0
    for moment in seen:
        n, d, mine = moment.at_risk, moment.total, moment.events.get(cause, 0)
        before = float(alive)
        reached += alive * Fraction(mine, n)
        alive *= Fraction(n - d, n)
        f, own = float(reached), before * mine / n**2
        # Where everybody left has the event, F(t) - F is 0 from here on and the first term vanishes.
        hazard = d / (n * (n - d)) if d < n else 0.0
        square += hazard
        linear += -2 * f * hazard - 2 * own
        constant += f * f * hazard + before**2 * mine * (n - mine) / n**3 + 2 * f * own
        curve.append(Incidence(moment.time, reached, max(f * f * square + f * linear + constant, 0.0)))
    return curve


def log_log_limits(share: float, deviation: float, level: Fraction) -> Limits:
    """
    Limits on the scale log(-log share), always between 0 and 1; none at 0 or 1, where the scale ends.

    Source: Kalbfleisch and Prentice 1980; share ** exp(-+ z * deviation / (share * log share)).
    """
    if not 0 < share < 1:
        return None, None
    step = float(ndtri(float((1 + level) / 2))) * deviation / (share * log(share))
    first, second = share ** exp(step), share ** exp(-step)
    return min(first, second), max(first, second)


def deviation_of(at: Survival) -> float:
    return float(at.survival) * sqrt(at.greenwood or 0)


def reaches(times: Sequence[Fraction], curve: Sequence[Fraction | float | None], level: Fraction) -> Fraction | None:
    """
    The time at which a falling curve reaches `level`; where it stays exactly there, the middle of that stretch.

    Missing: None where the curve never falls so low. A stretch without an end ends with the last observation.
    """
    for number, height in enumerate(curve):
        if height is None or height > level:
            continue
        if height < level:
            return times[number]
        later = (t for t, h in zip(times[number:], curve[number:], strict=True) if h is None or h < level)
        return (times[number] + next(later, times[-1])) / 2
    return None
