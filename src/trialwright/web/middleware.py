"""The idle time-out: a session that rests longer than fifteen minutes must sign in again."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase

REFRESH_SECONDS = 60
"""A session is rewritten at most once a minute: reading a page should not cost a write."""


class IdleMiddleware:
    """
    Ends a session that has been idle too long.

    What the person had typed is not lost: the sign-in page holds it and gives it back to the same person only
    (`request.META["trialwright.idle_user"]` says who that was).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = int(request.session.get("seen", now))
            if now - seen > settings.IDLE_SECONDS:
                request.META["trialwright.idle_user"] = request.user.get_username()
                logout(request)
            elif now - seen > REFRESH_SECONDS or "seen" not in request.session:
                request.session["seen"] = now
        return self._get_response(request)
