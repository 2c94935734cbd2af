"""
Copies to take away: what each standard is for, the last copy with its checksum, what it could not carry.

Whoever takes one away is written into the ledger. A copy holds what its taker may see: no results before they are
shown, no participants of other sites, nothing while this person scores blind.
"""

import msgspec
from django.http import HttpResponse, HttpResponseBase

from trialwright.capture.problems import problem
from trialwright.capture.roles import ALL_SITES
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Lost, Problem
from trialwright.model.text import Text
from trialwright.pipeline.readout import export_formats
from trialwright.pipeline.taking import Copy
from trialwright.web import acts, answer, lookup, results
from trialwright.web.downloads import download
from trialwright.web.names import Names
from trialwright.web.page import Call, Route
from trialwright.web.render import page
from trialwright.web.wording import said_in

MAY = "review|look|complete_visit"
"""Whoever reviews the data, whoever analyses them, and a site its own (R17): at one site only its participants."""

NOBODY = Text(en="No participant stands in the data yet.", zh="数据中尚无参与者。")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One standard: what it is, for whom, and the last copy (`at` "" where none was taken, `user` "": not named)."""

    name: str
    title: str
    says: str
    at: str = ""
    user: str = ""
    sha256: str = ""
    stale: bool = False


def view(call: Call) -> HttpResponseBase:
    return _show(call)


def _show(call: Call, trouble: str = "") -> HttpResponse:
    last = {event.details.get("format", ""): event for event in call.place.events() if _told_to(call, event)}
    now = call.place.snapshot().hash
    names = Names(call.place.study, call.language)
    return page(
        call,
        "exports/exports.html",
        status=422 if trouble else 200,
        offers=[
            _offer(
                call, Offer(name=each.name, title=call.words(each.title), says=call.words(each.says)), found, names, now
            )
            for each in export_formats()
            for found in [last.get(each.name)]
        ],
        trouble=trouble,
        told=_with_results(call),
        part=call.reader.sites is not None,
    )


def _told_to(call: Call, event: LedgerEvent) -> bool:
    """
    Whether a taking is told to this reader. For a role of some sites, what somebody of other sites alone took is not:
    that copy holds none of its participants, and its taker is nobody it works with.
    """
    if event.kind != "exported":
        return False
    if call.reader.sites is None or event.user == call.reader.user:
        return True
    held = {grant.site for grant in call.place.grants() if grant.user == event.user}
    return not held or ALL_SITES in held or not held.isdisjoint(call.reader.sites)


def _taker(call: Call, event: LedgerEvent) -> str:
    """The name of a taker; "" for a reader of some sites where the delegation log knows nobody of that name."""
    known = call.reader.sites is None or any(grant.user == event.user for grant in call.place.grants())
    return event.user if known or event.user == call.reader.user else ""


def _offer(call: Call, offer: Offer, last: LedgerEvent | None, names: Names, now: str) -> Offer:
    if last is None:
        return offer
    taken = last.details.get("snapshot", "")
    return msgspec.structs.replace(
        offer,
        at=names.moment(last.at_utc),
        user=_taker(call, last),
        sha256=last.details.get("sha256", ""),
        stale=bool(taken) and taken != now and call.reader.sites is None,
    )


def _with_results(call: Call) -> bool:
    return call.reader.may("see_results") and not isinstance(results.shown_to(call.place, call.reader), Problem)


def take(call: Call, standard: str) -> HttpResponseBase:
    """The zip, once its taking stands in the ledger."""
    made = _copy(call, standard)
    if isinstance(made, str):
        return _show(call, made)
    details = {"format": standard, "files": str(made.files), "sha256": made.sha256, "snapshot": made.snapshot,
               "head": call.place.ledger.head().hash}  # fmt: skip
    acts.record(call.place, "exported", user=call.reader.user, details=details)
    return download(made.data, f"{call.place.study.name}-{standard}.zip", "application/zip")


def lost(call: Call, standard: str) -> HttpResponseBase:
    """What a copy made now would not carry, and why; nothing is taken away."""
    made = _copy(call, standard)
    if isinstance(made, str):
        return _show(call, made)
    title = next(call.words(each.title) for each in export_formats() if each.name == standard)
    chinese = call.language.startswith("zh")
    return page(
        call, "exports/lost.html", title_of=title, reasons=_grouped(made.lost), files=made.files, chinese=chinese
    )


def _grouped(lost: tuple[Lost, ...]) -> list[tuple[str, list[str]]]:
    """The places by their reason: a hundred items with one reason are told once."""
    found: dict[str, list[str]] = {}
    for each in lost:
        found.setdefault(each.reason, []).append(each.where)
    return list(found.items())


def _copy(call: Call, name: str) -> Copy | str:
    """The copy, or why there is none, in the reader's words."""
    if name not in {each.name for each in export_formats()}:
        raise answer.NotHere
    if lookup.hidden(call):
        return said_in(problem("TW-CAP-067", name), call.language)
    made = results.copy_for(call.place, call.reader, name)
    return call.words(NOBODY) if isinstance(made, Problem) else made


ROUTES = (
    Route(
        path="exports/",
        name="exports",
        view=view,
        act=MAY,
        navigation=Text(en="Exports", zh="导出"),
        group="results",
        order=10,
    ),
    Route(path="exports/<str:standard>/", name="take", view=take, act=MAY, post_only=True),
    Route(path="exports/<str:standard>/lost/", name="lost", view=lost, act=MAY),
)
