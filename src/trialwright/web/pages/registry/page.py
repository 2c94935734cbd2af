"""The registry pages: what is wrong with the study's public record, how it reads, how it changed, what is due."""

import datetime as dt
import re

from django.http import Http404, HttpResponseBase

from trialwright.model.deadlines import DeadlineReport
from trialwright.model.text import Text
from trialwright.pipeline.record_deadlines import study_deadlines
from trialwright.pipeline.record_history import study_history
from trialwright.pipeline.registration import check_registered, registered_record
from trialwright.register.clock import render_calendar
from trialwright.register.writing.tabular_rows import NOT_PROVIDED, UNKNOWN, tabular_sections
from trialwright.web import place as places
from trialwright.web.downloads import download
from trialwright.web.findings import by_severity
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page


def view(call: Call) -> HttpResponseBase:
    report = check_registered(call.place.folder, call.place.study)
    groups = by_severity(report, call.language) if report else []
    lost = report.lost if report else ()
    return page(call, "registry/registry.html", report=report, groups=groups, lost=lost)


def record(call: Call) -> HttpResponseBase:
    """The tabular view, as the registry showed it and as people keep it."""
    study = call.place.study
    found = registered_record(call.place.folder, study) if study.registration.record_path else []
    sections = () if isinstance(found, list) else tabular_sections(found)
    return page(call, "registry/view.html", sections=sections, empty=(NOT_PROVIDED, UNKNOWN))


def history(call: Call) -> HttpResponseBase:
    """Every version and every step between them, in words."""
    events = call.place.ledger.events()
    found = study_history(call.place.folder, call.place.study, events)
    return page(
        call, "registry/history.html", history=None if isinstance(found, list) else found, source_words=_source_words
    )


def _source_words(source: str) -> Text:
    """What a version of the record is, in both languages; a day behind it stays."""
    told, comma, day = source.partition(", ")
    build = _BUILD.fullmatch(told)
    if build:
        chinese = f"方案定义第 {build['number']} 版（{_STATUS.get(build['status'], '草稿')}）"
    else:
        chinese = _SOURCES.get(told, told)
    return Text(en=source, zh=f"{chinese}{'，' if comma else ''}{day}")


_BUILD = re.compile(r"build (?P<number>\d+) of the definition \((?P<status>\w+)\)")
_STATUS = {"registered": "已登记", "proposal": "修订方案"}
_SOURCES = {
    "registered record": "登记副本",
    "submitted version": "已提交版本",
    "working files of the definition": "方案定义的工作文件",
}


def due(call: Call) -> HttpResponseBase:
    """Every duty with its day, from the record and the ledger."""
    return page(call, "registry/due.html", report=_duties(call))


def due_calendar(call: Call) -> HttpResponseBase:
    """The same days as a calendar file; it names duties of the sponsor and no participant."""
    report = _duties(call)
    if report is None:
        raise Http404
    return download(render_calendar(report), "registry.ics", "text/calendar; charset=utf-8")


def _duties(call: Call) -> DeadlineReport | None:
    today = dt.datetime.now(dt.UTC).date()
    found = study_deadlines(call.place.folder, call.place.study, today, places.current().snapshot())
    return None if isinstance(found, list) else found


ROUTES = (
    Route(
        path="registry/",
        name="registry",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Registry", zh="注册信息"),
        group="results",
        order=3,
    ),
    Route(path="registry/record/", name="registry_view", view=record, act=ANY_ROLE),
    Route(path="registry/history/", name="registry_history", view=history, act=ANY_ROLE),
    Route(path="registry/due/", name="registry_due", view=due, act=ANY_ROLE),
    Route(path="registry/due/registry.ics", name="registry_calendar", view=due_calendar, act=ANY_ROLE),
)
