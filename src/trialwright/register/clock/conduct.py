"""What has really happened in a study, as the days that a registry asks for: read from the ledger's acts."""

from collections.abc import Sequence

import msgspec

from trialwright.model.dating import dated
from trialwright.model.deadlines import VisitDay
from trialwright.model.ledger import EventKind, LedgerEvent
from trialwright.model.study import Study

_LEFT: tuple[EventKind, ...] = ("completed", "withdrawn", "consent_withdrawn", "died")


class Conduct(msgspec.Struct, frozen=True, kw_only=True):
    """
    The days behind a record. A day that has not come is "".

    `first_enrolled_consent` is the first consent of somebody who then entered: 42 CFR 11.10 counts a participant as
    enrolled from consent, screening failures left out.
    """

    site_opened: str = ""
    first_consent: str = ""
    first_enrolled_consent: str = ""
    first_enrolled: str = ""
    last_enrolled: str = ""
    enrolled: int = 0
    in_study: int = 0
    recruitment_ended: str = ""
    primary_completed: str = ""
    completed: str = ""
    amended: str = ""  # the day of the last registered build after the first enrolment
    submitted: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """The overall status that these days amount to, in the registry's word."""
        if self.completed:
            return "COMPLETED"
        if self.recruitment_ended:
            return "ACTIVE_NOT_RECRUITING"
        return "RECRUITING" if self.site_opened or self.first_consent else "NOT_YET_RECRUITING"


def read_conduct(study: Study, events: Sequence[LedgerEvent], visits: Sequence[VisitDay]) -> Conduct:
    """
    The days of a study out of its acts and the days of its visits.

    Recruitment has ended when as many are enrolled as were planned, or when the data are locked. Primary completion
    is the last visit of a primary endpoint once nobody more is awaited there; completion the last visit of all.
    """
    facts = _Facts(study, events, visits)
    ended = facts.recruitment_ended()
    enrolled = sorted(facts.enrolled.values())
    in_study = [who for who in facts.enrolled if who not in facts.left]
    return Conduct(
        site_opened=min(facts.days("site_opened"), default=""),
        first_consent=min(facts.days("consent_given"), default=""),
        first_enrolled_consent=min((facts.consent[who] for who in facts.enrolled if who in facts.consent), default=""),
        first_enrolled=enrolled[0] if enrolled else "",
        last_enrolled=enrolled[-1] if enrolled else "",
        enrolled=len(enrolled),
        in_study=len(in_study),
        recruitment_ended=ended,
        primary_completed=facts.last_primary() if ended else "",
        completed=facts.last_of_all() if ended and enrolled and not in_study else "",
        amended=facts.amended(enrolled[0] if enrolled else ""),
        submitted=tuple(sorted(facts.days("record_submitted"))),
    )


class _Facts:
    def __init__(self, study: Study, events: Sequence[LedgerEvent], visits: Sequence[VisitDay]) -> None:
        events = dated(events)
        self.study, self.events, self.visits = study, events, visits
        self.consent = {e.participant_id: _day(e) for e in reversed(events) if e.kind == "consent_given"}
        self.enrolled = {e.participant_id: _day(e) for e in reversed(events) if e.kind == "enrolled"}
        self.left = {e.participant_id: _day(e) for e in events if e.kind in _LEFT}

    def days(self, kind: EventKind) -> list[str]:
        return [_day(event) for event in self.events if event.kind == kind]

    def recruitment_ended(self) -> str:
        days = sorted(self.enrolled.values())
        if len(days) >= self.study.enrolment_planned > 0:
            return days[self.study.enrolment_planned - 1]
        locked = [
            event
            for event in self.events
            if event.kind in ("locked", "unlocked") and event.details.get("scope") == "data"
        ]
        if locked and locked[-1].kind == "locked":
            return days[-1] if days else _day(locked[-1])
        return ""

    def last_primary(self) -> str:
        """ "" while somebody who is still in the study has not had the visit of a primary endpoint."""
        wanted = {one.variable.visit for one in self.study.estimands if one.level == "primary" and one.variable.visit}
        missed = {(e.participant_id, e.visit) for e in self.events if e.kind == "visit_missed"}
        seen = {(v.participant_id, v.visit): v.date for v in self.visits if v.visit in wanted}
        for who in self.enrolled:
            if who not in self.left and any(
                (who, visit) not in seen and (who, visit) not in missed for visit in wanted
            ):
                return ""
        return max((date for (who, _), date in seen.items() if who in self.enrolled), default="")

    def last_of_all(self) -> str:
        return max(
            [visit.date for visit in self.visits if visit.participant_id in self.enrolled] + [*self.left.values()]
        )

    def amended(self, first_enrolled: str) -> str:
        days = [
            event.at_utc[:10]
            for event in self.events
            if event.kind == "build_published" and event.details.get("status") == "registered"
        ]
        return max((day for day in days if first_enrolled and day > first_enrolled), default="")


def _day(event: LedgerEvent) -> str:
    return event.details.get("date", "") or event.at_utc[:10]
