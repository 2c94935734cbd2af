"""The expedited clock of the catalog, asked with what is known of one event."""

import datetime as dt
from typing import Any

import msgspec

from trialwright.catalog import load

CERTAIN_ENOUGH = ("certain", "probable", "possible")
"""Codes of causality that count as a reasonable possibility."""
_NOT = ("unlikely", "unrelated")


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """`due` None: nothing is owed, or it is not decided yet; `earliest_due` is the day to plan for."""

    due: dt.date | None
    earliest_due: dt.date | None
    completion_due: dt.date | None
    reason: str


def judged(investigator: str, sponsor: str) -> bool | None:
    """
    Whether the treatment may have caused it: the higher of two judgements counts, the sponsor lowers none of the site.

    Missing: None while one of them is open and none says yes.
    """
    said = [_related(code) for code in (investigator, sponsor) if code]
    if True in said:
        return True
    return None if None in said or not said else False


def expedited(day0: dt.date, *, related: bool | None, unexpected: bool | None, grave: bool | None) -> Limit:
    """The limit by the catalog entry `expedited_clock`; a fact that is None is not known yet."""
    entry: Any = load().compute("expedited_clock", "instrument")
    facts = entry.Facts(serious=True, related=related, unexpected=unexpected, fatal_or_life_threatening=grave)
    told = entry.clock(day0, facts)
    return Limit(
        due=told.due, earliest_due=told.earliest_due, completion_due=told.completion_due, reason=str(told.reason)
    )


def _related(code: str) -> bool | None:
    if code in CERTAIN_ENOUGH:
        return True
    return False if code in _NOT else None
