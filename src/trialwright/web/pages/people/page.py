"""The people of the study and what each may do; roles are given and taken back here."""

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.model.text import Text
from trialwright.web import directory
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.problems import Refused
from trialwright.web.render import page

NO_REASON = Text(en="Say why the role is taken back.", zh="请说明撤销该角色的原因。")
REFUSED = Text(
    en="This was not done. Nobody gives a role to the own account, and only who may grant roles gives any.",
    zh="操作未执行。任何人不得为自己的账户授予角色，且仅有授权权限者可授予角色。",
)
NOT_KNOWN = Text(en="There is no such account or role.", zh="没有该账户或角色。")


def view(call: Call) -> HttpResponse:
    return _show(call)


def grant(call: Call) -> HttpResponseBase:
    try:
        directory.grant(call.place, call.posted("user"), call.posted("role"), by=call.reader.user)
    except Refused as told:
        return _show(call, _why(told))
    return HttpResponseRedirect(address("people"))


def revoke(call: Call) -> HttpResponseBase:
    reason = call.posted("reason")
    if not reason:
        return _show(call, NO_REASON)
    try:
        directory.revoke(call.place, call.posted("user"), call.posted("role"), by=call.reader.user, reason=reason)
    except Refused as told:
        return _show(call, _why(told))
    return HttpResponseRedirect(address("people"))


def _why(told: Refused) -> Text:
    return REFUSED if told.problem.code == "TW-WEB-015" else NOT_KNOWN


def _show(call: Call, message: Text | None = None) -> HttpResponse:
    everybody = directory.everybody(call.place)
    return page(
        call,
        "people/people.html",
        status=422 if message else 200,
        everybody=everybody,
        message=call.words(message) if message else "",
    )


ROUTES = (
    Route(path="people/", name="people", view=view, act=ANY_ROLE, navigation=Text(en="People", zh="人员"), order=7),
    Route(path="people/grant/", name="grant_role", view=grant, act="grant", post_only=True),
    Route(path="people/revoke/", name="revoke_role", view=revoke, act="grant", post_only=True),
)
