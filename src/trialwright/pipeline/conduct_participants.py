"""Acts on a participant: added, consented, eligible, enrolled, the end."""

import re
from collections.abc import Sequence

from trialwright.capture.eligibility import CriterionState, check_eligibility, eligible
from trialwright.capture.gates import check_status, check_study_open, check_unlocked
from trialwright.capture.locks import check_open
from trialwright.capture.problems import problem
from trialwright.capture.roles import ALL_SITES, grants
from trialwright.capture.status import Status, participant_status
from trialwright.catalog.evaluator import RowValue
from trialwright.model.allotment import arm_named
from trialwright.model.dating import DATED_ACTS, dated
from trialwright.model.ledger import Conflict, EventKind, LedgerEvent, Overtaken
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    acts_of,
    check_any_role,
    check_code,
    check_past,
    check_reason_given,
    decided_anew,
    read_acts,
    write_acts,
)
from trialwright.pipeline.conduct_visits import values_held
from trialwright.store import Ledger

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}", re.ASCII)
CONSENT_VERSION = Text("Version of the consent form", "知情同意书版本")
_IN_STUDY: tuple[Status, ...] = ("consented", "eligible", "enrolled")
ENROLLED: tuple[Status, ...] = ("enrolled", "completed", "withdrawn", "consent_withdrawn", "died")
"""Where somebody may stand who was enrolled; who left before is not told apart, and has no arm to correct."""


def next_participant_id(ledger: Ledger) -> str:
    """P001, P002 ...: one more than the highest that was ever given."""
    added: tuple[EventKind, ...] = ("participant_added",)
    taken = [e.participant_id for e in ledger.events(kinds=added)]
    numbers = [int(name[1:]) for name in taken if re.fullmatch(r"P\d+", name, re.ASCII)]
    return f"P{max(numbers, default=0) + 1:03d}"


@decided_anew
def add_participant(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str = "", *, site: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A new participant under a number that says nothing of the person; "" takes the next free one.

    Problems: TW-CAP-050 where the number was ever used, 051 where it is none.
    """
    number = participant_id.strip() or next_participant_id(ledger)
    seen, events = read_acts(ledger, number)
    place = site or next(iter(_own_sites(study, events, actor)), "")
    told = check_any_role(study, events, actor, ("enter", "enrol"), number, site=place)
    told += check_unlocked(events, number)
    if not _NUMBER.fullmatch(number):
        told.append(problem("TW-CAP-051", number, typed=number))
    elif participant_status(events, number) != "unknown":
        told.append(problem("TW-CAP-050", number, participant=number))
    if told:
        return Refused(tuple(told))
    return write_acts(
        ledger,
        study,
        actor,
        [act("participant_added", number, site=place)],
        token=f"add:{number}:{actor.user}",
        seen=seen,
    )


def _own_sites(study: Study, events: Sequence[LedgerEvent], actor: Actor) -> list[str]:
    """The sites that a person may add participants at: all of them, or those that the person's roles are given for."""
    given = {grant.site for grant in grants(events) if grant.user == actor.user and grant.revoked is None}
    return [site.name for site in study.sites if ALL_SITES in given or site.name in given]


@decided_anew
def give_consent(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, version: str, date: str
) -> Saved | Refused | Conflict | Overtaken:
    """
    Consent to one version of the form, on a date. A new version may be consented to at any time while in the study.

    Problems: gates; TW-CAP-053 for a version the study does not have, 167 for none, TW-CAP-009..012 for the date.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enter", "enrol"), participant_id)
    told += check_open(events, participant_id, participant_id) + check_study_open(study, events, participant_id)
    told += check_status(events, participant_id, ("added", *_IN_STUDY))
    names = [consent.name for consent in study.consents]
    if not version.strip():
        told.append(problem("TW-CAP-167", participant_id, label=CONSENT_VERSION, allowed=", ".join(names)))
    elif version not in names:
        told.append(problem("TW-CAP-053", participant_id, typed=version, allowed=", ".join(names)))
    day, wrong = check_past(ledger, study, date, participant_id)
    if told or wrong:
        return Refused((*told, *wrong))
    made = act("consent_given", participant_id, version=version, date=day)
    return write_acts(ledger, study, actor, [made], token=f"consent:{participant_id}:{version}", seen=seen)


@decided_anew
def withdraw_consent(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, date: str, reason: str
) -> Saved | Refused | Conflict | Overtaken:
    """Consent taken back: what was collected stays, nothing is added. The reason is what the participant said."""
    return _end(
        ledger, study, actor, participant_id, kind="consent_withdrawn", date=date, code="withdrew_consent", why=reason
    )  # fmt: skip


def eligibility_of(ledger: Ledger, study: Study, participant_id: str) -> tuple[CriterionState, ...]:
    """Each criterion as it stands now, with its evidence."""
    status = participant_status(acts_of(ledger, participant_id), participant_id)
    facts: dict[str, RowValue] = {"consented": "N" if status in ("unknown", "added") else "Y"}
    return check_eligibility(study, values_held(ledger, study, participant_id), facts)


@decided_anew
def confirm_eligibility(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str
) -> Saved | Refused | Conflict | Overtaken:
    """
    The investigator's word that every criterion is met; refused while one is not or cannot be decided.

    Problems: TW-CAP-054 with the names of the criteria.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enrol",), participant_id)
    told += check_open(events, participant_id, participant_id)
    told += check_status(events, participant_id, ("consented",))
    states = eligibility_of(ledger, study, participant_id)
    if eligible(states) is not True:
        told.append(_not_eligible(participant_id, states))
    if told:
        return Refused(tuple(told))
    made = act("eligibility_confirmed", participant_id, criteria=",".join(s.name for s in states))
    return write_acts(ledger, study, actor, [made], token=f"eligible:{participant_id}", seen=seen)


def _not_eligible(participant_id: str, states: Sequence[CriterionState]) -> Problem:
    failed = ", ".join(s.name for s in states if s.met is False)
    unknown = ", ".join(s.name for s in states if s.met is None)
    none = Text("none", "无")
    return problem("TW-CAP-054", participant_id, failed=failed or none, unknown=unknown or none)


@decided_anew
def enrol(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, date: str, arm: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    Enrolment of an eligible participant. Never before ethics approval and site opening stand in the ledger.

    Shape:    `arm` is the name of the arm that the site's allocation said. A study of one arm asks for none, and its
              act names none.
    Problems: TW-CAP-030 for an act that is owed, 052 where eligibility was not confirmed, 160 where several arms leave
              it open which, or the study has no such arm.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enrol",), participant_id)
    told += check_open(events, participant_id, participant_id)
    told += check_study_open(study, events, participant_id) + check_status(events, participant_id, ("eligible",))
    told += _check_arm(study, participant_id, arm)
    day, wrong = check_past(ledger, study, date, participant_id)
    if told or wrong:
        return Refused((*told, *wrong))
    made = act("enrolled", participant_id, date=day, arm=arm if len(study.arms) > 1 else "")
    return write_acts(ledger, study, actor, [made], token=f"enrol:{participant_id}", seen=seen)


@decided_anew
def correct_arm(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, arm: str, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    The arm that enrolment named was a slip of the pen: the allocation says another. Both stay readable; what counts in
    every list, analysis and export from now on is the corrected one, and a signature of the participant is broken.

    Problems: TW-CAP-052 before enrolment, 059 without a reason, 160 for an arm that the study does not have, 161 for
              the one that stands already, 162 where none was ever named, what is locked or frozen.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enrol",), participant_id)
    told += check_open(events, participant_id, participant_id) + check_status(events, participant_id, ENROLLED)
    told += _check_arm(study, participant_id, arm) + check_reason_given(reason, participant_id)
    stands = arm_named(event for event in events if event.participant_id == participant_id)
    if not told and not stands:  # who left before enrolment, or a study of one arm: no arm was ever named
        told.append(problem("TW-CAP-162", participant_id, participant=participant_id))
    if not told and arm == stands:
        titles = {each.name: each.title for each in study.arms}
        told.append(problem("TW-CAP-161", participant_id, participant=participant_id, arm=titles.get(arm, Text(""))))
    if told:
        return Refused(tuple(told))
    made = act("arm_corrected", participant_id, arm=arm, was=stands)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


@decided_anew
def correct_date(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, of: int, date: str, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    The day of a consent, an enrolment or an end was a slip of the pen. Both stay readable; what counts in every list,
    clock, analysis and export from now on is the corrected day, and a signature of the participant is broken.

    Shape:    `of` is the seq of the act whose day was wrong; a day corrected before may be corrected again.
    Problems: TW-CAP-059 without a reason, 163 for the day that stands already, 164 where the participant has no such
              act, 009..012 for the date, what is locked or frozen.
    """
    seen, events = read_acts(ledger, participant_id)
    found = next((e for e in dated(events) if e.seq == of and e.kind in DATED_ACTS), None)
    told = check_any_role(study, events, actor, ("enrol",), participant_id)
    told += check_open(events, participant_id, participant_id) + check_reason_given(reason, participant_id)
    day, wrong = check_past(ledger, study, date, participant_id)
    stands = found.details.get("date", "") if found else ""
    if not told and not stands:
        told.append(problem("TW-CAP-164", participant_id, participant=participant_id))
    if not told and day == stands:
        told.append(problem("TW-CAP-163", participant_id, participant=participant_id, typed=day))
    if found is None or told or wrong:
        return Refused((*told, *wrong))
    made = act("date_corrected", participant_id, act=found.kind, of=str(of), date=day, was=stands)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)


def _check_arm(study: Study, participant_id: str, arm: str) -> list[Problem]:
    names = [each.name for each in study.arms]
    if arm in names or (len(names) < 2 and not arm):
        return []
    titles = [each.title for each in study.arms]
    allowed = Text(", ".join(each.en for each in titles), "、".join(each.of("zh") for each in titles))
    return [problem("TW-CAP-160", participant_id, typed=arm or Text("nothing", "未选择"), allowed=allowed)]


@decided_anew
def screen_fail(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, reason: str, date: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """The participant does not enter; the criteria not met are written beside the reason."""
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enrol",), participant_id)
    told += check_open(events, participant_id, participant_id)
    told += check_status(events, participant_id, ("added", "consented", "eligible"))
    told += check_reason_given(reason, participant_id)
    day, wrong = check_past(ledger, study, date, participant_id) if date else ("", [])
    if told or wrong:
        return Refused((*told, *wrong))
    failed = ",".join(s.name for s in eligibility_of(ledger, study, participant_id) if s.met is False)
    made = act("screen_failure", participant_id, date=day, criteria=failed)
    return write_acts(ledger, study, actor, [made], reason=reason, token=f"screen_failure:{participant_id}", seen=seen)


@decided_anew
def withdraw(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, date: str, code: str, reason: str
) -> Saved | Refused | Conflict | Overtaken:
    """
    The participant leaves before the end: `code` is one of the terms withdrawal_reason, `reason` the words beside it.

    Withdrawing from treatment and visits is not withdrawing consent (`withdraw_consent`): safety may still be entered.
    """
    return _end(ledger, study, actor, participant_id, kind="withdrawn", date=date, code=code, why=reason)


@decided_anew
def complete_participant(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, date: str
) -> Saved | Refused | Conflict | Overtaken:
    """The participant reached the end of the study as planned."""
    return _end(ledger, study, actor, participant_id, kind="completed", date=date, code="", why="as planned")


@decided_anew
def record_death(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, date: str, reason: str
) -> Saved | Refused | Conflict | Overtaken:
    """The participant died; the event itself also stands in the adverse event log."""
    return _end(ledger, study, actor, participant_id, kind="died", date=date, code="", why=reason)


def _check_after_consent(events: Sequence[LedgerEvent], participant_id: str, day: str) -> list[Problem]:
    """Nobody leaves before coming: an end lies on the day of the first consent or after it."""
    own = [e for e in dated(events) if e.participant_id == participant_id and e.kind == "consent_given"]
    first = min((e.details.get("date", "") for e in own), default="")
    return [problem("TW-CAP-166", participant_id, typed=day, first=first)] if day < first else []


_ENDS: dict[str, tuple[Status, ...]] = {
    "withdrawn": _IN_STUDY,
    "completed": ("enrolled",),
    "died": (*_IN_STUDY, "withdrawn", "completed"),
    "consent_withdrawn": (*_IN_STUDY, "withdrawn", "completed"),
}


def _end(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, kind: str, date: str, code: str, why: str
) -> Saved | Refused | Conflict | Overtaken:
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("enrol",), participant_id)
    told += check_open(events, participant_id, participant_id)
    told += check_status(events, participant_id, _ENDS[kind]) + check_reason_given(why, participant_id)
    told += check_code(code, "withdrawal_reason", participant_id) if kind == "withdrawn" else []
    day, wrong = check_past(ledger, study, date, participant_id)
    if not told and not wrong:
        told += _check_after_consent(events, participant_id, day)
    if told or wrong:
        return Refused((*told, *wrong))
    made = {
        "withdrawn": act("withdrawn", participant_id, date=day, reason=code),
        "completed": act("completed", participant_id, date=day),
        "died": act("died", participant_id, date=day),
        "consent_withdrawn": act("consent_withdrawn", participant_id, date=day, reason=code),
    }[kind]
    return write_acts(ledger, study, actor, [made], reason=why, token=f"{kind}:{participant_id}", seen=seen)
