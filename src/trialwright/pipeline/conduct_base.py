"""What every act of trial conduct shares: who acts, what comes out, and how it is written."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import ParamSpec
from zoneinfo import ZoneInfo

import msgspec

from trialwright.capture.dates import parse_date
from trialwright.capture.gates import check_role
from trialwright.capture.problems import problem
from trialwright.capture.roles import in_force, sites_of
from trialwright.capture.status import may, roles_of
from trialwright.capture.values import Place
from trialwright.catalog import load
from trialwright.model.identity import once_for_both
from trialwright.model.ledger import (
    Conflict,
    EventKind,
    FormToken,
    LedgerEvent,
    NewDatapoint,
    NewEvent,
    Origin,
    Overtaken,
    Receipt,
    Seen,
    Stamp,
)
from trialwright.model.problem import Problem
from trialwright.model.quantity import PartialDate
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.store import Ledger, LedgerProblem

STUDY_KINDS: tuple[EventKind, ...] = (
    "ethics_approval", "site_opened", "locked", "unlocked", "look_declared", "role_granted", "role_revoked",
    "build_published", "frozen", "unfrozen",
)  # fmt: skip
"""Acts that bear on everybody; read beside a participant's own."""

SESSION_KINDS: frozenset[EventKind] = frozenset({
    "signed_in", "signed_out", "sign_in_failed", "account_added", "report_made", "exported", "printed",
    "account_locked", "account_unlocked", "account_closed", "password_changed", "second_factor_set",
    "second_factor_removed", "signature_refused",
})  # fmt: skip
"""Acts that say who looked or took away, but change nothing of the trial."""

QUALITY_ACTS = ("verify", "review", "lock")
"""Whose roles check the data: they ask, close and ask again."""

DATE = Text("The date", "日期")


class Actor(msgspec.Struct, frozen=True):
    """Who acts. `origin` is "simulated" for the virtual cohort of a demo, else "typed"."""

    user: str
    origin: Origin = "typed"


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """The act is safe on disk. `row` is the row it stands in; `items` what changed; `queries` how many were opened."""

    receipt: Receipt
    warnings: tuple[Problem, ...] = ()
    row: int = 0
    items: tuple[str, ...] = ()
    queries: int = 0


class Refused(msgspec.Struct, frozen=True):
    """Nothing was written, and why. `warnings` are what would have been said beside the saved form."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


Answer = Saved | Refused | Conflict
"""What every act of conduct answers."""

_P = ParamSpec("_P")
_ATTEMPTS = 25
"""Each further attempt means that others wrote about the same participant within milliseconds."""


def acts_of(ledger: Ledger, participant_id: str = "") -> tuple[LedgerEvent, ...]:
    """The study's acts and one participant's, by seq; of the grants of roles those in force now."""
    whole = ledger.events(participant_id="")
    own = ledger.events(participant_id=participant_id) if participant_id else ()
    return in_force_now(ledger, _together(whole, own))


@once_for_both
def _together(whole: tuple[LedgerEvent, ...], own: tuple[LedgerEvent, ...]) -> tuple[LedgerEvent, ...]:
    """The acts that bear on everybody and a participant's own, by seq; the ledger gives the same tuples until more."""
    study = [event for event in whole if event.kind in STUDY_KINDS]
    return tuple(sorted([*study, *own], key=lambda event: event.seq))


def in_force_now(ledger: Ledger, events: Sequence[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """The same acts without the grants of roles that are over, or have not begun, by the ledger's clock."""
    return in_force(events, utc_text(ledger.now()))


def utc_text(moment: dt.datetime) -> str:
    """A moment as the ledger writes it, so that the two compare as texts."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def read_acts(ledger: Ledger, participant_id: str = "") -> tuple[Seen, tuple[LedgerEvent, ...]]:
    """
    The same, and how far the ledger was read: an act decided on them is written only while nothing came after.

    The point comes first: what falls between the two reads then counts as unseen.
    """
    return seen_so_far(ledger, participant_id), acts_of(ledger, participant_id)


def seen_so_far(ledger: Ledger, participant_id: str | None) -> Seen:
    """The present end of the ledger. None: the act depends on everybody's data."""
    return Seen(seq=ledger.seen_head().seq, participant_id=participant_id, harmless=SESSION_KINDS)


def decided_anew(act: Callable[_P, "Saved | Refused | Conflict | Overtaken"]) -> Callable[_P, Answer]:
    """
    An act that looks again and decides again where somebody wrote between its checks and its write.

    So a data lock, a withdrawn consent or a revoked role that falls in between is refused as if it had stood before.
    Problems: TW-CAP-065 where others are quicker every time; nothing was written then.
    """

    @wraps(act)
    def patient(*given: _P.args, **named: _P.kwargs) -> Answer:
        for _ in range(_ATTEMPTS):
            answer = act(*given, **named)
            if not isinstance(answer, Overtaken):
                return answer
        return Refused((problem("TW-CAP-065", "ledger"),))

    return patient


def roles_now(events: Sequence[LedgerEvent], actor: Actor, site: str = "") -> tuple[str, ...]:
    """
    What the delegation log of the ledger says; the caller's own claim counts for nothing.

    A role given for one site counts only where all participants of `events` (or `site`, where one is named) are of it.
    """
    return roles_of(events, actor.user, sites={site} if site else sites_of(events))


def check_any_role(
    study: Study, events: Sequence[LedgerEvent], actor: Actor, acts: Collection[str], where: str, *, site: str = ""
) -> list[Problem]:
    """TW-CAP-036 where none of the person's roles may do any of the acts."""
    roles = roles_now(events, actor, site)
    if any(may(study, roles, act) for act in acts):
        return []
    return check_role(study, roles, next(iter(acts)), where)


def check_reason_given(reason: str, where: str) -> list[Problem]:
    return [] if reason.strip() else [problem("TW-CAP-059", where)]


def check_code(code: str, terms: str, where: str) -> list[Problem]:
    """TW-CAP-007 where a code is not on a code list of the catalog, 167 where none was chosen."""
    known = load().terms(terms)
    if code in [choice.code for choice in known.choices]:
        return []
    allowed = Text(
        ", ".join(choice.label.en for choice in known.choices), "、".join(c.label.of("zh") for c in known.choices)
    )
    if not code.strip():
        return [problem("TW-CAP-167", where, label=known.title, allowed=allowed)]
    return [problem("TW-CAP-007", where, label=known.title, typed=code, allowed=allowed)]


def check_date(date: str, where: str) -> tuple[str, list[Problem]]:
    """A whole date as the ledger writes it, and what is wrong with it."""
    found = parse_date(date)
    if isinstance(found, PartialDate):
        told = [] if found.complete else [problem("TW-CAP-012", where, label=DATE, typed=date)]
        return found.text, told
    code = {"day first": "TW-CAP-010", "calendar": "TW-CAP-011"}.get(found, "TW-CAP-009")
    return "", [problem(code, where, label=DATE, typed=date)]


def check_past(ledger: Ledger, study: Study, date: str, where: str) -> tuple[str, list[Problem]]:
    """The same for something that has taken place: TW-CAP-165 for a day that has come at none of the sites yet."""
    day, told = check_date(date, where)
    now = ledger.now()
    days = [now.astimezone(ZoneInfo(site.time_zone)).date() for site in study.sites]
    today = max(days, default=now.date()).isoformat()
    if not told and day > today:
        told = [problem("TW-CAP-165", where, typed=day, today=today)]
    return day, told


def local_day(study: Study, at: dt.datetime) -> dt.date:
    """The calendar day at the study's first site."""
    return at.astimezone(ZoneInfo(study.sites[0].time_zone)).date() if study.sites else at.date()


def write_group(
    ledger: Ledger,
    stamp: Stamp,
    writes: Sequence[NewDatapoint | NewEvent],
    *,
    seen: Seen,
    expect: FormToken | None = None,
    token: str = "",
) -> Receipt | Refused | Conflict | Overtaken:
    """
    One group, safe on disk when the Receipt comes back.

    Problems: what the ledger could not do (disk full, locked, read-only: TW-STO-004..006, 012). Nothing was written,
              and the page still holds what was typed.
    """
    try:
        return ledger.write(stamp, writes, expect=expect, token=token, seen=seen)
    except LedgerProblem as error:
        return Refused((error.problem,))


def write_acts(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    acts: Sequence[NewEvent],
    *,
    seen: Seen,
    reason: str = "",
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """One group of acts under the study's build. The same token again gives the first receipt, never a second act."""
    stamp = Stamp(user=actor.user, build=study.build, origin=actor.origin, reason=reason.strip())
    receipt = write_group(ledger, stamp, acts, seen=seen, token=token)
    return Saved(receipt=receipt) if isinstance(receipt, Receipt) else receipt


def act(kind: EventKind, participant_id: str = "", visit: str = "", **details: str) -> NewEvent:
    """An act with the details that have something to say."""
    kept = {name: text.strip() for name, text in details.items() if text.strip()}
    return NewEvent(kind=kind, participant_id=participant_id, visit=visit, details=kept)


def event_at(place: Place, kind: EventKind, details: dict[str, str]) -> NewEvent:
    """An act on one form, or on the visit or participant above it."""
    return NewEvent(
        kind=kind,
        participant_id=place.participant_id,
        visit=place.visit,
        form=place.form,
        row=place.row,
        details=details,
    )
