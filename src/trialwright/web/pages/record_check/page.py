"""A page that checks any registry record, pasted or chosen as a file. Nothing of it is kept, here or in the ledger."""

import datetime as dt

from django.http import HttpResponseBase

from trialwright.model.record import CheckReport
from trialwright.model.text import Text
from trialwright.pipeline.registration import check_bytes
from trialwright.web.findings import by_severity
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page

_NOTHING = Text(en="Paste a record, or choose a file.", zh="请粘贴注册信息，或选择文件。")
_NO_DAY = Text(en="Give the day as YYYY-MM-DD.", zh="请按年-月-日格式填写日期。")


def view(call: Call) -> HttpResponseBase:
    today = dt.datetime.now(dt.UTC).date()
    if not call.is_post:
        return _shown(call, None, (), today.isoformat())
    asked = call.posted("on") or today.isoformat()
    data, name = _given(call)
    day = _day(asked)
    problems = [("on", call.words(_NO_DAY))] if day is None else []
    if not data.strip():
        problems.append(("record", call.words(_NOTHING)))
    if day is None or problems:
        return _shown(call, None, problems, asked)
    return _shown(call, check_bytes(data, name, day), (), asked)


def _given(call: Call) -> tuple[bytes, str]:
    """The chosen file, else the pasted text."""
    chosen = call.request.FILES.get("file")
    if chosen is not None and chosen.size:
        return chosen.read(), str(chosen.name)
    return str(call.request.POST.get("record", "")).encode(), call.words(Text(en="pasted text", zh="粘贴的文本"))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _shown(
    call: Call, report: CheckReport | None, problems: "list[tuple[str, str]] | tuple[()]", on: str
) -> HttpResponseBase:
    groups = by_severity(report, call.language) if report else []
    return page(
        call,
        "record_check/record_check.html",
        status=422 if problems else 200,
        report=report,
        groups=groups,
        lost=report.lost if report else (),
        problems=problems,
        on=on,
    )


ROUTES = (
    Route(
        path="registry/check/",
        name="record_check",
        view=view,
        act=ANY_ROLE,
        post_act=ANY_ROLE,
        takes_file=True,
    ),
)
