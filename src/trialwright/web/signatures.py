"""Signatures as pages show them: printed name, meaning, local and universal time, and whether they still hold."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from trialwright.capture.signatures import signatures
from trialwright.model.signature import Scope, Signature
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web.names import Names
from trialwright.web.page import Call, address

WHY: dict[str, Text] = {
    "value": Text("a value was changed", "数据被修改"),
    "row_inactivated": Text("a row was taken out of use", "有记录行作废"),
    "visit_reopened": Text("the visit was reopened", "访视被重新打开"),
    "erased": Text("a value was erased", "有数值被依法删除"),
    "signature_broken": Text("what it covers was changed", "所签内容已变更"),
    "content": Text("the content does not fit, and no entry says why", "内容不符，且无记录说明原因"),
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One signature in the reader's language. `why` is said of a broken one."""

    signature: Signature
    name: str
    statement: str
    where: str
    href: str
    local: str
    utc: str
    why: str = ""


def shown(call: Call, participant_id: str = "", visit: str = "", form: str = "") -> list[Shown]:
    """
    The signatures that cover a place, the latest first: those of the form, of its visit and of the participant.

    With a participant alone: all of that person's; with nothing: everybody's.
    """
    # most people are not signed yet, and a page about one of them asks no snapshot of everybody
    if participant_id and not any(event.kind == "signed" for event in call.place.case(participant_id).events):
        return []
    found = signatures(call.place.snapshot(), participant_id)
    if visit:
        found = tuple(s for s in found if s.scope.covers(participant_id, visit, form or s.scope.form))
    return [_shown(call, each) for each in found[::-1]]


class Signed(msgspec.Struct, frozen=True):
    """The signatures that cover a place, and where this reader signs it ("" for whoever signs nothing there)."""

    every: list[Shown]
    sign_at: str


def at(call: Call, participant_id: str, visit: str = "", form: str = "") -> Signed:
    """What a page of a participant, visit or form shows about signatures."""
    scope = Scope(participant_id, visit, form)
    may = conduct.meanings_for(call.place.study, scope, call.reader.role_names)
    every = shown(call, participant_id, visit, form)
    if not form:
        every = [each for each in every if each.signature.scope.form == "" or visit]
    return Signed(every, href_of(scope, sign=True) if may else "")


def href_of(scope: Scope, *, sign: bool = False) -> str:
    """The page of what is signed, or the page where it is signed."""
    args = {"participant_id": scope.participant_id, "visit": scope.visit, "form": scope.form}
    name = ("sign_" if sign else "") + scope.level
    return address(name, **{key: value for key, value in args.items() if value})


def _shown(call: Call, signature: Signature) -> Shown:
    names = Names(call.place.study, call.language)
    scope = signature.scope
    return Shown(
        signature=signature,
        name=signature.name,
        statement=call.words(signature.statement),
        where=names.place(scope.visit, scope.form, 0) or call.words(Text("all data", "全部数据")),
        href=href_of(scope),
        local=_local(call, signature.at_utc),
        utc=signature.at_utc.replace("T", " ")[:19] + " UTC",
        why=_why(call, names, signature),
    )


def _why(call: Call, names: Names, signature: Signature) -> str:
    if signature.state == "valid":
        return ""
    reason = call.words(
        WHY.get(signature.broken_kind, Text("where the participant stands was changed", "参与者状态变更"))
    )
    if not signature.broken_by:
        return reason
    if call.language == "zh":
        return f"{reason}，{signature.broken_user}，{names.moment(signature.broken_at)}"
    return f"{reason} by {signature.broken_user}, {names.moment(signature.broken_at)}"


def _local(call: Call, at_utc: str) -> str:
    """Date, time to the second and offset at the site: 2021-05-03 16:02:11 +08:00."""
    sites = call.place.study.sites
    moment = dt.datetime.fromisoformat(at_utc).astimezone(ZoneInfo(sites[0].time_zone) if sites else dt.UTC)
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"
