"""The audit page: every save and every act as a sentence, newest first; by person, participant, kind and day."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any, get_args

import msgspec
from django.http import HttpResponseBase

from trialwright.capture.words import EVENTS
from trialwright.model.ledger import EventKind
from trialwright.model.text import Text
from trialwright.web import lookup
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page

PER_PAGE = 50
VALUES = Text(en="values saved", zh="保存数据")
HIDDEN = Text(en="hidden while a later visit is scored", zh="后续访视评估期间隐藏")
FILTERS = ("user", "participant", "kind", "since", "until")
_COLUMNS = ("seq", "replaces", "group", "participant_id", "visit", "form", "row", "item", "kind", "text", "unit",
            "user", "at_utc", "reason", "origin")  # fmt: skip


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a save: what stood there before ("" for a first entry) and what stands there after."""

    item: str
    old: str
    new: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the trail: an act, or one save with all its values (what a person did at one moment)."""

    seq: int
    at: str
    user: str
    what: str
    participant: str
    where: str
    href: str = ""
    details: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""
    origin: str = ""


def view(call: Call) -> HttpResponseBase:
    asked = {name: str(call.request.GET.get(name, "")).strip() for name in FILTERS}
    number = str(call.request.GET.get("page", "1"))
    at_page = max(1, int(number)) if number.isdecimal() and number.isascii() and len(number) < 9 else 1
    lines = sorted(_lines(call, asked), key=attrgetter("seq"), reverse=True)
    snapshot = call.place.snapshot()
    return page(
        call,
        "audit/audit.html",
        lines=lines[(at_page - 1) * PER_PAGE : at_page * PER_PAGE],
        total=len(lines),
        page_number=at_page,
        more=at_page * PER_PAGE < len(lines),
        asked=asked,
        filtered=any(asked.values()),
        kinds=[("value", call.words(VALUES))]
        + [(kind, EVENTS[kind].of(call.language)) for kind in get_args(EventKind)],
        people=sorted({event.user for event in snapshot.events} | set(snapshot.versions["user"].unique())),
        participants=sorted({e.participant_id for e in snapshot.events if e.participant_id}),
        head=snapshot.head,
    )


def _lines(call: Call, asked: dict[str, str]) -> list[Line]:
    names = Names(call.place.study, call.language)
    lines: list[Line] = []
    if asked["kind"] != "value":
        lines += _acts(call, asked, names)
    if asked["kind"] in ("", "value"):
        lines += _saves(call, asked, names)
    return lines


def _wanted(asked: dict[str, str], names: Names, user: str, participant: str, at_utc: str) -> bool:
    day = names.moment(at_utc)[:10] if asked["since"] or asked["until"] else ""
    return (
        asked["user"] in ("", user)
        and asked["participant"] in ("", participant)
        and (not _is_day(asked["since"]) or day >= asked["since"])
        and (not _is_day(asked["until"]) or day <= asked["until"])
    )


def _is_day(text: str) -> bool:
    # a day that is none filters nothing: the field still shows what was typed
    try:
        return bool(dt.date.fromisoformat(text)) and len(text) == len("2021-03-15")
    except ValueError:
        return False


def _acts(call: Call, asked: dict[str, str], names: Names) -> Iterable[Line]:
    for event in call.place.events():
        if asked["kind"] in ("", event.kind) and _wanted(asked, names, event.user, event.participant_id, event.at_utc):
            yield Line(
                seq=event.seq, at=event.at_utc, user=event.user, what=EVENTS[event.kind].of(names.language),
                participant=event.participant_id, where=names.place(event.visit, event.form, event.row),
                details=names.details(event.details), reason=event.reason, origin=event.origin,
            )  # fmt: skip


def _saves(call: Call, asked: dict[str, str], names: Names) -> Iterable[Line]:
    """One line a save of one form: its values together, as the person saved them."""
    rows: list[dict[str, Any]] = call.place.snapshot().versions.select(_COLUMNS).to_dicts()
    by_seq = {row["seq"]: row for row in rows}
    what, secret = VALUES.of(names.language), lookup.hidden(call)
    kept = (r for r in rows if _wanted(asked, names, r["user"], r["participant_id"], r["at_utc"]))
    for _, several in groupby(kept, key=lambda r: (r["group"], r["participant_id"], r["visit"], r["form"], r["row"])):
        saved = list(several)
        first = saved[0]
        at = {"participant_id": first["participant_id"], "visit": first["visit"], "form": first["form"]}
        yield Line(
            seq=first["seq"], at=first["at_utc"], user=first["user"], what=what, participant=first["participant_id"],
            where=names.place(first["visit"], first["form"], first["row"]),
            href=address("form", **at) + (f"?row={first['row']}" if first["row"] else ""),
            changes=tuple(
                Change(item=names.item(r["item"]), old="", new=HIDDEN.of(names.language))
                if (r["participant_id"], r["visit"], r["form"]) in secret
                else _change(r, by_seq.get(r["replaces"]), names)
                for r in saved
            ),
            reason=first["reason"], origin=first["origin"],
        )  # fmt: skip


def _change(row: dict[str, Any], before: dict[str, Any] | None, names: Names) -> Change:
    def shown(version: dict[str, Any]) -> str:
        return names.stored(version["item"], version["kind"], version["text"], version["unit"])

    return Change(item=names.item(row["item"]), old=shown(before) if before else "", new=shown(row))


ROUTES = (
    Route(
        path="audit/",
        name="audit",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Audit trail", zh="稽查轨迹"),
        group="study",
        order=6,
    ),
)
