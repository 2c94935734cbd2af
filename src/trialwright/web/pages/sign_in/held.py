"""What was typed when the session ran out: held by the sign-in page itself, given back to the same person only."""

from django.core import signing
from django.http import HttpResponse

from trialwright.model.text import Text
from trialwright.web.page import Call
from trialwright.web.render import page

_SALT = "trialwright.held"
_FOR_SECONDS = 24 * 3600
_NEVER = ("csrfmiddlewaretoken", "password")


def hold(call: Call) -> HttpResponse:
    """The sign-in page with the posted form inside it, signed and bound to the person who had typed it."""
    fields = [(k, str(v)) for k, vs in call.request.POST.lists() for v in vs if k not in _NEVER]
    held = signing.dumps(
        [call.request.META["trialwright.idle_user"], call.request.path, fields], salt=_SALT, compress=True
    )
    message = call.words(
        Text(
            en="You were signed out after 15 minutes without activity. Sign in again: what you typed is kept.",
            zh="您已十五分钟未操作，系统已自动退出。请重新登录：您输入的内容已保留。",
        )
    )
    return page(call, "sign_in/sign_in.html", status=401, message=message, then=call.request.path, held=held, demo=())


def given_back(call: Call, user: str) -> HttpResponse | None:
    """The held form as a page with one button that posts it again; None when nothing is held for this person."""
    try:
        owner, path, fields = signing.loads(call.posted("held"), salt=_SALT, max_age=_FOR_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    if owner != user:
        return None
    return page(call, "sign_in/held.html", target=path, fields=fields)
