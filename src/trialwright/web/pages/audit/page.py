"""The audit page: every version and every act of the ledger, newest first, filtered by person, participant and kind."""

from typing import Any, get_args

import msgspec
from django.http import HttpResponseBase

from trialwright.model.ledger import EventKind, LedgerEvent
from trialwright.model.text import Text
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page
from trialwright.web.wording import EVENTS

PER_PAGE = 100
VALUES = Text(en="values", zh="数据值")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the trail: an act, or one version of a value."""

    seq: int
    at: str
    user: str
    what: str
    participant: str
    where: str
    old: str = ""
    new: str = ""
    reason: str = ""
    origin: str = ""
    build: int = 0


def view(call: Call) -> HttpResponseBase:
    asked = {name: str(call.request.GET.get(name, "")).strip() for name in ("user", "participant", "kind")}
    lines = sorted(_lines(call, asked), key=lambda line: -line.seq)
    number = max(1, int(call.request.GET.get("page", "1")) if str(call.request.GET.get("page", "1")).isdigit() else 1)
    shown = lines[(number - 1) * PER_PAGE : number * PER_PAGE]
    snapshot = call.place.snapshot()
    return page(
        call,
        "audit/audit.html",
        lines=shown,
        total=len(lines),
        page_number=number,
        more=number * PER_PAGE < len(lines),
        asked=asked,
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
        lines += [
            _of_event(event, names)
            for event in call.place.events()
            if _wanted(asked, event.user, event.participant_id) and asked["kind"] in ("", event.kind)
        ]
    if asked["kind"] in ("", "value"):
        lines += _of_versions(call, asked, names)
    return lines


def _wanted(asked: dict[str, str], user: str, participant: str) -> bool:
    return asked["user"] in ("", user) and asked["participant"] in ("", participant)


def _of_event(event: LedgerEvent, names: Names) -> Line:
    details = names.details(event.details)
    where = names.place(event.visit, event.form, event.row)
    return Line(
        seq=event.seq, at=event.at_utc, user=event.user, what=EVENTS[event.kind].of(names.language),
        participant=event.participant_id, where=where, new=details, reason=event.reason,
        origin=names.origin(event.origin), build=event.build,
    )  # fmt: skip


def _of_versions(call: Call, asked: dict[str, str], names: Names) -> list[Line]:
    frame = call.place.snapshot().versions
    columns = ("seq", "replaces", "participant_id", "visit", "form", "row", "item", "kind", "text", "unit", "user",
               "at_utc", "reason", "build", "origin")  # fmt: skip
    rows: list[dict[str, Any]] = frame.select(columns).to_dicts()
    shown = {row["seq"]: names.stored(row["item"], row["kind"], row["text"], row["unit"]) for row in rows}
    what = Text(en="value saved", zh="保存数据").of(names.language)
    return [
        Line(
            seq=row["seq"], at=row["at_utc"], user=row["user"], what=what, participant=row["participant_id"],
            where=f"{names.place(row['visit'], row['form'], row['row'])} · {names.item(row['item'])}",
            old=shown.get(row["replaces"], ""), new=shown[row["seq"]], reason=row["reason"],
            origin=names.origin(row["origin"]), build=row["build"],
        )
        for row in rows
        if _wanted(asked, row["user"], row["participant_id"])
    ]  # fmt: skip


ROUTES = (
    Route(
        path="audit/", name="audit", view=view, act=ANY_ROLE, navigation=Text(en="Audit trail", zh="稽查轨迹"), order=6
    ),
)
