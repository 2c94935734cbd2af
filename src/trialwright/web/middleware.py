"""What stands around every page: its headers, bounds on what may be asked, no copies in caches, the idle time-out."""

import re
import time
from collections.abc import Callable
from itertools import chain
from urllib.parse import unquote_plus

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import get_user, logout
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, ResponseHeaders

from trialwright.web.page import paths_with_files
from trialwright.web.session_store import SessionStore

REFRESH_SECONDS = 60
"""A session is rewritten at most once a minute: reading a page should not cost a write."""

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""
Control characters and those that turn the direction of writing: no person types them, and in a ledger they would make a
text say something else on a screen, in a terminal or in a log than what stands there.
"""
_ELSEWHERE = (
    "This app is not opened under this name. Ask for its address, or add the name to TRIALWRIGHT_HOSTS.\n"
    "本系统不能以此名称访问。请询问正确地址，或将该名称加入相应的主机名设置。\n"
)
_TOO_LARGE = "This is more than a form can hold. Nothing was saved.\n提交的内容超出表单允许的大小。未保存任何数据。\n"
_RECORD_TOO_LARGE = (
    "A record to check may have up to 5 MB as a file and 1 MB as pasted text. Nothing was read and nothing is kept.\n"
    "待核查的注册信息：文件不超过 5 兆字节，粘贴文本不超过 1 兆字节。内容未读取，也未保存。\n"
)
_UNREADABLE = (
    "A text holds characters that cannot be seen. Nothing was saved. Go back, and type it instead of pasting it.\n"
    "文本中含有不可见的字符。未保存任何数据。请返回后手动输入，不要粘贴。\n"
)

Next = Callable[[HttpRequest], HttpResponseBase]


def _checked(headers: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Headers as an answer of Django holds them, judged once: it judges each anew wherever one is set."""
    return dict(ResponseHeaders(headers)._store)


_NEVER_KEPT = _checked({
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "Expires": "Thu, 01 Jan 1970 00:00:00 GMT",
})  # fmt: skip
"""Participants' data is never left in a cache on the way or on a shared computer."""


class HeadersMiddleware:
    """
    The headers that tell a browser what an answer of ours may do: the same for all, so put together once.

    Django's and csp's own middlewares build each of them anew at every request, from the same settings.
    """

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response
        self._always = _checked({
            "Content-Security-Policy": build_policy() or "",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
        })  # fmt: skip

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._get_response(request)
        held = answer.headers._store
        for key, pair in self._always.items():
            held.setdefault(key, pair)
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            answer.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
        return answer


class BoundsMiddleware:
    """
    Refuses what no page of ours sends: another host's name, a huge body, characters that cannot be seen.

    The name is checked here because Django looks at it only where an address is built: a page that was only read
    would be given to any name that leads here (DNS rebinding). Nothing but static files may be kept by a cache.
    """

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase
        if not _named_right(request):
            answer = _plain(_ELSEWHERE, 400)
        elif request.path in paths_with_files():
            answer = self._of_file(request)
        elif _length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            answer = _plain(_TOO_LARGE, 413)
        elif _unseen(_texts(request)):
            answer = _plain(_UNREADABLE, 400)
        else:
            answer = self._get_response(request)
        if isinstance(answer, HttpResponse):
            held = answer.headers._store
            held.update(_NEVER_KEPT)
            if "content-length" not in held:
                held["content-length"] = ("Content-Length", str(len(answer.content)))
        return answer

    def _of_file(self, request: HttpRequest) -> HttpResponseBase:
        """A page that takes a file: held in memory while it is read; a pasted page may hold any characters."""
        if _length(request) > settings.RECORD_UPLOAD_MAX:
            return _plain(_RECORD_TOO_LARGE, 413)
        request.upload_handlers = [MemoryFileUploadHandler(request)]
        try:
            request.POST  # noqa: B018 - read here, where what is too large can still be answered with a sentence
        except RequestDataTooBig:
            return _plain(_RECORD_TOO_LARGE, 413)
        return self._get_response(request)


class PersonMiddleware:
    """
    Who asks, known before any page is: Django's own middleware waits to be asked, and every page of ours asks.

    An ordinary session brings its account with it; whatever else a session may be is Django's to judge.
    """

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        held = request.session.account() if isinstance(request.session, SessionStore) else None
        request.user = held or get_user(request)
        return self._get_response(request)


class IdleMiddleware:
    """
    Ends a session that has been idle too long.

    What the person had typed is not lost: the sign-in page holds it and gives it back to the same person only
    (`request.META["trialwright.idle_user"]` says who that was).
    """

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = int(time.time())
        if request.user.is_authenticated and "seen" in request.session:
            rested = now - int(request.session["seen"])
            # a clock set back must not make a session live for ever
            if not -REFRESH_SECONDS <= rested <= settings.IDLE_SECONDS:
                request.META["trialwright.idle_user"] = request.user.get_username()
                logout(request)
            elif rested > REFRESH_SECONDS:
                request.session["seen"] = now
        answer = self._get_response(request)
        # also of a session that just began: one never used again must not stay open for its whole lifetime
        if request.user.is_authenticated and "seen" not in request.session:
            request.session["seen"] = now
        return answer


_right_names: set[tuple[str, ...]] = set()
"""Names under which the app was opened, each with the names it may have: hardly ever more than one."""


def _named_right(request: HttpRequest) -> bool:
    name = (str(request.META.get("HTTP_HOST", "")), *settings.ALLOWED_HOSTS)
    if name in _right_names:
        return True
    # answered here: an exception would write a page of traceback to the log at each knock
    try:
        right = bool(request.get_host())
    except DisallowedHost:
        return False
    if name[0] and right and len(_right_names) < _FEW:
        _right_names.add(name)
    return right


_FEW = 100


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def read_fields(request: HttpRequest) -> None:
    """
    The fields of a posted form, as Django reads them in three times the time: its QueryDict converts each one anew.

    What is not plainly such a form (a file, another encoding, more fields than allowed) is left for Django to judge.
    """
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return
    try:
        sent = request.body.decode().split("&")
    except ValueError:
        return
    if len(sent) > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
        return
    texts: dict[str, list[str]] = {}
    meant: dict[str, str] = {}  # the same unit stands beside most numbers
    for pair in sent:
        name, parted, text = pair.partition("=")
        if not (name or parted):
            continue
        if "%" in text or "+" in text:
            text = meant.get(text) or meant.setdefault(text, unquote_plus(text))
        if "%" in name or "+" in name:
            name = unquote_plus(name)
        if name in texts:
            texts[name].append(text)
        else:
            texts[name] = [text]
    fields = QueryDict()
    dict.update(fields, texts)
    request.POST = fields


def _texts(request: HttpRequest) -> list[str]:
    read_fields(request)
    told = [request.path]
    for sent in (request.GET, request.POST):
        told += sent
        told += chain.from_iterable(values for _, values in sent.lists())
    return told


def _unseen(texts: list[str]) -> bool:
    every = " ".join(texts)
    # none of the characters looked for is printable; nearly every text is, and that is known at once
    return not every.isprintable() and _UNSEEN.search(every) is not None


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
