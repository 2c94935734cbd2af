"""Every duty judged on one day, what needs doing first; and what the record should say instead."""

import datetime as dt

from trialwright.model.deadlines import Deadline, DeadlineReport, DeadlineState
from trialwright.model.record import RegistryRecord
from trialwright.model.text import Text
from trialwright.register.clock.applicable import decide_applicable
from trialwright.register.clock.basis import read
from trialwright.register.clock.conduct import Conduct
from trialwright.register.clock.duties import DUTIES, Duty, Situation
from trialwright.register.clock.updates import propose_updates
from trialwright.register.markdown import plain_protocol
from trialwright.register.subject import Subject

_ORDER: tuple[DeadlineState, ...] = (
    "overdue",
    "due",
    "waiting",
    "cannot be judged",
    "late",
    "met",
    "not applicable",
)


def find_deadlines(record: RegistryRecord, on: dt.date, conduct: Conduct | None = None) -> DeadlineReport:
    """
    Every due date of a record on the day `on`, counted from its ledger where there is one, else from its own dates.

    Shape:    overdue first, then what lies ahead by day, then what waits for something, then what is done.
    Missing:  a duty whose cell the copy lost "cannot be judged"; one whose day has not come is "waiting".
    """
    subject = Subject(
        protocol=plain_protocol(record),
        on=on,
        lost=frozenset(cell.where for cell in record.lost),
        has_results=bool(record.typed.has_results),
    )
    documents = record.typed.document_section.large_document_module.large_docs
    situation = Situation(
        subject=subject,
        conduct=conduct,
        applicability=decide_applicable(subject),
        consent_form_posted=any(document.has_icf for document in documents),
    )
    identification = subject.protocol.identification_module
    judged = [_judged(duty(situation), on) for duty in DUTIES]
    judged.sort(key=lambda one: (_ORDER.index(one.state), one.due or "9999"))
    return DeadlineReport(
        checked_on=on.isoformat(),
        input=record.source_name,
        registry_id=identification.nct_id,
        title=identification.brief_title,
        applicability=situation.applicability,
        deadlines=tuple(judged),
        updates=propose_updates(subject, conduct, on) if conduct is not None else (),
        conduct=_happened(conduct) if conduct is not None else (),
    )


def _judged(duty: Duty, on: dt.date) -> Deadline:
    done = read(duty.done)
    state = _state(duty, done, on)
    days: int | None = None
    if duty.due is not None and state in ("due", "overdue"):
        days = (duty.due - on).days
    elif duty.due is not None and done is not None and state == "late":
        days = (duty.due - done).days
    return Deadline(
        code=duty.code,
        what=duty.what,
        source=duty.source,
        basis=duty.basis.says,
        due=duty.due.isoformat() if duty.due else "",
        estimated=duty.basis.estimated,
        state=state,
        done=duty.done,
        days=days,
        says=duty.unless if state == "not applicable" else duty.says,
    )


def _state(duty: Duty, done: dt.date | None, on: dt.date) -> DeadlineState:
    if duty.unless.en:
        return "not applicable"
    if duty.fulfilled:
        return "met"
    if duty.lost:
        return "cannot be judged"
    if duty.due is None:
        return "waiting"
    if done is not None:
        return "met" if done <= duty.due else "late"
    return "due" if on <= duty.due else "overdue"


def _happened(conduct: Conduct) -> tuple[tuple[Text, str], ...]:
    told = (
        (Text("Site opened", "研究中心启动"), conduct.site_opened),
        (Text("First consent", "首例知情同意"), conduct.first_consent),
        (Text("First enrolment", "首例入组"), conduct.first_enrolled),
        (Text("Last enrolment", "末例入组"), conduct.last_enrolled),
        (Text("Participants enrolled", "已入组人数"), str(conduct.enrolled)),
        (Text("Still in the study", "仍在研究中"), str(conduct.in_study)),
        (Text("Last visit for a primary outcome", "主要结局的最后一次访视"), conduct.primary_completed),
        (Text("Last visit of the last participant", "末例参与者的末次访视"), conduct.completed),
    )
    return tuple((label, value) for label, value in told if value)
