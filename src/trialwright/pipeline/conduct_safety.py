"""Reporting a serious event: the site to the sponsor, the sponsor's own judgement, what was sent to whom, and when."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import msgspec

from trialwright.capture.numbers import simplified
from trialwright.capture.problems import problem
from trialwright.capture.safety import EVENT, SPONSOR, Case, Turn, cases, lacking
from trialwright.model.ledger import Conflict, EventKind, NewEvent, Overtaken, Seen
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    check_any_role,
    check_code,
    check_reason_given,
    decided_anew,
    read_acts,
    utc_text,
    write_acts,
)
from trialwright.store import Ledger

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})", re.ASCII)
AWARE = Text("The moment of awareness", "获知时间")
SENT = Text("The moment of sending", "递交时间")
Outcome = Saved | Refused | Conflict | Overtaken


class EventAt(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log of adverse events, and who acts on it. `token`: of one page load."""

    actor: Actor
    participant_id: str
    row: int
    token: str = ""


@decided_anew
def report_event(ledger: Ledger, study: Study, at: EventAt, *, aware: str, narrative: str, turn: int = 0) -> Outcome:
    """
    The site tells the sponsor. `aware` is local, "2021-05-03 14:30"; `turn` 0 is the latest that is not reported yet,
    else a follow-up to what is known already. Another day than the form's is kept, the clock starts with the earlier
    of the two, and the report lacks an agreement of both (`lacking`) until one is corrected.

    Problems: TW-CAP-120 no such serious event, 121 for the moment, 122 where it lies in the future, 059 without words.
    """
    seen, events = read_acts(ledger, at.participant_id)
    told = check_any_role(study, events, at.actor, ("report_safety",), at.participant_id)
    case = _case(ledger, study, at)
    if told or case is None:
        return Refused((*told, *([] if case else [_no_such(at)])))
    moment, wrong = _moment(ledger, study, aware, AWARE)
    told += wrong + check_reason_given(narrative, at.participant_id)
    about = _turn_to_report(case, turn)
    if told or about is None:
        return Refused((*told, *([] if about else [_no_such(at)])))
    first = not any(act.kind == "safety_reported" and act.details.get("turn") == str(about.seq) for act in case.acts)
    details = {
        "turn": str(about.seq), "why": about.why, "stage": "initial" if first else "follow_up", "aware": aware.strip(),
        "aware_utc": moment, "narrative": narrative.strip(),
    }  # fmt: skip
    return _write(ledger, study, at, "safety_reported", details, seen=seen)


@decided_anew
def assess_event(ledger: Ledger, study: Study, at: EventAt, *, causality: str, unexpected: str, reason: str) -> Outcome:
    """
    The sponsor's own judgement, kept beside the investigator's and never instead of it. `unexpected` is Y or N.

    Problems: TW-CAP-120, 007 for a code, 059 without a reason.
    """
    seen, events = read_acts(ledger, at.participant_id)
    told = check_any_role(study, events, at.actor, ("assess_safety",), at.participant_id)
    case = _case(ledger, study, at)
    if told or case is None:
        return Refused((*told, *([] if case else [_no_such(at)])))
    told += check_code(causality, "causality", at.participant_id) + check_code(unexpected, "yes_no", at.participant_id)
    told += check_reason_given(reason, at.participant_id)
    if told:
        return Refused(tuple(told))
    details = {"causality": causality, "unexpected": unexpected}
    return _write(ledger, study, at, "safety_assessed", details, seen=seen, reason=reason)


@decided_anew
def submit_report(
    ledger: Ledger, study: Study, at: EventAt, *, recipient: str, sent: str, number: str = "", stage: str = "report",
    turn: int = 0,
) -> Outcome:  # fmt: skip
    """
    A report went to a recipient of the plan. `stage`: report, completion or follow_up.

    Problems: TW-CAP-120, 121, 122, 123 for a recipient or stage that the plan does not have, 125 for a moment before
              the site knew, or before its report reached the sponsor.
    """
    seen, events = read_acts(ledger, at.participant_id)
    told = check_any_role(study, events, at.actor, ("assess_safety", "report_safety"), at.participant_id)
    case = _case(ledger, study, at)
    if told or case is None:
        return Refused((*told, *([] if case else [_no_such(at)])))
    moment, wrong = _moment(ledger, study, sent, SENT)
    told += wrong
    known = [each.name for each in study.safety.recipients] if study.safety else []
    if recipient not in known or stage not in ("report", "completion", "follow_up"):
        told.append(problem("TW-CAP-123", at.participant_id, typed=f"{recipient} {stage}", allowed=", ".join(known)))
    about = next((each for each in case.turns if each.seq == turn), case.turns[-1])
    told += _check_known(study, case, about, (sent, moment)) if moment else []
    if told:
        return Refused(tuple(told))
    details = {
        "turn": str(about.seq), "recipient": recipient, "stage": stage, "sent": sent.strip(), "sent_utc": moment,
        "number": number.strip(),
    }  # fmt: skip
    return _write(ledger, study, at, "safety_submitted", {k: v for k, v in details.items() if v}, seen=seen)


@decided_anew
def complete_report(ledger: Ledger, study: Study, at: EventAt) -> Outcome:
    """The report holds everything it needs. Problems: TW-CAP-120, 124 with what is missing."""
    seen, events = read_acts(ledger, at.participant_id)
    told = check_any_role(study, events, at.actor, ("report_safety", "assess_safety"), at.participant_id)
    case = _case(ledger, study, at)
    if told or case is None:
        return Refused((*told, *([] if case else [_no_such(at)])))
    missing = lacking(case)
    if missing:
        words = Text("; ".join(each.en for each in missing), "；".join(each.of("zh") for each in missing))
        return Refused((problem("TW-CAP-124", at.participant_id, number=case.number, missing=words),))
    return _write(ledger, study, at, "safety_completed", {"head": ledger.head().hash}, seen=seen)


def case_of(ledger: Ledger, study: Study, participant_id: str, row: int) -> Case | None:
    """One serious event as it stands now; None where there is none in this row."""
    found = cases(study, ledger.snapshot(), ledger.now(), participant_id)
    return next((case for case in found if case.row == row and not case.inactive), None)


def _case(ledger: Ledger, study: Study, at: EventAt) -> Case | None:
    return case_of(ledger, study, at.participant_id, at.row)


def _turn_to_report(case: Case, turn: int) -> Turn | None:
    if turn:
        return next((each for each in case.turns if each.seq == turn), None)
    reported = {act.details.get("turn") for act in case.acts if act.kind == "safety_reported"}
    return next((each for each in reversed(case.turns) if str(each.seq) not in reported), case.turns[-1])


def _check_known(study: Study, case: Case, turn: Turn, sent: tuple[str, str]) -> list[Problem]:
    """
    TW-CAP-125 for a sending (as typed, and in UTC) before anybody knew. What is typed has minutes and no seconds, so
    the minute of the report itself is late enough. Before the site's report only its awareness can be compared: a
    sponsor who was told by telephone may have sent the report on already.
    """
    typed, moment = sent
    clock = next(each for each in case.clocks if each.turn.seq == turn.seq and each.recipient == SPONSOR)
    known = clock.done_utc or clock.start_utc
    if moment[:16] >= known[:16]:
        return []
    who = Text("the sponsor", "申办者") if clock.done_utc else Text("the site", "研究中心")
    zone = ZoneInfo(study.sites[0].time_zone) if study.sites else dt.UTC
    since = dt.datetime.fromisoformat(known).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return [problem("TW-CAP-125", EVENT, typed=typed.strip(), who=who, since=since)]


def _moment(ledger: Ledger, study: Study, typed: str, label: Text) -> tuple[str, list[Problem]]:
    """A local date and time at the site as UTC; TW-CAP-121 where it cannot be read, 122 where it lies in the future."""
    found = _MOMENT.fullmatch(simplified(typed))
    try:
        day = dt.date.fromisoformat(found[1]) if found else None
        time = dt.time(int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = time = None
    if day is None or time is None:
        return "", [problem("TW-CAP-121", EVENT, typed=typed, label=label)]
    zone = ZoneInfo(study.sites[0].time_zone) if study.sites else dt.UTC
    moment = utc_text(dt.datetime.combine(day, time, zone))
    if moment > utc_text(ledger.now()):
        return "", [problem("TW-CAP-122", EVENT, typed=typed, label=label)]
    return moment, []


def _no_such(at: EventAt) -> Problem:
    return problem("TW-CAP-120", at.participant_id, number=f"{at.participant_id}-AE{at.row}")


def _write(
    ledger: Ledger,
    study: Study,
    at: EventAt,
    kind: EventKind,
    details: dict[str, str],
    *,
    seen: Seen,
    reason: str = "",
) -> Outcome:
    plan = study.safety
    logs = [visit.name for visit in study.visits if plan and plan.log in visit.forms]
    made = NewEvent(
        kind=kind, participant_id=at.participant_id, visit=logs[0], form=plan.log if plan else "", row=at.row,
        details=details,
    )  # fmt: skip
    return write_acts(ledger, study, at.actor, [made], reason=reason, token=at.token, seen=seen)
