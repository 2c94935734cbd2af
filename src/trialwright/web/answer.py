"""Answers that are the same for every page: sign in first, not allowed, not here, something broke."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.web import place as places
from trialwright.web.page import PUBLIC, Call, Route, address
from trialwright.web.reader import LANGUAGE_COOKIE, Reader, language_of
from trialwright.web.render import page
from trialwright.web.wording import said_in


class NotHere(Exception):  # noqa: N818 - an answer, not an error of ours
    """Raised by a view when what the address names does not exist, or not for this reader."""


def call_for(request: HttpRequest, route: Route, participant_id: str = "") -> Call:
    """The request with who reads it; on a page of one participant, in the roles that count at that person's site."""
    place = places.current()
    user = request.user.get_username() if request.user.is_authenticated else ""
    held = place.grants_of(user) if user else ()
    sites = places.sites_in(held)
    # a participant of another site is answered as one who was never added, in the same words to the letter
    seen = place.seen_from(sites)
    site = seen.site_of(participant_id) if participant_id else None
    reader = Reader(
        user=user,
        roles=place.roles_in(held, site),
        sites=sites,
        language=language_of(request.COOKIES.get(LANGUAGE_COOKIE, ""), request.META.get("HTTP_ACCEPT_LANGUAGE", "")),
    )
    return Call(request=request, place=seen, reader=reader, route=route)


def to_sign_in(call: Call) -> HttpResponseBase:
    """Asks to sign in; a form that was posted after the time-out is held for the same person."""
    from trialwright.web.pages.sign_in.held import hold  # the page imports this module

    if call.is_post and call.request.META.get("trialwright.idle_user"):
        return hold(call)
    asked = call.request.path if call.is_post else call.request.get_full_path()
    return HttpResponseRedirect(f"{address('sign_in')}?next={quote(asked)}")


OWED = "owed"
"""In a session: what its person does before anything else: "password" or "second_factor"."""
_OWED_AT = {"password": "account", "second_factor": "second_factor"}
_OPEN = ("sign_out", "language", "account", "account_password", "second_factor", "second_factor_begin",
         "second_factor_picture")  # fmt: skip


def owed_first(call: Call) -> HttpResponseBase | None:
    """Sends somebody who owes a new password, or the second factor that the role asks for, to that page."""
    owed = call.request.session.get(OWED, "") if call.reader.user else ""
    if not owed or call.route.act == PUBLIC or call.route.name in _OPEN:
        return None
    return HttpResponseRedirect(address(_OWED_AT[owed]))


def is_foreign(call: Call, participant_id: str) -> bool:
    """Whether a participant stands in the ledger and not in what this reader sees."""
    if call.reader.sites is None:
        return False
    site = places.current().site_of(participant_id)
    return site is not None and site not in call.reader.sites


def refused(call: Call) -> HttpResponse:
    return _message(
        call,
        403,
        Text(en="You may not open this page", zh="您无权打开此页"),
        Text(
            en="Your role in this study does not include it. The person who grants roles can change that.",
            zh="您在本研究中的角色不包含此项权限。如有需要，请联系负责授权的人员。",
        ),
    )


def told(call: Call, problems: tuple[Problem, ...]) -> HttpResponse:
    """An act was refused where no form stands to show it beside: the Problems as sentences."""
    body = " ".join(said_in(problem, call.language) for problem in problems)
    return _message(call, 422, Text(en="This was not done", zh="操作未执行"), Text(en=body, zh=body))


def not_written(call: Call, problem: Problem) -> HttpResponse:
    """The ledger refused (disk full, locked, read-only): nothing was saved, and the reader is told what to do."""
    return _message(
        call,
        503,
        Text(en="The ledger could not be written", zh="台账无法写入"),
        Text(
            en=said_in(problem, "en") + " Go back in the browser: what you typed is still there.",
            zh="未保存任何数据。请在浏览器中返回，您输入的内容仍在；请联系系统管理员检查磁盘空间与写入权限，然后重试。",
        ),
    )


def not_here(call: Call) -> HttpResponse:
    return _message(
        call,
        404,
        Text(en="Nothing is here", zh="此处没有内容"),
        Text(
            en="This address names nothing in this study that you may see. Go back, or start from the participants.",
            zh="该地址在本研究中没有您可以查看的内容。请返回，或从参与者列表重新开始。",
        ),
    )


def no_such_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return not_here(call_for(request, _NOWHERE))


def broken(request: HttpRequest) -> HttpResponse:
    return _message(
        call_for(request, _NOWHERE),
        500,
        Text(en="Something went wrong on our side", zh="系统发生错误"),
        Text(
            en="Nothing was saved by this step. Go back in the browser: what you typed is still there. Then try again.",
            zh="此步骤未保存任何数据。请在浏览器中返回，您输入的内容仍在，然后重试。",
        ),
    )


def _message(call: Call, status: int, title: Text, body: Text) -> HttpResponse:
    return page(call, "message.html", status=status, title=call.words(title), body=call.words(body))


def _nothing(call: Call) -> HttpResponse:
    return not_here(call)


_NOWHERE = Route(path="", name="nowhere", view=_nothing, act=PUBLIC)
