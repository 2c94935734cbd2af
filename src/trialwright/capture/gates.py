"""Gates: whether an act may be done now. Each returns the Problems in its way; none means open."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from trialwright.capture.deviations import keeps_deviations
from trialwright.capture.locks import LEVEL_WORDS, STATE_WORDS, hold_on
from trialwright.capture.problems import problem
from trialwright.capture.status import (
    STATUS_WORDS,
    Status,
    data_locked,
    inactive_rows,
    may,
    participant_status,
    visit_completed,
)
from trialwright.capture.values import Place
from trialwright.capture.visits import visits_of
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.study import Form, Study, Visit
from trialwright.model.text import Text

ACTS: dict[str, Text] = {
    "enter": Text("enter data", "填写数据"),
    "complete_visit": Text("mark a visit complete", "标记访视完成"),
    "enrol": Text("enrol participants", "办理入组"),
    "identify": Text("see and keep who a participant is", "查看和登记参与者身份"),
    "review": Text("review data", "审阅数据"),
    "record_deviation": Text("record deviations", "登记方案偏离"),
    "verify": Text("verify data", "核查数据"),
    "lock": Text("lock and unlock data", "锁定和解锁数据"),
    "look": Text("declare a look", "声明查看"),
    "see_results": Text("see results", "查看结果"),
    "grant": Text("grant roles", "授予角色"),
    "sign": Text("sign data", "签署数据"),
    "keep_product": Text("keep the product log", "登记研究药物"),
    "report_safety": Text("report serious events", "报告严重不良事件"),
    "assess_safety": Text("assess serious events for the sponsor", "代表申办者评价严重不良事件"),
    "keep_record": Text("keep the registry record", "维护注册记录"),
    "keep_accounts": Text("add, close and unlock accounts", "新增、关闭和解锁账户"),
}
"""What a role may be allowed to do (`Role.may`), in words."""


def check_role(study: Study, roles: Sequence[str], act: str, where: str) -> list[Problem]:
    """TW-CAP-036 where none of the person's roles may do the act."""
    if may(study, roles, act):
        return []
    titles = [role.title for role in study.roles if role.name in roles]
    held = Text(", ".join(t.en for t in titles) or "none", "、".join(t.of("zh") for t in titles) or "无")
    return [problem("TW-CAP-036", where, roles=held, act=ACTS.get(act, Text(act)))]


def check_study_open(study: Study, events: Iterable[LedgerEvent], where: str) -> list[Problem]:
    """TW-CAP-030 for each act (ethics approval, site opening) that no participant may be enrolled before."""
    done = {event.kind for event in events}
    return [problem("TW-CAP-030", where, gate=gate.title) for gate in study.gates if gate.event not in done]


def check_unlocked(events: Iterable[LedgerEvent], where: str) -> list[Problem]:
    """TW-CAP-034 after data lock."""
    return [problem("TW-CAP-034", where)] if data_locked(events) else []


def check_status(
    events: Sequence[LedgerEvent], participant_id: str, allowed: Sequence[Status], where: str = ""
) -> list[Problem]:
    """TW-CAP-032 for a stranger, TW-CAP-052 where a participant stands elsewhere than the act needs."""
    status = participant_status(events, participant_id)
    if status == "unknown":
        return [problem("TW-CAP-032", where or participant_id, participant=participant_id)]
    if status in allowed:
        return []
    words = Text(" or ".join(STATUS_WORDS[s].en for s in allowed), "或".join(STATUS_WORDS[s].of("zh") for s in allowed))
    return [
        problem(
            "TW-CAP-052", where or participant_id, participant=participant_id, status=STATUS_WORDS[status],
            allowed=words,
        )
    ]  # fmt: skip


def check_may_save(
    study: Study, events: Sequence[LedgerEvent], place: Place, roles: Sequence[str], begun: Collection[str] = ()
) -> list[Problem]:
    """
    Everything in the way of saving a form: role, lock, schedule, study open, consent, status, completeness, baseline.

    Shape:    `events` hold the study's acts and the participant's; `begun` the visits in which something of the
              participant stands (`Case.begun`, for TW-CAP-040).
    Problems: TW-CAP-030..042. All that apply, the nearest cure first.
    """
    where = f"{place.form}/{place.visit}/{place.participant_id}"
    scheduled = _scheduled(study, place, events)
    if scheduled is None:
        return [problem("TW-CAP-037", where, form=place.form, visit=place.visit)]
    visit, form = scheduled
    told = (
        []
        if keeps_deviations(form) and may(study, roles, "record_deviation")
        else check_role(study, roles, "enter", where)
    )
    told += check_unlocked(events, where)
    told += check_person(study, events, place, form, visit)
    held = hold_on(events, place.participant_id, place.visit, place.form)
    if held is not None:
        told.append(problem("TW-CAP-041", where, what=LEVEL_WORDS[held.level], state=STATE_WORDS[held.state]))
    if place.row and (place.visit, place.form, place.row) in inactive_rows(events, place.participant_id):
        told.append(problem("TW-CAP-042", where, row=place.row))
    if visit.kind != "log" and visit_completed(events, place.participant_id, place.visit):
        told.append(problem("TW-CAP-035", where, visit=visit.title))
    return told + _second_baseline(study, place, visit, form, begun)


def check_person(study: Study, events: Sequence[LedgerEvent], place: Place, form: Form, visit: Visit) -> list[Problem]:
    """What stands against entering this person's data here: study open, known, consented, enrolled where needed."""
    where = f"{place.form}/{place.visit}/{place.participant_id}"
    status = participant_status(events, place.participant_id)
    if status == "unknown":
        return [problem("TW-CAP-032", where, participant=place.participant_id)]
    told = [] if form.before_consent else check_study_open(study, events, where)
    if status == "consent_withdrawn":
        told.append(problem("TW-CAP-033", where, participant=place.participant_id))
    elif status == "added" and not form.before_consent:
        told.append(problem("TW-CAP-031", where, participant=place.participant_id))
    elif needs_enrolment(visit) and status in ("added", "consented", "eligible", "screen_failure"):
        told.append(problem("TW-CAP-038", where, participant=place.participant_id, status=STATUS_WORDS[status]))
    return told


def needs_enrolment(visit: Visit) -> bool:
    """Visits with study treatment and those after baseline are for enrolled participants; logs begin with consent."""
    return visit.kind in ("planned", "unscheduled") or (visit.dosing and visit.kind != "log")


def _scheduled(study: Study, place: Place, events: Sequence[LedgerEvent]) -> tuple[Visit, Form] | None:
    visits = visits_of(study, events, place.participant_id)
    visit = next((v for v in visits if v.name == place.visit), None)
    form = next((f for f in study.forms if f.name == place.form), None)
    if visit is None or form is None or form.name not in visit.forms:
        return None
    return visit, form


def _second_baseline(study: Study, place: Place, visit: Visit, form: Form, begun: Collection[str]) -> list[Problem]:
    """A second set of values where one stands for ever: another baseline visit, or another row of a single form."""
    where = f"{place.form}/{place.visit}/{place.participant_id}"
    if place.row and not form.repeating:
        return [problem("TW-CAP-040", where, participant=place.participant_id, visit=visit.title)]
    if visit.kind != "baseline":
        return []
    others = (v for v in study.visits if v.kind == "baseline" and v.name != visit.name and v.name in begun)
    return [problem("TW-CAP-040", where, participant=place.participant_id, visit=v.title) for v in others][:1]


class ShownResults(msgspec.Struct, frozen=True):
    """Results may be shown: `as_of` is the seq of the look they belong to, 0 for the locked data as they are."""

    as_of: int
    because: str  # "locked" or "look"


def results_shown(study: Study, events: Sequence[LedgerEvent], roles: Sequence[str]) -> ShownResults | Problem:
    """
    Whether aggregate efficacy may be shown: after data lock, or as of the last declared look.

    Problems: TW-CAP-036 without a role that may see results, TW-CAP-063 while neither stands.
    """
    refused = check_role(study, roles, "see_results", "results")
    if refused:
        return refused[0]
    if data_locked(events):
        return ShownResults(0, "locked")
    look = max((event.seq for event in events if event.kind == "look_declared"), default=0)
    return ShownResults(look, "look") if look else problem("TW-CAP-063", "results")


def may_see_results(study: Study, events: Sequence[LedgerEvent], roles: Sequence[str]) -> bool:
    """The same as a truth."""
    return isinstance(results_shown(study, events, roles), ShownResults)


def may_see_verdict(study: Study, events: Sequence[LedgerEvent], participant_id: str, visit: str) -> bool:
    """
    Whether the response verdict of one participant at one visit may be shown.

    Nobody sees it form: where the visit has core set measures it stays hidden from everyone until the visit is marked
    complete, and is hidden again when the visit is reopened.
    """
    has_core_set = any(study.form(name).core_set for name in study.visit(visit).forms)
    return not has_core_set or visit_completed(events, participant_id, visit)
