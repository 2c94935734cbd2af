"""
A second reading of adverse events in time: days at risk, rates with exact limits, and cumulative incidence.

Nothing of the package is used. Garwood's limits by halving on sums of Poisson terms; the incidence as a plain product
over days, and its variance by moving each day's share by one and seeing how far the incidence, a straight line in
each of them, moves.
"""

import datetime as dt
import math
from fractions import Fraction
from statistics import NormalDist

PLANNED = ("W0", "W2", "W4", "W8", "W12")


def last_day_at_risk(trial, p, events):
    """Week 12; else leaving, no later than week 12's window allows; else the last visit or event that is known."""
    came = [p.date_of(v) for v in PLANNED if p.date_of(v)]
    if p.first_dose is None or not came:
        return None
    if p.date_of("W12"):
        return p.date_of("W12")
    said = [a["date"] for how in ("withdrawn", "died") for a in p.acts[how]]
    said += [r["date"] for r in p.log("disposition") if r.get("status") in ("withdrawn", "died") and r.get("date")]
    if said:
        return max(max(came), min(*map(dt.date.fromisoformat, said), trial.last_day(p)))
    return max(*came, *(dt.date.fromisoformat(r["start"]) for pid, r in events if pid == p.pid))


def garwood(events, years):
    """Both limits of a Poisson mean divided by the time, each by halving on the sum of terms."""

    def at_most(k, mean):
        return math.fsum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))

    def where(lies_below):
        low, high = 0.0, 10.0 * (events + 5)
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if lies_below(middle) else (low, middle)
        return low

    lower = 0.0 if events == 0 else where(lambda mean: 1 - at_most(events - 1, mean) < 0.025)
    return lower / years, where(lambda mean: at_most(events, mean) > 0.025) / years


def incidence(ends, until):
    """
    ends: (day, "event" | "left" | "seen"). Cumulative incidence of "event" up to a day, and its 95 % limits.

    Limits on the scale of log(-log); None at 0 and 1.
    """
    days = sorted({day for day, how in ends if how != "seen" and day <= until})
    at_risk = [sum(day >= d for day, _ in ends) for d in days]
    shares = [
        [sum(e == (d, how) for e in ends) / n for how in ("event", "left")] for d, n in zip(days, at_risk, strict=True)
    ]

    def curve(moved):
        free, found = 1.0, 0.0
        for event, left in moved:
            found, free = found + free * event, free * (1 - event - left)
        return found

    share, variance = curve(shares), 0.0
    for k, n in enumerate(at_risk):
        slope = []
        for cause in (0, 1):
            up = [list(s) for s in shares]
            up[k][cause] += 1
            slope.append(curve(up) - share)
        p = shares[k]
        spread = [[p[a] * ((a == b) - p[b]) / n for b in (0, 1)] for a in (0, 1)]
        variance += sum(slope[a] * slope[b] * spread[a][b] for a in (0, 1) for b in (0, 1))
    if share in (0.0, 1.0) or not days:
        return share, None, None
    width = NormalDist().inv_cdf(0.975) * math.sqrt(variance) / (share * math.log(share))
    limits = sorted((share ** math.exp(width), share ** math.exp(-width)))
    return share, *limits


def years_of(days):
    return Fraction(sum(days) * 4, 1461)
