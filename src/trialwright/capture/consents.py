"""Versions of the consent form: which one a participant signed, and which one a visit is held against."""

import datetime as dt
from collections.abc import Iterable

from trialwright.capture.problems import problem
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.study import ConsentVersion, Study, Visit


def owed_consent(
    study: Study, events: Iterable[LedgerEvent], participant_id: str, on: dt.date
) -> ConsentVersion | None:
    """
    The version that a participant signs before a visit of this day is entered; None where the one signed will do.

    Only versions marked `reconsent` that were in force on the day ask again; a later version signed covers an earlier.
    """
    names = [version.name for version in study.consents]
    given = [
        names.index(event.details["version"])
        for event in events
        if (event.kind, event.participant_id) == ("consent_given", participant_id) and event.details["version"] in names
    ]
    asked = [
        version
        for version in study.consents
        if version.reconsent and (version.effective is None or version.effective.earliest <= on)
    ]
    if not given or not asked or names.index(asked[-1].name) <= max(given):
        return None
    return asked[-1]


def unsigned_versions(study: Study, events: Iterable[LedgerEvent], participant_id: str) -> tuple[ConsentVersion, ...]:
    """The versions newer than any that the participant signed; all of them before the first consent."""
    signed = {
        event.details.get("version")
        for event in events
        if (event.kind, event.participant_id) == ("consent_given", participant_id)
    }
    latest = max((n for n, version in enumerate(study.consents) if version.name in signed), default=-1)
    return study.consents[latest + 1 :]


def check_consent(
    study: Study, events: Iterable[LedgerEvent], participant_id: str, visit: Visit, on: dt.date
) -> list[Problem]:
    """TW-CAP-071 where a visit of this day waits for a new consent. The running logs never wait: safety comes first."""
    owed = None if visit.kind == "log" else owed_consent(study, events, participant_id, on)
    if owed is None:
        return []
    where = f"{visit.name}/{participant_id}"
    return [problem("TW-CAP-071", where, participant=participant_id, version=owed.name, day=on.isoformat())]
