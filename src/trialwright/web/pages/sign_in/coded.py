"""Between password and code: who gave the right password, kept in the session of a browser not signed in yet."""

import time

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare

from trialwright.web.page import Call
from trialwright.web.render import page

_KEY = "password given"
_FOR_SECONDS = 300


def ask(call: Call, user: User, message: str) -> HttpResponse:
    """The page that asks for the code; it holds where to go on, and what was typed when an earlier session ran out."""
    if not message:
        call.request.session.cycle_key()  # nobody who knew the number of the empty session goes on with this one
        call.request.session[_KEY] = [user.pk, int(time.time()), user.get_session_auth_hash()]
    return page(
        call,
        "sign_in/code.html",
        status=401,
        message=message,
        then=call.posted("next"),
        held=call.posted("held"),
    )


def waiting(call: Call) -> User | None:
    """Who gave the password here within five minutes and is still the same: not closed, not with a new password."""
    kept = call.request.session.get(_KEY)
    if not kept or not 0 <= int(time.time()) - int(kept[1]) <= _FOR_SECONDS:
        return None
    user = User.objects.filter(pk=kept[0], is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), str(kept[2])) else None


def forget(call: Call) -> None:
    call.request.session.pop(_KEY, None)
