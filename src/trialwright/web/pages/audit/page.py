"""The audit page: every save and every act as a sentence, newest first; by person, participant, kind and day."""

import hashlib
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, get_args

import msgspec
import polars as pl
from django.http import HttpResponseBase

from trialwright.capture.blinding import HiddenForms
from trialwright.capture.dates import parse_date
from trialwright.capture.problems import problem
from trialwright.capture.words import EVENTS
from trialwright.export.csv.cells import CsvCell, table_of, write_table
from trialwright.model.ledger import EventKind, LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.quantity import PartialDate
from trialwright.model.text import Text
from trialwright.web import acts, lookup
from trialwright.web.downloads import download
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in

PER_PAGE = 50
VALUES = Text(en="values saved", zh="保存数据")
HIDDEN = Text(en="hidden while a later visit is scored", zh="后续访视评估期间隐藏")
_DAYS = {"since": Text(en="From day", zh="起始日期"), "until": Text(en="To day", zh="截止日期")}
FILTERS = ("user", "participant", "form", "kind", "since", "until")
_COLUMNS = ("seq", "replaces", "group", "participant_id", "visit", "form", "row", "item", "kind", "text", "unit",
            "user", "at_utc", "reason", "origin")  # fmt: skip


_OF_A_SAVE = ("group", "participant_id", "visit", "form", "row")


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


class Chosen:
    """The saves and acts that fit what was asked: `every` is the number of each, the newest first."""

    def __init__(self, call: Call) -> None:
        sent = call.request.POST if call.is_post else call.request.GET
        self.asked = {name: str(sent.get(name, "")).strip() for name in FILTERS}
        days = {name: _day(name, self.asked[name]) for name in _DAYS}
        self.wrong = {name: said_in(day, call.language) for name, day in days.items() if isinstance(day, Problem)}
        # Nothing fits a day that is none: all lines under it would pass for those of that day.
        kind = self.asked["kind"] if not self.wrong else "none"
        asked = self.asked | {name: day for name, day in days.items() if isinstance(day, str)} | {"kind": kind}
        self._call, self._names = call, Names(call.place.study, call.language)
        self.snapshot = call.place.snapshot()
        self._saves = _Saves(self.snapshot.versions, asked, self._names) if kind in ("", "value") else None
        self._acts = {} if kind == "value" else {e.seq: e for e in _acts(call, asked, self._names)}
        self.every = sorted([*self._acts, *(self._saves.starts if self._saves else {})], reverse=True)

    def lines(self, wanted: list[int]) -> list[Line]:
        """These saves and acts in words; only those of one page are made, for a whole trial takes seconds."""
        drawn = self._saves.lines(self._call, wanted) if self._saves else {}
        return [_act(self._acts[seq], self._names) if seq in self._acts else drawn[seq] for seq in wanted]


def view(call: Call) -> HttpResponseBase:
    number = str(call.request.GET.get("page", "1"))
    at_page = max(1, int(number)) if number.isdecimal() and number.isascii() and len(number) < 9 else 1
    return _shown(call, Chosen(call), at_page)


def _shown(call: Call, chosen: Chosen, at_page: int = 1) -> HttpResponseBase:
    snapshot = chosen.snapshot
    return page(
        call,
        "audit/audit.html",
        status=422 if chosen.wrong else 200,
        wrong=chosen.wrong,
        days=_DAYS,
        lines=chosen.lines(chosen.every[(at_page - 1) * PER_PAGE : at_page * PER_PAGE]),
        total=len(chosen.every),
        page_number=at_page,
        more=at_page * PER_PAGE < len(chosen.every),
        asked=chosen.asked,
        filtered=any(chosen.asked.values()),
        kinds=[("value", call.words(VALUES))]
        + [(kind, EVENTS[kind].of(call.language)) for kind in get_args(EventKind)],
        people=[(name, name) for name in sorted({e.user for e in snapshot.events} | set(snapshot.versions["user"]))],
        participants=[(who, who) for who in sorted({e.participant_id for e in snapshot.events})],
        forms=[(form.name, call.words(form.title)) for form in call.place.study.forms],
        head=snapshot.head,
        zone=call.place.study.sites[0].time_zone if call.place.study.sites else "UTC",
    )


_Place = tuple[str, str, str]
"""Person, participant, form."""


def _wanted(asked: dict[str, str], names: Names, told: _Place, at_utc: str) -> bool:
    day = names.moment(at_utc)[:10] if asked["since"] or asked["until"] else ""
    return (
        all(asked[name] in ("", found) for name, found in zip(("user", "participant", "form"), told, strict=True))
        and (not asked["since"] or day >= asked["since"])
        and (not asked["until"] or day <= asked["until"])
    )


def _day(name: str, typed: str) -> str | Problem:
    """The day as the ledger writes it, from any spelling that forms understand; a month or year begins and ends too."""
    found = parse_date(typed) if typed else ""
    if isinstance(found, PartialDate):
        return (found.earliest if name == "since" else found.latest).isoformat()
    if not found:
        return ""
    code = {"day first": "TW-CAP-010", "calendar": "TW-CAP-011"}.get(found, "TW-CAP-009")
    return problem(code, name, label=_DAYS[name], typed=typed)


def _acts(call: Call, asked: dict[str, str], names: Names) -> Iterable[LedgerEvent]:
    for event in call.place.events():
        told = (event.user, event.participant_id, event.form)
        if asked["kind"] in ("", event.kind) and _wanted(asked, names, told, event.at_utc):
            yield event


def _act(event: LedgerEvent, names: Names) -> Line:
    return Line(
        seq=event.seq, at=event.at_utc, user=event.user, what=EVENTS[event.kind].of(names.language),
        participant=event.participant_id, where=names.place(event.visit, event.form, event.row),
        details=names.details(event.details), reason=event.reason, origin=event.origin,
    )  # fmt: skip


class _Saves:
    """One line a save of one form: its values together, as the person saved them. `starts`: first seq -> its rows."""

    def __init__(self, versions: pl.DataFrame, asked: dict[str, str], names: Names) -> None:
        self._names, self._versions = names, versions
        frame = versions.select(_COLUMNS)
        for column, text in (
            ("user", asked["user"]),
            ("participant_id", asked["participant"]),
            ("form", asked["form"]),
        ):
            frame = frame.filter(pl.col(column) == text) if text else frame
        if asked["since"] or asked["until"]:
            moments = frame["at_utc"].unique().to_list()
            who = (asked["user"], asked["participant"], asked["form"])
            frame = frame.filter(pl.col("at_utc").is_in([at for at in moments if _wanted(asked, names, who, at)]))
        self._kept = frame
        begun = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in _OF_A_SAVE).fill_null(value=True)
        first = frame.select(pl.arg_where(begun)).to_series() if frame.height else pl.Series(dtype=pl.Int64)
        places = first.to_list()
        self.starts = dict(
            zip(frame["seq"].gather(first).to_list(), pairwise([*places, frame.height]), strict=True)
        ) if places else {}  # fmt: skip

    def lines(self, call: Call, wanted: list[int]) -> dict[int, Line]:
        """The lines of the saves that begin at these entries."""
        chosen = {seq: self._kept.slice(start, stop - start).to_dicts()
                  for seq in wanted if seq in self.starts for start, stop in [self.starts[seq]]}  # fmt: skip
        replaced = [row["replaces"] for rows in chosen.values() for row in rows]
        before = self._versions.select(_COLUMNS).filter(pl.col("seq").is_in(replaced)).to_dicts()
        by_seq = {row["seq"]: row for row in before}
        secret = lookup.hidden(call) if chosen else frozenset()
        return {seq: self._line(rows, by_seq, secret) for seq, rows in chosen.items()}

    def _line(self, saved: list[dict[str, Any]], by_seq: dict[int, dict[str, Any]], secret: HiddenForms) -> Line:
        names, first = self._names, saved[0]
        at = {"participant_id": first["participant_id"], "visit": first["visit"], "form": first["form"]}
        hidden = (first["participant_id"], first["visit"], first["form"]) in secret
        return Line(
            seq=first["seq"], at=first["at_utc"], user=first["user"], what=VALUES.of(names.language),
            participant=first["participant_id"], where=names.place(first["visit"], first["form"], first["row"]),
            href=address("form", **at) + (f"?row={first['row']}" if first["row"] else ""),
            changes=tuple(
                Change(item=names.item(r["item"]), old="", new=HIDDEN.of(names.language))
                if hidden
                else _change(r, by_seq.get(r["replaces"]), names)
                for r in saved
            ),
            reason=first["reason"], origin=first["origin"],
        )  # fmt: skip


def _change(row: dict[str, Any], before: dict[str, Any] | None, names: Names) -> Change:
    def shown(version: dict[str, Any]) -> str:
        return names.stored(version["item"], version["kind"], version["text"], version["unit"])

    return Change(item=names.item(row["item"]), old=shown(before) if before else "", new=shown(row))


COPY = ("entry", "at_utc", "at_site", "user", "what", "participant", "where", "item", "old", "new", "details",
        "reason", "origin")  # fmt: skip


def copied(call: Call) -> HttpResponseBase:
    """
    The lines that the page shows for the same choice, all of them, as a table a spreadsheet opens; one row a value.

    That it was taken away stands in the ledger, with the fingerprint of the file.
    """
    chosen = Chosen(call)
    if chosen.wrong:
        return _shown(call, chosen)
    names = Names(call.place.study, call.language)
    rows = (row for line in chosen.lines(chosen.every) for row in _rows(line, names))
    data = write_table(table_of("audit", COPY, rows), "spreadsheet")
    told = {"what": "audit", "entries": str(len(chosen.every)), "sha256": hashlib.sha256(data).hexdigest()}
    acts.record(call.place, "exported", user=call.reader.user, details=told)
    return download(data, f"{call.place.study.name}-audit.csv", "text/csv; charset=utf-8")


def _rows(line: Line, names: Names) -> list[tuple[CsvCell, ...]]:
    begin = (line.seq, line.at, names.moment(line.at), line.user, line.what, line.participant, line.where)
    end = (line.details, line.reason, line.origin)
    return [
        (*begin, each.item, each.old, each.new, *end) for each in line.changes or (Change(item="", old="", new=""),)
    ]


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
    Route(path="audit/copy/", name="audit_copy", view=copied, act=ANY_ROLE, post_only=True),
)
