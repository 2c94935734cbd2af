"""Where a participant, a lock, a role stand, read from the acts in the ledger."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from trialwright.capture.roles import grants
from trialwright.model.dating import dated
from trialwright.model.ledger import LedgerEvent
from trialwright.model.quantity import PartialDate
from trialwright.model.study import Study
from trialwright.model.text import Text

Status = Literal[
    "unknown", "added", "consented", "eligible", "screen_failure", "enrolled", "completed", "withdrawn",
    "consent_withdrawn", "died",
]  # fmt: skip

STATUS_WORDS: dict[Status, Text] = {
    "unknown": Text("not known", "未登记"),
    "added": Text("added, no consent yet", "已登记，尚未签署知情同意"),
    "consented": Text("in screening", "筛选中"),
    "eligible": Text("eligible", "符合入选标准"),
    "screen_failure": Text("screen failure", "筛选失败"),
    "enrolled": Text("enrolled", "已入组"),
    "completed": Text("completed", "已完成研究"),
    "withdrawn": Text("withdrawn", "已退出"),
    "consent_withdrawn": Text("consent withdrawn", "已撤回知情同意"),
    "died": Text("died", "死亡"),
}

_LEADS_TO: dict[str, Status] = {
    "participant_added": "added",
    "consent_given": "consented",
    "eligibility_confirmed": "eligible",
    "screen_failure": "screen_failure",
    "enrolled": "enrolled",
    "completed": "completed",
    "withdrawn": "withdrawn",
    "consent_withdrawn": "consent_withdrawn",
    "died": "died",
}
_LEAVES = ("screen_failure", "withdrawn", "consent_withdrawn", "died")
_ORDER: tuple[Status, ...] = tuple(STATUS_WORDS)


def participant_status(events: Iterable[LedgerEvent], participant_id: str = "") -> Status:
    """
    Where a participant stands: the furthest point that any act reached, death before everything.

    `events` may be those of one participant, or of all when `participant_id` says whose are meant. A second consent
    (a new version of the form) does not lead back to screening.
    """
    reached = [
        _LEADS_TO[event.kind]
        for event in events
        if event.kind in _LEADS_TO and (not participant_id or event.participant_id == participant_id)
    ]
    return max(reached, key=_ORDER.index, default="unknown")


def left_on(events: Iterable[LedgerEvent]) -> dt.date | None:
    """
    The first day on which one participant may have left before the end; None for who stays or completed.

    `events` are the participant's own. The earliest counts: a death after withdrawal ends nothing anew.
    """
    days = [
        PartialDate(event.details["date"]).earliest
        for event in dated(tuple(events))
        if event.kind in _LEAVES and event.details.get("date")
    ]
    return min(days, default=None)


def data_locked(events: Iterable[LedgerEvent]) -> bool:
    """Whether the study's data are locked now: the last lock or unlock of everything, not of a site or participant."""
    acts = locks_of_data(events)
    return bool(acts) and acts[-1].kind == "locked"


def locks_of_data(events: Iterable[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """Every lock and unlock of all data, in their order; those of a site, participant, visit or form are not among."""
    return tuple(
        event
        for event in events
        if event.kind in ("locked", "unlocked")
        and not event.participant_id
        and event.details.get("scope", "data") == "data"
    )


def inactive_rows(events: Iterable[LedgerEvent], participant_id: str) -> frozenset[tuple[str, str, int]]:
    """Visit, form and row of the rows of logs that were taken out of use; they stay readable and never come back."""
    return frozenset(
        (event.visit, event.form, event.row)
        for event in events
        if event.kind == "row_inactivated" and event.participant_id == participant_id
    )


def visit_completed(events: Iterable[LedgerEvent], participant_id: str, visit: str) -> bool:
    """Whether a visit is marked complete now: the last of completion and reopening."""
    complete = False
    for event in events:
        if (event.participant_id, event.visit) == (participant_id, visit):
            if event.kind == "visit_completed":
                complete = True
            elif event.kind == "visit_reopened":
                complete = False
    return complete


def roles_of(
    events: Iterable[LedgerEvent], user: str, *, at_utc: str = "", sites: Collection[str] | None = None
) -> tuple[str, ...]:
    """
    The roles that a person holds, in the order in which they were granted.

    `at_utc`: at a moment; "": by every grant that was not taken back, whatever its term. `sites`: only what counts for
    these sites alone; None: for any.
    """
    held: dict[str, None] = {}
    for grant in grants(event for event in events if event.details.get("user") == user):
        counts = grant.holds(at_utc) if at_utc else grant.revoked is None
        if counts and (sites is None or grant.covers(sites)):
            held[grant.role] = None
    return tuple(held)


def may(study: Study, roles: Sequence[str], act: str) -> bool:
    """Whether one of the roles may do the act."""
    return any(act in role.may for role in study.roles if role.name in roles)
