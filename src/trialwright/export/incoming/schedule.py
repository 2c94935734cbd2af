"""The events of another system as visits of ours; what a schedule needs and no file says is a stand-in."""

import re
from collections.abc import Mapping

import msgspec

from trialwright.define.naming import Names
from trialwright.export.incoming.questions import Tree, wording
from trialwright.export.odm import document as odm

_VISIT = re.compile(r"[A-Z][A-Z0-9_]*")
_ADDED = ("D1", "First day", "首日")


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of schedule.yaml; the file's event -> our visit; which visits stand more than once; what is open."""

    tree: Tree
    names: dict[str, str]
    unscheduled: frozenset[str]
    open: str


def visits_of(metadata: odm.Metadata, forms: Mapping[str, str], seen: frozenset[str], dialect: str) -> Visits:
    """
    One visit an event, in the order of the file; `seen` are events with data that the definition does not list: every
    form stands at them (REDCap without events).

    Shape:    the first event that stands once is the baseline. Days after it are those of the file where they follow
              one another (REDCap's day offsets); else 1, 2, 3 ..., which is a stand-in and told in `open`.
    """
    known = {event.oid for event in metadata.events}
    every = tuple(forms)
    # ODM 2.0 lets an event name a group of questions; the form that holds it stands there then.
    forms = {**{group: forms[form.oid] for form in metadata.forms for group in form.groups}, **forms}
    events = [*metadata.events, *(odm.Event(oid=oid, name=oid or "All", forms=every) for oid in sorted(seen - known))]
    if not events and forms:
        events = [odm.Event(oid="", name="All", forms=every)]
    names = _names(events)
    logs = {event.oid for event in events if dialect == "Trialwright" and event.kind == "Common"}
    again = {event.oid for event in events if event.repeating or event.kind == "Unscheduled"} - logs
    once = [event for event in events if event.oid not in again | logs]
    days, told = _days(once)
    visits = [
        _visit(event, names[event.oid], forms, _kind(event, once, again, logs), days.get(event.oid)) for event in events
    ]
    if not once:
        name, english, chinese = _ADDED
        first = odm.Event(oid="\0", name=english, words={"en": english, "zh": chinese})
        visits.insert(0, _visit(first, name, forms, "baseline", (1, 0, 0)))
    return Visits(tree={"visits": visits}, names=names, unscheduled=frozenset(again), open=told)


def _names(events: list[odm.Event]) -> dict[str, str]:
    given = Names([_ADDED[0].lower(), "this", "before"])
    made: dict[str, str] = {}
    for event in events:
        tail = event.oid.rpartition(".")[2]
        made[event.oid] = given.of(tail if _VISIT.fullmatch(tail) else event.name or event.oid, "visit").upper()
    return made


def _kind(event: odm.Event, once: list[odm.Event], again: set[str], logs: set[str]) -> str:
    if event.oid in logs:
        return "log"
    if event.oid in again:
        return "unscheduled"
    return "baseline" if event is once[0] else "planned"


def _days(once: list[odm.Event]) -> tuple[dict[str, tuple[int, int, int]], str]:
    """Day, early and late of every event, and what is to be said about them."""
    last = 0
    told: dict[str, tuple[int, int, int]] = {}
    for event in once:
        if event.day is None or event.day < 0 or event.day + 1 - event.early <= last:
            break
        told[event.oid] = (event.day + 1, event.early, event.late)
        last = event.day + 1 + event.late
    if once and len(told) == len(once):
        return told, "whether day 1 of the schedule is the day of the first dose (the days are those of the file)"
    offsets = ", ".join(f"{event.name} {event.day}" for event in once if event.day is not None)
    said = f"; the file says, in days after the first event: {offsets}" if offsets else ""
    return (
        {event.oid: (at, 0, 0) for at, event in enumerate(once, 1)},
        f"the days and windows of the visits{said}",
    )


def _visit(event: odm.Event, name: str, forms: Mapping[str, str], kind: str, day: tuple[int, int, int] | None) -> Tree:
    tree: Tree = {"name": name, "title": wording(event.words, event.name or name), "kind": kind}
    if day is not None:
        tree |= {"study_day": str(day[0]), "early": str(day[1]), "late": str(day[2])}
    own = list(dict.fromkeys(forms[form] for form in event.forms if form in forms))
    return {**tree, "forms": own, "proposed": "The file names this event; its day and window are for the protocol."}
