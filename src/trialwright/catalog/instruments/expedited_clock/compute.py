"""When a serious event must be reported: 7 or 15 calendar days from the day the sponsor learned of it, or never."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

import msgspec

from trialwright.catalog.instruments.answers import code
from trialwright.model.entry import Answers, NumberRow, NumberTable, Scored, Source, Told, Undecided
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

FATAL_DAYS, OTHER_DAYS, COMPLETION_DAYS = 7, 15, 8

_CFR = Source("21 CFR 312.32(c), as told by university and industry guides", "secondary")
TABLES = (
    NumberTable(
        name="days",
        title=Text("Calendar days from day 0", "自第 0 天起的日历日"),
        unit="d",
        says="A web page that says 5 days is wrong for trials under an IND. China follows ICH E2A (from memory).",
        rows=(
            NumberRow(of=Text("fatal or life-threatening", "致死或危及生命"), number=Fraction(FATAL_DAYS), source=_CFR),
            NumberRow(of=Text("other", "其他"), number=Fraction(OTHER_DAYS), source=_CFR),
            NumberRow(
                of=Text("more days to complete a report sent within 7", "7 天报告后的补充期限"),
                number=Fraction(COMPLETION_DAYS),
                source=Source("ICH E2A III.B.1", "secondary"),
            ),
        ),
    ),
)

_ASKED = ("serious", "related", "unexpected")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What decides about a report; None is not known yet."""

    serious: bool | None
    related: bool | None
    unexpected: bool | None
    fatal_or_life_threatening: bool | None


class Given(Facts, frozen=True, kw_only=True):
    """The facts of one event with the day the sponsor learned of it."""

    day0: dt.date


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is owed. `days` None: nothing, or not decided yet, and then `reason` says what is missing.

    `earliest_due` is the day to plan for while facts are missing: the shortest limit that may apply.
    """

    days: int | None
    due: dt.date | None
    earliest_due: dt.date | None
    completion_due: dt.date | None = None
    reason: str = ""


def clock(day0: dt.date, facts: Facts) -> Clock:
    """
    The limit that the facts set, counted from day 0 (the day the sponsor learned of the event), not from its start.

    Units:   calendar days; 1 March and 7 days is 8 March.
    Missing: nothing is owed as soon as one fact says no; otherwise undecided while one is unknown.
    Source:  entry.yaml.
    """
    known = [getattr(facts, name) for name in _ASKED]
    if False in known:
        return Clock(days=None, due=None, earliest_due=None)
    fatal = facts.fatal_or_life_threatening
    soonest = day0 + dt.timedelta(days=OTHER_DAYS if fatal is False else FATAL_DAYS)
    unknown = [name for name in (*_ASKED, "fatal_or_life_threatening") if getattr(facts, name) is None]
    if unknown:
        reason = f"{', '.join(unknown)} not known; plan for the earliest day"
        return Clock(days=None, due=None, earliest_due=soonest, reason=reason)
    completion = soonest + dt.timedelta(days=COMPLETION_DAYS) if fatal else None
    return Clock(days=(soonest - day0).days, due=soonest, earliest_due=soonest, completion_due=completion)


def answer(given: Given, _settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `expedited`: "7-day", "15-day" or "none", with the day it is `due`.

    Missing: as `clock`; `earliest_due` is told even then.
    """
    found = clock(given.day0, given)
    told: Told = f"{found.days}-day" if found.days else "none"
    open_ = Undecided(found.reason) if found.reason else None
    return {
        "expedited": open_ or told,
        "due": open_ or _text(found.due),
        "earliest_due": _text(found.earliest_due),
        "completion_due": _text(found.completion_due),
    }


def score(answers: Answers, _options: Mapping[str, str]) -> dict[str, Scored]:
    """
    `days` to report.

    Missing: "not applicable" where nothing is owed, "unknown" while a fact is missing.
    """
    truths = {name: {"Y": True, "N": False}.get(code(answers, name)) for name in Facts.__struct_fields__}
    found = clock(dt.date(2000, 1, 1), Facts(**truths))  # the number of days does not depend on the day
    if found.days is not None:
        return {"days": Fraction(found.days)}
    return {"days": Missing("unknown" if found.reason else "not applicable")}


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None
