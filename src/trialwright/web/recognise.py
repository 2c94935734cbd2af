"""Who signs is recognised once more: user name, password and, where it is on, the second factor."""

from typing import cast

from axes.utils import reset
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed

from trialwright.model.text import Text
from trialwright.web import acts, second_factor
from trialwright.web.page import Call

WRONG = Text(
    en="User name, password or code is not right. Nothing was done; each wrong one counts towards the lock-out.",
    zh="用户名、密码或验证码不正确。未执行任何操作；错误次数计入账户锁定。",
)
ANOTHER = Text(
    en="Only the person who is signed in can sign here. Type your own user name.",
    zh="只能由当前登录者本人签署。请输入您自己的用户名。",
)


def recognised(call: Call) -> Text | None:
    """
    None when the posted `username`, `password` and `code` are those of the person whose session this is.

    Every failure stands in the ledger and counts to the lock-out of the account; once it is locked the session ends.
    """
    name, password = call.posted("username"), str(call.request.POST.get("password", ""))
    if name != call.reader.user:
        _refused(call, "name")
        return ANOTHER
    found = authenticate(call.request, username=name, password=password)
    if found is None:
        _refused(call, "password")
        if getattr(call.request, "axes_locked_out", False):
            acts.record(call.place, "account_locked", user=name, details={"user": name})
            logout(call.request)
        return WRONG
    user = cast(User, found)
    if not second_factor.verify(user, call.posted("code")):
        _refused(call, "code")
        count_failure(call, name)
        return WRONG
    reset(username=name)
    return None


def count_failure(call: Call, name: str) -> None:
    """A wrong code counts like a wrong password."""
    user_login_failed.send(
        sender="trialwright.web", credentials={"username": name, "password": "***"}, request=call.request
    )


def _refused(call: Call, why: str) -> None:
    acts.record(call.place, "signature_refused", user=call.reader.user, details={"why": why})
