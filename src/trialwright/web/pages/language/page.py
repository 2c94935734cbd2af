"""The language switch: a cookie of the reader's own choice."""

from django.conf import settings
from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from trialwright.web.page import PUBLIC, Call, Route, address
from trialwright.web.reader import LANGUAGE_COOKIE


def view(call: Call) -> HttpResponseBase:
    asked = call.posted("next")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts={call.request.get_host()})
    response = HttpResponseRedirect(asked if safe else address("participants"))
    response.set_cookie(
        LANGUAGE_COOKIE,
        "zh" if call.posted("language") == "zh" else "en",
        max_age=365 * 24 * 3600,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


ROUTES = (Route(path="language/", name="language", view=view, act=PUBLIC, post_only=True),)
