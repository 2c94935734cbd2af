"""One's own account: roles and terms, a new password, and the second factor with its backup codes."""

from collections.abc import Callable

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.model.text import Text
from trialwright.web import accounts_of, acts, answer, recognise, second_factor
from trialwright.web.accounts_of import account
from trialwright.web.page import SIGNED_IN, Call, Route, address
from trialwright.web.problems import Refused
from trialwright.web.render import page

DIFFERENT = Text(en="The two new passwords differ. Type the same one twice.", zh="两次输入的新密码不一致，请重新输入。")
WEAK = Text(
    en="Choose another password: at least 12 characters, not a common one, not digits alone, not like your name.",
    zh="请更换密码：至少十二个字符，不是常见密码，不全是数字，且不与用户名相似。",
)
WRONG_CODE = Text(
    en="This code does not fit. Check that the clock of the telephone is right, and type the code it shows now.",
    zh="验证码不符。请检查手机时间是否准确，并输入当前显示的验证码。",
)
REQUIRED = Text(
    en="Your role asks for a second factor, so it stays. Set up the new telephone instead.",
    zh="您的角色必须使用双重验证，不能停用。请改为设置新手机。",
)
CHANGED = Text(
    en="The password is changed. Every other session of yours has ended.", zh="密码已修改，您的其他会话已全部结束。"
)
REMOVED = Text(en="The second factor is removed.", zh="双重验证已停用。")


def view(call: Call) -> HttpResponse:
    done = {"password": CHANGED, "removed": REMOVED}.get(str(call.request.GET.get("done", "")))
    return _show(call, notice=call.words(done) if done else "")


def password(call: Call) -> HttpResponseBase:
    """A new password, from somebody who is recognised by the old one."""
    wrong = recognise.recognised(call)
    if wrong is not None:
        return _show(call, told=call.words(wrong))
    new = str(call.request.POST.get("new", ""))
    if new != str(call.request.POST.get("again", "")):
        return _show(call, told=call.words(DIFFERENT))
    user = account(call.reader.user)
    try:
        accounts_of.change_password(call.place, user, new)
    except Refused:
        return _show(call, told=call.words(WEAK))
    update_session_auth_hash(call.request, user)  # a new number for this session; all others no longer fit
    if call.request.session.get(answer.OWED) == "password":
        call.request.session.pop(answer.OWED)
        if second_factor.is_required(call.reader.roles) and not second_factor.is_on(user):
            call.request.session[answer.OWED] = "second_factor"
    return HttpResponseRedirect(f"{address('account')}?done=password")


def factor(call: Call) -> HttpResponseBase:
    """The page where the second factor is set up; a posted code turns it on."""
    user = account(call.reader.user)
    if not call.is_post:
        return _factor(call)
    codes = second_factor.confirm(user, call.posted("code"))
    if not codes:
        return _factor(call, told=call.words(WRONG_CODE))
    acts.record(call.place, "second_factor_set", user=call.reader.user, details={"user": call.reader.user})
    call.request.session.cycle_key()
    call.request.session.pop(answer.OWED, None)
    return page(call, "account/codes.html", codes=codes)


def begin(call: Call) -> HttpResponseBase:
    """A new secret, for somebody who is recognised: an open session alone does not move the second factor."""
    wrong = recognise.recognised(call)
    if wrong is not None:
        return _factor(call, told=call.words(wrong))
    second_factor.begin(account(call.reader.user))
    return HttpResponseRedirect(address("second_factor"))


def remove(call: Call) -> HttpResponseBase:
    wrong = REQUIRED if second_factor.is_required(call.reader.roles) else recognise.recognised(call)
    if wrong is not None:
        return _show(call, told=call.words(wrong))
    acts.record(call.place, "second_factor_removed", user=call.reader.user, details={"user": call.reader.user})
    second_factor.remove(account(call.reader.user))
    return HttpResponseRedirect(f"{address('account')}?done=removed")


def picture(call: Call) -> HttpResponse:
    """The QR code of a secret that was begun and not confirmed: shown to its own person only, and never again later."""
    device = second_factor.begun(account(call.reader.user))
    if device is None:
        raise answer.NotHere
    return HttpResponse(second_factor.picture_of(device, call.place.study.name), content_type="image/svg+xml")


def _factor(call: Call, told: str = "") -> HttpResponse:
    user = account(call.reader.user)
    device = second_factor.begun(user)
    return page(
        call,
        "account/factor.html",
        status=422 if told else 200,
        told=told,
        on=second_factor.is_on(user),
        owed=call.request.session.get(answer.OWED) == "second_factor",
        secret=second_factor.secret_of(device) if device else "",
    )


def _show(call: Call, *, told: str = "", notice: str = "") -> HttpResponse:
    user = account(call.reader.user)
    roles = {role.name: role for role in call.place.study.roles}
    sites = {site.name: site for site in call.place.study.sites}
    return page(
        call,
        "account/account.html",
        status=422 if told else 200,
        told=told,
        notice=notice,
        printed=accounts_of.printed_name(user),
        grants=[
            (roles[grant.role], sites.get(grant.site), grant)
            for grant in call.place.grants_of(call.reader.user)
            if grant.role in roles
        ],
        on=second_factor.is_on(user),
        required=second_factor.is_required(call.reader.roles),
        codes_left=second_factor.codes_left(user),
        owed=call.request.session.get(answer.OWED) == "password",
    )


def _post(path: str, name: str, does: Callable[[Call], HttpResponseBase]) -> Route:
    return Route(path=f"account/{path}", name=name, view=does, act=SIGNED_IN, post_only=True)


ROUTES = (
    Route(path="account/", name="account", view=view, act=SIGNED_IN),
    Route(path="account/second-factor/", name="second_factor", view=factor, act=SIGNED_IN),
    Route(path="account/second-factor/picture/", name="second_factor_picture", view=picture, act=SIGNED_IN),
    _post("password/", "account_password", password),
    _post("second-factor/begin/", "second_factor_begin", begin),
    _post("second-factor/remove/", "second_factor_remove", remove),
)
