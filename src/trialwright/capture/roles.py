"""The delegation log: who gave which role to whom, for which site, from when until when; and what counts now."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from trialwright.model.ledger import LedgerEvent
from trialwright.model.study import Study

ALL_SITES = ""
_FROM, _UNTIL = "from_utc", "until_utc"
_OF_THE_SITE = frozenset({"enter", "complete_visit", "enrol", "identify", "sign"})


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """
    One line of the delegation log. `site` "" is every site; `since` and `until` are days at the site, both included.

    `revoked` is the act that took the role back; None while nobody did.
    """

    seq: int
    user: str
    role: str
    site: str
    since: str
    until: str
    trained: str
    by: str
    at_utc: str
    reason: str
    revoked: LedgerEvent | None = None
    from_utc: str = ""
    until_utc: str = ""

    def holds(self, at_utc: str) -> bool:
        """Whether the role counts at a moment: begun, not ended, not taken back before."""
        begun = max(self.from_utc, self.at_utc) <= at_utc
        ended = bool(self.until_utc) and at_utc >= self.until_utc
        return begun and not ended and (self.revoked is None or at_utc < self.revoked.at_utc)

    def counts(self, at_utc: str) -> bool:
        """Whether it is in force: within its term and not taken back, whatever the clock of the ledger said then."""
        within = self.from_utc <= at_utc and (not self.until_utc or at_utc < self.until_utc)
        return within and self.revoked is None

    def covers(self, sites: Collection[str]) -> bool:
        """Whether it counts for what bears on these sites alone; on the study as a whole only a grant for all does."""
        return self.site == ALL_SITES or set(sites) == {self.site}


def grants(events: Iterable[LedgerEvent]) -> tuple[Grant, ...]:
    """Every grant that was ever made, in order, with its end."""
    found: list[Grant] = []
    for event in events:
        if event.kind == "role_granted":
            found.append(_granted(event))
        elif event.kind == "role_revoked":
            found = [_revoked(grant, event) for grant in found]
    return tuple(found)


def in_force(events: Sequence[LedgerEvent], at_utc: str) -> tuple[LedgerEvent, ...]:
    """The same acts without the grants that have not begun or are over at a moment: what a decision is made on."""
    return tuple(e for e in events if e.kind != "role_granted" or _counts(e, at_utc))


def sites_of(events: Iterable[LedgerEvent]) -> frozenset[str]:
    """The sites of the participants that were added in these acts."""
    return frozenset(e.details.get("site", "") for e in events if e.kind == "participant_added")


def term(study: Study, since: str, until: str) -> dict[str, str]:
    """The details of a grant that say its term: days as typed, and the moments at which they begin and end."""
    told: dict[str, str] = {}
    if since:
        told |= {"from": since, _FROM: _moment(study, dt.date.fromisoformat(since))}
    if until:
        told |= {"until": until, _UNTIL: _moment(study, dt.date.fromisoformat(until) + dt.timedelta(days=1))}
    return told


def conflicting(study: Study, held: Collection[str], wanted: str) -> str:
    """
    A role that a person holds and that does not go with the one wanted; "" where all go together.

    Whoever assesses for the sponsor has no act of the site, also not by another role.
    """
    acts = {role.name: frozenset(role.may) for role in study.roles}
    for name in held:
        for one, other in ((acts.get(name, frozenset()), acts[wanted]), (acts[wanted], acts.get(name, frozenset()))):
            if "assess_safety" in one and other & _OF_THE_SITE:
                return name
    return ""


def training_owed(study: Study, grant: Grant) -> Literal["", "none", "late"]:
    """
    Whether a role with acts of the site was given to somebody without a training day, or before that day.

    It is told and not enforced, for who may work before training is the investigator's to answer for; a study that
    wants it enforced says `trained_first` of the role.
    """
    role = next((role for role in study.roles if role.name == grant.role), None)
    if role is None or not _OF_THE_SITE & set(role.may):
        return ""
    if not grant.trained:
        return "none"
    return "late" if _moment(study, dt.date.fromisoformat(grant.trained)) > max(grant.from_utc, grant.at_utc) else ""


def _moment(study: Study, day: dt.date) -> str:
    zone = ZoneInfo(study.sites[0].time_zone) if study.sites else dt.UTC
    moment = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _counts(event: LedgerEvent, at_utc: str) -> bool:
    until = event.details.get(_UNTIL, "")
    return event.details.get(_FROM, "") <= at_utc and (not until or at_utc < until)


def _granted(event: LedgerEvent) -> Grant:
    told = event.details
    return Grant(
        seq=event.seq,
        user=told.get("user", ""),
        role=told.get("role", ""),
        site=told.get("site", ALL_SITES),
        since=told.get("from", ""),
        until=told.get("until", ""),
        trained=told.get("trained", ""),
        by=event.user,
        at_utc=event.at_utc,
        reason=event.reason,
        from_utc=told.get(_FROM, ""),
        until_utc=told.get(_UNTIL, ""),
    )


def _revoked(grant: Grant, event: LedgerEvent) -> Grant:
    """Taking back names person and role, and the site where it is one; without a site every grant of the role ends."""
    told = event.details
    same = (grant.user, grant.role) == (told.get("user"), told.get("role"))
    if grant.revoked is not None or not same or told.get("site", grant.site) != grant.site:
        return grant
    return msgspec.structs.replace(grant, revoked=event)
