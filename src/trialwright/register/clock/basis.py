"""The days that duties are counted from: what the ledger knows goes before what the record says."""

import datetime as dt

import msgspec

from trialwright.model.quantity import PartialDate
from trialwright.model.text import Text
from trialwright.register.clock.conduct import Conduct
from trialwright.register.spans import read_date
from trialwright.register.subject import Subject

_LEDGER = Text("ledger", "台账")
_RECORD = Text("record", "注册信息")


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """A day with its words; `day` is None while it has not come or nobody has said it."""

    day: dt.date | None
    estimated: bool
    says: Text


def first_enrolment(subject: Subject, conduct: Conduct | None) -> Basis:
    """The first enrolment, or the registered start, which is the day the first participant is enrolled."""
    if conduct is not None and conduct.first_enrolled:
        return _ledger("first participant enrolled", "首例参与者入组", conduct.first_enrolled)
    return _record("study start", "研究开始", subject.start, subject.protocol.status_module.start_date_struct.type)


def first_consent(subject: Subject, conduct: Conduct | None) -> Basis:
    """The first consent, or the registered start where the ledger has none."""
    if conduct is not None and conduct.first_consent:
        return _ledger("first consent", "首例知情同意", conduct.first_consent)
    return first_enrolment(subject, conduct)


def first_enrolled_consent(subject: Subject, conduct: Conduct | None) -> Basis:
    """The first consent of somebody who then entered; else the registered start."""
    if conduct is not None and conduct.first_enrolled_consent:
        return _ledger(
            "first consent of an enrolled participant", "首例入组者的知情同意", conduct.first_enrolled_consent
        )
    return first_enrolment(subject, conduct)


def primary_completion(subject: Subject, conduct: Conduct | None) -> Basis:
    """The last visit for a primary outcome, or the registered primary completion."""
    if conduct is not None and conduct.primary_completed:
        return _ledger("last visit for a primary outcome", "主要结局的最后一次访视", conduct.primary_completed)
    kind = subject.protocol.status_module.primary_completion_date_struct.type
    return _record("primary completion", "主要完成日期", subject.primary_completion, kind)


def completion(subject: Subject, conduct: Conduct | None) -> Basis:
    """The last visit of the last participant, or the registered study completion."""
    if conduct is not None and conduct.completed:
        return _ledger("last visit of the last participant", "末例参与者的末次访视", conduct.completed)
    kind = subject.protocol.status_module.completion_date_struct.type
    return _record("study completion", "研究完成日期", subject.completion, kind)


def _ledger(english: str, chinese: str, date: str) -> Basis:
    return Basis(
        day=dt.date.fromisoformat(date),
        estimated=False,
        says=Text(f"{english} {date} ({_LEDGER.en})", f"{chinese} {date}（{_LEDGER.zh}）"),
    )


def _record(english: str, chinese: str, date: PartialDate | None, kind: str) -> Basis:
    if date is None:
        return Basis(day=None, estimated=True, says=Text(f"{english}, not given", f"{chinese}，未提供"))
    estimated = kind != "ACTUAL"
    word, zh = ("estimated", "预计") if estimated else ("actual", "实际")
    return Basis(
        # a date known to the month: its last day, so that nobody is called late who may not be
        day=date.latest,
        estimated=estimated,
        says=Text(f"{english} {date.text}, {word} ({_RECORD.en})", f"{chinese} {date.text}，{zh}（{_RECORD.zh}）"),
    )


def read(text: str) -> dt.date | None:
    """The last day a registry date may mean, or None."""
    date = read_date(text)
    return date.latest if date else None
