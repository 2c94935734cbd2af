"""Where reality and record differ: the updates to propose, each with the day by which it is due."""

import datetime as dt
from collections.abc import Iterator

from trialwright.model.deadlines import ProposedUpdate
from trialwright.model.text import Text
from trialwright.register.clock.conduct import Conduct
from trialwright.register.clock.days import add_days
from trialwright.register.history.names import field_words
from trialwright.register.subject import Subject
from trialwright.register.writing.words import word

_STATUS = "protocolSection.statusModule"
_ENROLMENT = "protocolSection.designModule.enrollmentInfo"


def propose_updates(subject: Subject, conduct: Conduct, on: dt.date) -> tuple[ProposedUpdate, ...]:
    """Every field that the ledger shows to be out of date; [] where the record says what happened."""
    return tuple(_updates(subject, conduct, on))


def _updates(subject: Subject, conduct: Conduct, on: dt.date) -> Iterator[ProposedUpdate]:
    status = subject.protocol.status_module
    dates = (
        ("startDateStruct", status.start_date_struct, conduct.first_enrolled, _START),
        ("primaryCompletionDateStruct", status.primary_completion_date_struct, conduct.primary_completed, _PRIMARY),
        ("completionDateStruct", status.completion_date_struct, conduct.completed, _COMPLETED),
    )
    for name, struct, happened, because in dates:
        if happened and (struct.date, struct.type) != (happened, "ACTUAL"):
            yield _update(
                f"{_STATUS}.{name}", _dated(struct.date, struct.type), _dated(happened, "ACTUAL"), because, happened
            )
    enrolment = subject.protocol.design_module.enrollment_info
    reached = conduct.primary_completed or conduct.completed
    if reached and (enrolment.count, enrolment.type) != (conduct.enrolled, "ACTUAL"):
        registered = "" if enrolment.count is None else _dated(str(enrolment.count), enrolment.type)
        yield _update(_ENROLMENT, registered, _dated(str(conduct.enrolled), "ACTUAL"), _COUNTED, reached)
    changed = conduct.completed or conduct.recruitment_ended or conduct.site_opened or conduct.first_consent
    if conduct.status != subject.status and changed:
        was, proposed = (word("status", code) if code else "" for code in (subject.status, conduct.status))
        yield _update(f"{_STATUS}.overallStatus", was, proposed, _STATUS_CHANGED, changed)
    if changed and (subject.verified is None or subject.verified.latest < dt.date.fromisoformat(changed)):
        yield ProposedUpdate(
            path=f"{_STATUS}.statusVerifiedDate",
            label=field_words(("statusModule", "statusVerifiedDate")),
            registered=status.status_verified_date,
            proposed=f"{on:%Y-%m}",
            because=_VERIFIED,
            due=on.isoformat(),
        )


def _update(path: str, registered: str, proposed: str, because: Text, happened: str) -> ProposedUpdate:
    return ProposedUpdate(
        path=path,
        label=field_words(tuple(path.split(".")[1:])),
        registered=registered,
        proposed=proposed,
        because=because,
        due=add_days(dt.date.fromisoformat(happened), 30).isoformat(),
    )


def _dated(value: str, kind: str) -> str:
    return f"{value} ({kind.lower()})" if kind and value else value


_START = Text("the first participant was enrolled that day", "首例参与者于该日入组")
_PRIMARY = Text("the last visit for a primary outcome was that day", "主要结局的最后一次访视在该日")
_COMPLETED = Text("the last participant had the last visit that day", "末例参与者的末次访视在该日")
_COUNTED = Text("so many participants were enrolled", "实际入组人数")
_STATUS_CHANGED = Text("that is how far the study has come", "研究的实际进展")
_VERIFIED = Text("an update verifies the record", "更新时需重新核实")
