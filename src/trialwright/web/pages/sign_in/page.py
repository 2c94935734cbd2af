"""Sign in, sign out; locked accounts and stale pages answer here too."""

import datetime as dt
from typing import cast

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from trialwright.model.text import Text
from trialwright.web import accounts_of, acts, answer, directory, recognise, second_factor
from trialwright.web.page import PUBLIC, SIGNED_IN, Call, Route, address
from trialwright.web.pages.sign_in import coded, held
from trialwright.web.render import page
from trialwright.web.session_store import BACKEND

FAILURES_OF_AN_ADDRESS = 30
LONGEST_NAME = 150

WRONG = Text(
    en="This name and password do not belong together. Check both; capital letters count.",
    zh="用户名与密码不匹配。请检查两者，注意区分大小写。",
)
WRONG_CODE = Text(
    en="This code is not right, or was used already. Wait for the next one, or use a backup code.",
    zh="验证码不正确或已被使用。请等待下一个验证码，或使用备用码。",
)
LOCKED = Text(
    en="Too many wrong passwords: this account is locked for 15 minutes. Wait, or ask the person who runs the study.",
    zh="密码错误次数过多：此账户已锁定十五分钟。请稍候，或联系研究管理人员。",
)
STALE = Text(
    en="This page was open too long, or cookies are blocked. Nothing was saved. Sign in again and repeat the step.",
    zh="此页打开时间过长，或浏览器禁用了缓存凭据。未保存任何数据。请重新登录后再操作一次。",
)
IDLE = Text(
    en="You were signed out after 15 minutes without activity. Sign in again to go on; what you typed is kept.",
    zh="您已十五分钟未操作，系统已自动退出。请重新登录以继续；您输入的内容已保留。",
)


def view(call: Call) -> HttpResponseBase:
    if call.is_post:
        return _try(call)
    if call.reader.user:
        return HttpResponseRedirect(_next(call.request, str(call.request.GET.get("next", ""))))
    idle = bool(call.request.META.get("trialwright.idle_user"))
    return _show(call, call.words(IDLE) if idle else "", str(call.request.GET.get("next", "")))


def _try(call: Call) -> HttpResponseBase:
    request, name = call.request, call.posted("username")[:LONGEST_NAME]
    if _failures_from(request) >= FAILURES_OF_AN_ADDRESS:
        return _show(call, call.words(LOCKED), call.posted("next"), status=429)
    user = authenticate(request, username=name, password=str(request.POST.get("password", "")))
    if user is None:
        known = directory.known_name(name)
        acts.record(call.place, "sign_in_failed", user=known, details={"user": known})
        if getattr(request, "axes_locked_out", False):
            if known != directory.NOBODY and _failures_of(known) == settings.AXES_FAILURE_LIMIT:
                _tell_locked(call, known)
            return _show(call, call.words(LOCKED), call.posted("next"), status=429)
        return _show(call, call.words(WRONG), call.posted("next"), status=401)
    if second_factor.is_on(cast(User, user)):
        return coded.ask(call, cast(User, user), "")
    return _enter(call, cast(User, user))


def code(call: Call) -> HttpResponseBase:
    """The second step: the code of the second factor, from the browser that gave the password a moment ago."""
    user = coded.waiting(call)
    if user is None or not call.is_post:
        return HttpResponseRedirect(address("sign_in"))
    if not AxesProxyHandler.is_allowed(call.request, {"username": user.get_username()}):
        coded.forget(call)
        return _show(call, call.words(LOCKED), call.posted("next"), status=429)
    if second_factor.verify(user, call.posted("code")):
        coded.forget(call)
        return _enter(call, user)
    acts.record(call.place, "sign_in_failed", user=user.get_username(), details={"user": user.get_username()})
    recognise.count_failure(call, user.get_username())
    if getattr(call.request, "axes_locked_out", False):
        coded.forget(call)
        _tell_locked(call, user.get_username())
        return _show(call, call.words(LOCKED), call.posted("next"), status=429)
    return coded.ask(call, user, call.words(WRONG_CODE))


def _enter(call: Call, user: User) -> HttpResponseBase:
    """The session begins, under a new number; what its person owes first is written into it."""
    request, name = call.request, user.get_username()
    login(request, user, backend=BACKEND)
    acts.record(call.place, "signed_in", user=name, details={"user": name})
    if accounts_of.must_change(user):
        request.session[answer.OWED] = "password"
    elif second_factor.is_required(call.place.roles_of(name)) and not second_factor.is_on(user):
        request.session[answer.OWED] = "second_factor"
    kept = held.given_back(call, name)
    return kept if kept is not None else HttpResponseRedirect(_next(request, call.posted("next")))


def _tell_locked(call: Call, name: str) -> None:
    """Once for a lock, so that whoever keeps accounts sees it on the page People."""
    acts.record(call.place, "account_locked", user=name, details={"user": name})


def sign_out(call: Call) -> HttpResponseBase:
    acts.record(call.place, "signed_out", user=call.reader.user, details={"user": call.reader.user})
    logout(call.request)
    return HttpResponseRedirect(address("sign_in"))


def locked_out(request: HttpRequest, response: object = None, credentials: object = None) -> HttpResponse:
    """What django-axes shows once an account is locked."""
    del response, credentials
    return _show(answer.call_for(request, SIGN_IN), answer.call_for(request, SIGN_IN).words(LOCKED), "", status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A post without the page's own token: told as what it nearly always is, a page left open too long."""
    del reason
    call = answer.call_for(request, SIGN_IN)
    return page(call, "message.html", status=403, title=call.words(STALE_TITLE), body=call.words(STALE))


STALE_TITLE = Text(en="Please sign in again", zh="请重新登录")


def _show(call: Call, message: str, then: str, *, status: int = 200) -> HttpResponse:
    demo = directory.demonstration(call.place, call.language)
    return page(call, "sign_in/sign_in.html", status=status, message=message, then=then, held="", demo=demo)


def _next(request: HttpRequest, asked: str) -> str:
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return asked
    return address("participants")


def _failures_of(name: str) -> int:
    found = AccessAttempt.objects.filter(username=name).aggregate(n=Sum("failures_since_start"))
    return int(found["n"] or 0)


def _failures_from(request: HttpRequest) -> int:
    # axes forgets old attempts only when somebody's password is tried: none is, once an address is locked
    since = timezone.now() - dt.timedelta(hours=settings.AXES_COOLOFF_TIME)
    recent = AccessAttempt.objects.filter(ip_address=request.META.get("REMOTE_ADDR"), attempt_time__gte=since)
    found = recent.aggregate(n=Sum("failures_since_start"))
    return int(found["n"] or 0) if settings.AXES_FAILURE_LIMIT else 0


SIGN_IN = Route(path="sign-in/", name="sign_in", view=view, act=PUBLIC)
ROUTES = (
    SIGN_IN,
    Route(path="sign-in/code/", name="sign_in_code", view=code, act=PUBLIC),
    Route(path="sign-out/", name="sign_out", view=sign_out, act=SIGNED_IN, post_only=True),
)
