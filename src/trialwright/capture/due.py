"""What is due at the site: visits whose window is open, coming or past, and consent forms to be signed again."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from trialwright.capture.consents import owed_consent
from trialwright.capture.status import participant_status
from trialwright.capture.visits import VisitState, past_window
from trialwright.model.calendar import Entry
from trialwright.model.ledger import LedgerEvent
from trialwright.model.study import ConsentVersion, Study
from trialwright.model.text import Text

Urgency = Literal["overdue", "now", "soon"]

URGENCY_WORDS: dict[Urgency, Text] = {
    "overdue": Text("window has passed", "已超窗"),
    "now": Text("window is open", "窗口期内"),
    "soon": Text("window opens soon", "即将进入窗口期"),
}


class DueVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A planned visit of which nothing is entered and that was not recorded as missed."""

    participant_id: str
    visit: str
    due: dt.date
    earliest: dt.date
    latest: dt.date
    urgency: Urgency


def due_visits(
    participant_id: str, states: Iterable[VisitState], events: Sequence[LedgerEvent], today: dt.date, *, days: int
) -> tuple[DueVisit, ...]:
    """
    The visits of one participant whose window has passed, is open, or opens within `days`, by planned day.

    Of somebody who has left, only what the site still owes: visits whose window was over by then. `events` are the
    participant's own.
    Missing: before the first dose no window is known, and nothing is due by date.
    """
    found, staying = [], participant_status(events, participant_id) == "enrolled"
    for state in states:
        if state.progress != "empty" or state.due is None or state.earliest is None or state.latest is None:
            continue
        overdue = past_window(state, events, today)
        urgency: Urgency = "overdue" if overdue else "now" if state.earliest <= today else "soon"
        if overdue or (staying and state.earliest <= today + dt.timedelta(days=days)):
            found.append(
                DueVisit(
                    participant_id=participant_id, visit=state.visit, due=state.due, earliest=state.earliest,
                    latest=state.latest, urgency=urgency,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda each: each.due))


def consent_due(
    study: Study, events: Sequence[LedgerEvent], participant_id: str, today: dt.date
) -> ConsentVersion | None:
    """The version of the consent form that an enrolled participant is to sign now; None where nothing is owed."""
    if participant_status(events, participant_id) != "enrolled":
        return None
    return owed_consent(study, events, participant_id, today)


def visit_entries(study: Study, due: Iterable[DueVisit], language: str) -> tuple[Entry, ...]:
    """
    The same visits for a calendar.

    It leaves the program for telephones and shared calendars: of the participant it holds the study number alone, and
    nothing of the study's title, drug or disease, which would say more of its owner's patients than a number does.
    """
    between = Text("Window {first} to {last}", "访视窗 {first} 至 {last}").of(language)
    return tuple(
        Entry(
            uid=f"{_token(study.name, each.participant_id, each.visit)}@visits.trialwright",
            on=each.due.isoformat(),
            summary=f"{each.participant_id} · {study.visit(each.visit).title.of(language)}",
            description=between.format(first=each.earliest, last=each.latest),
            remind_days=3,
        )
        for each in due
    )


def _token(*words: str) -> str:
    # stable, so that the next file moves an entry instead of adding one; and nothing can be read from it
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]
