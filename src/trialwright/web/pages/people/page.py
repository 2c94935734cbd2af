"""The people of the study: accounts, roles with site and term, the delegation log, and what each role may do."""

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.gates import ACTS
from trialwright.capture.roles import Grant, training_owed
from trialwright.model.study import Site
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import utc_text
from trialwright.pipeline.conduct_people import Delegation
from trialwright.web import accounts_of, directory
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.pages.people.log import log
from trialwright.web.problems import Refused
from trialwright.web.render import page
from trialwright.web.wording import said_in

EVERY_SITE = "*"
"""All sites, as the page sends it: an empty field is no choice."""
NOT_CHOSEN = Text(
    en="Nothing was done: choose the account, the role and the site for which it counts.",
    zh="操作未执行：请选择账户、角色及其适用的研究中心。",
)
NO_REASON = Text(en="Say why.", zh="请说明原因。")
NO_IDENTITY = Text(
    en="Say how the person was recognised, for instance by the hospital's identity card.",
    zh="请说明身份核实方式，例如医院工作证。",
)
REFUSED = Text(
    en="This was not done. Nobody gives a role to the own account, and only who may grant roles gives any.",
    zh="操作未执行。任何人不得为自己的账户授予角色，且仅有授权权限者可授予角色。",
)
NOT_KNOWN = Text(en="There is no such account or role.", zh="没有该账户或角色。")
OWN = Text(
    en="Nobody closes the own account or sets its password here, and a closed one stays closed.",
    zh="不能在此关闭自己的账户或设置自己的密码；已关闭的账户不能重新启用。",
)
ELSEWHERE = Text(
    en="This account counts at a site where you keep no accounts. Ask somebody who keeps those of all sites.",
    zh="该账户在您无权管理的研究中心有角色。请联系管理全部研究中心账户的人员。",
)
TAKEN = Text(en="This name is or was somebody's. Choose another.", zh="该用户名已被或曾被使用，请更换。")
BAD_NAME = Text(
    en="A user name has 2 to 60 letters, digits, dots, hyphens or underscores.",
    zh="用户名为 2 至 60 个字母、数字、点、连字符或下划线。",
)
WEAK = Text(
    en="The password has at least 12 characters, is not a common one, not digits alone and not like the name.",
    zh="密码至少十二个字符，不是常见密码，不全是数字，且不与用户名相似。",
)
TYPED = ("user", "role", "site", "printed", "identity", "since", "until", "trained")
"""What an act that was refused gives back to its fields."""
_SAID = {
    "TW-WEB-005": TAKEN, "TW-WEB-006": WEAK, "TW-WEB-007": NOT_KNOWN, "TW-WEB-009": BAD_NAME, "TW-WEB-010": NOT_KNOWN,
    "TW-WEB-015": REFUSED, "TW-WEB-018": OWN, "TW-WEB-019": ELSEWHERE,
}  # fmt: skip


def view(call: Call) -> HttpResponse:
    return _show(call)


def grant(call: Call) -> HttpResponseBase:
    """A role given: account, role and, where there are several, the site are chosen; nothing is taken for granted."""
    told = {name: call.posted(name) for name in Delegation.__struct_fields__}
    if not told["user"] or not told["role"] or (not told["site"] and len(call.place.study.sites) > 1):
        return _show(call, call.words(NOT_CHOSEN))
    wanted = Delegation(**(told | {"site": "" if told["site"] == EVERY_SITE else told["site"]}))
    return _done(call, lambda: directory.grant(call.place, wanted, by=call.reader.user, reason=call.posted("reason")))


def revoke(call: Call) -> HttpResponseBase:
    reason, site = call.posted("reason"), call.posted("site")
    if not reason:
        return _show(call, call.words(NO_REASON))
    who, role, by = call.posted("user"), call.posted("role"), call.reader.user
    return _done(call, lambda: directory.revoke(call.place, who, role, by=by, reason=reason, site=site))


def add(call: Call) -> HttpResponseBase:
    """A new account with a password for once; its roles are given by whoever may grant them."""
    if not call.posted("identity"):
        return _show(call, call.words(NO_IDENTITY))
    name = call.posted("user")
    try:
        made = accounts_of.add(
            call.place, name, by=call.reader.user, printed=call.posted("printed"), identity=call.posted("identity")
        )
    except Refused as told:
        return _show(call, _why(call, told))
    return page(call, "people/password.html", name=name, password=made, new=True)


def close(call: Call) -> HttpResponseBase:
    reason = call.posted("reason")
    if not reason:
        return _show(call, call.words(NO_REASON))
    return _done(call, lambda: accounts_of.close(call.place, call.posted("user"), by=call.reader.user, reason=reason))


def unlock(call: Call) -> HttpResponseBase:
    return _done(call, lambda: accounts_of.unlock(call.place, call.posted("user"), by=call.reader.user))


def new_password(call: Call) -> HttpResponseBase:
    name, factor = call.posted("user"), call.posted("factor") == "yes"
    try:
        made = accounts_of.new_password(call.place, name, by=call.reader.user, factor=factor)
    except Refused as told:
        return _show(call, _why(call, told))
    return page(call, "people/password.html", name=name, password=made, new=False)


def _done(call: Call, does: Callable[[], None]) -> HttpResponseBase:
    try:
        does()
    except Refused as told:
        return _show(call, _why(call, told))
    return HttpResponseRedirect(address("people"))


def _why(call: Call, told: Refused) -> str:
    known = _SAID.get(told.problem.code)
    return call.words(known) if known else said_in(told.problem, call.language)


def _show(call: Call, message: str = "") -> HttpResponse:
    study = call.place.study
    roles = {role.name: role for role in study.roles}
    sites = {site.name: site for site in study.sites}
    closed, now = accounts_of.closed(), utc_text(call.place.ledger.now())

    def held(name: str) -> list[tuple[Grant, str, str]]:
        return [
            (grant, call.words(roles[grant.role].title), _site(call, sites.get(grant.site)))
            for grant in call.place.grants_of(name)
            if grant.role in roles
        ]

    return page(
        call,
        "people/people.html",
        status=422 if message else 200,
        everybody=[(name, printed, held(name)) for name, printed in directory.names(call.place) if name not in closed],
        closed=sorted(closed),
        locked=accounts_of.locked() if call.reader.may("keep_accounts") else (),
        matrix=[(words, [act in role.may for role in study.roles]) for act, words in ACTS.items()],
        untrained=sorted({g.user for g in call.place.grants() if g.counts(now) and training_owed(study, g)}),
        message=message,
        typed={name: call.posted(name) for name in TYPED},
    )


def _site(call: Call, site: Site | None) -> str:
    return call.words(site.title) if site else ""


def _post(path: str, name: str, view: Callable[[Call], HttpResponseBase], act: str) -> Route:
    return Route(path=f"people/{path}/", name=name, view=view, act=act, post_only=True)


ROUTES = (
    Route(
        path="people/",
        name="people",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="People", zh="人员"),
        group="study",
        order=7,
    ),
    Route(path="people/delegation/", name="delegation", view=log, act=ANY_ROLE),
    _post("grant", "grant_role", grant, "grant"),
    _post("revoke", "revoke_role", revoke, "grant"),
    _post("add", "account_add", add, "keep_accounts"),
    _post("close", "account_close", close, "keep_accounts"),
    _post("unlock", "account_unlock", unlock, "keep_accounts"),
    _post("password", "account_reset", new_password, "keep_accounts"),
)
