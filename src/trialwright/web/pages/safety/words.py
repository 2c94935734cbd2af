"""Serious events in the reader's words: the site's values, who judged what, each clock and the time that is left."""

import datetime as dt

import msgspec

from trialwright.capture.safety import EVENT, Case, Clock, State, Why
from trialwright.capture.values import shown_text
from trialwright.catalog import load
from trialwright.model.quantity import Code
from trialwright.model.text import Text
from trialwright.web.names import Names
from trialwright.web.page import Call, address

SHOWN = ("term", "grade", "start", "end", "awareness", "causality", "outcome", "action")
WHY: dict[Why, Text] = {
    "serious": Text("became serious", "判定为严重"),
    "fatal": Text("became fatal or life-threatening", "转为致死或危及生命"),
}
STATES: dict[State, Text] = {
    "running": Text("due", "待办"),
    "overdue": Text("overdue", "已逾期"),
    "done": Text("sent in time", "按时报告"),
    "late": Text("sent late", "逾期报告"),
    "not_owed": Text("not owed", "无需报告"),
}
TAGS: dict[State, str] = {
    "running": "due", "overdue": "overdue", "done": "done", "late": "overdue", "not_owed": "empty",
}  # fmt: skip

PASSED = {
    0: Text("", ""),
    50: Text("more than half of the time has passed", "时限已过半"),
    80: Text("more than 80 % of the time has passed", "时限已过 80%"),
    100: Text("the limit has passed", "已超过时限"),
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One clock for a page. `open`: it runs, so it stands in the due list."""

    clock: Clock
    number: str
    href: str
    who: str
    what: str
    due: str
    due_utc: str
    left: str
    passed: str
    state: str
    tag: str
    note: str
    open: bool


def word_of(case: Case, item: str, language: str) -> str:
    """One of the site's values in words; "" where there is none."""
    value = case.values.get(f"{EVENT}.{item}")
    if value is None:
        return ""
    if isinstance(value, Code):
        known = {c.code: c.label for i in load().instrument(EVENT).items if i.name == item for c in i.choices}
        return known[value.code].of(language) if value.code in known else value.code
    return shown_text(value)


def event_lines(call: Call, case: Case) -> list[tuple[str, str]]:
    """Label and value of what the site entered, with the criteria of seriousness that hold."""
    labels = {item.name: item.label for item in load().instrument(EVENT).items}
    told = [(call.words(labels[item]), word_of(case, item, call.language)) for item in SHOWN]
    seriousness = {choice.code: choice.label for choice in load().terms("seriousness").choices}
    criteria = ("、" if call.language == "zh" else ", ").join(call.words(seriousness[name]) for name in case.criteria)
    return [*told, (call.words(load().terms("seriousness").title), criteria)]


def clock_lines(call: Call, case: Case, now: dt.datetime) -> list[Line]:
    names = Names(call.place.study, call.language)
    plan = call.place.study.safety
    titles = {each.name: each.title for each in plan.recipients} if plan else {}
    return [
        Line(
            clock=clock,
            number=case.number,
            href=address("safety_event", participant_id=case.participant_id, row=case.row),
            who=call.words(titles.get(clock.recipient, Text("Sponsor", "申办者"))),
            what=_what(call, clock),
            due=names.moment(clock.due_utc) if clock.due_utc else "",
            due_utc=clock.due_utc,
            left=_left(call, clock.left(now)),
            passed=call.words(PASSED[clock.passed(now)]),
            state=call.words(STATES[clock.state]),
            tag=TAGS[clock.state],
            note=_note(call, clock),
            open=clock.state in ("running", "overdue"),
        )
        for clock in case.clocks
    ]


def _what(call: Call, clock: Clock) -> str:
    kind = Text("report", "报告") if clock.kind == "report" else Text("completed report", "补充报告")
    limit = ""
    if clock.days:
        limit = f"，{clock.days} 天" if call.language == "zh" else f", {clock.days} days"
    between = "：" if call.language == "zh" else ": "
    return call.words(WHY[clock.turn.why]) + between + call.words(kind) + limit


def _left(call: Call, left: dt.timedelta | None) -> str:
    if left is None:
        return ""
    hours = int(abs(left).total_seconds() // 3600)
    amount = Text(f"{hours // 24} d {hours % 24} h", f"{hours // 24} 天 {hours % 24} 小时")
    if left < dt.timedelta():
        return call.words(Text(f"{amount.en} late", f"逾期 {amount.zh}"))
    return call.words(Text(f"{amount.en} left", f"剩余 {amount.zh}"))


def _note(call: Call, clock: Clock) -> str:
    if clock.state == "not_owed":
        gone = Text("The event is not serious any more.", "该事件不再判定为严重。")
        fits = Text("Not related or listed: nothing is owed in haste.", "与药物无关或属预期：无需快速报告。")
        return call.words(gone if clock.reason else fits)
    if not clock.assumed:
        return ""
    if clock.recipient == "sponsor":
        return call.words(Text("Counted from the earliest possible awareness.", "按最早可能的获知时间计算。"))
    return call.words(
        Text(
            "The sponsor's assessment is open: the shortest limit that may apply is planned for.",
            "申办者尚未评价：按可能适用的最短时限计算。",
        )
    )
