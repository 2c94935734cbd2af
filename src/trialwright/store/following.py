"""
What the ledger holds, kept in memory and brought up to date by reading only what came since.

A page asks the same few things again and again: the acts of a study and of a participant, and what stands in a form.
Reading them anew costs a dozen joined queries a page; following the tail of the chain costs one. The ledger stays the
only truth: a chain that is not the one followed so far, and every erasure, empties what is kept.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from trialwright.model.ledger import Blank, Case, Datapoint, EventKind, FormToken, Head, LedgerEvent
from trialwright.store import rows
from trialwright.store.chain import first_hash
from trialwright.store.database import LOOKUPS, Database
from trialwright.store.erasing import erasure_reasons
from trialwright.store.rows import Row

KEPT = 400
"""Participants whose values are kept; the one asked for longest ago goes first."""
_CATCH_UP = 5_000
"""More entries than these are not sorted into the kept values: they are read again when asked for."""


class Follower:
    """Acts and current values of one ledger. Safe for threads: what it hands out is never changed afterwards."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._span = threading.local()
        self._made: tuple[Head, str, Case] | None = None
        self._empty()

    @contextlib.contextmanager
    def one_moment(self) -> Iterator[None]:
        """Inside, this thread looks once whether the chain went on, and again after each of its own writes."""
        outer = getattr(self._span, "open", False)
        self._span.open, self._span.looked = True, outer and self._span.looked
        try:
            yield
        finally:
            self._span.open = outer

    def look_again(self) -> None:
        """This thread wrote, or tried to: what it read before says nothing of what stands now."""
        self._span.looked = False

    def head(self) -> Head:
        """The end of the chain that everything handed out now belongs to."""
        with self._lock:
            self._catch_up()
            return self._head

    def events(self, kinds: Collection[EventKind] | None, participant_id: str | None) -> tuple[LedgerEvent, ...]:
        """The acts, by seq; only of some kinds or of one participant where asked."""
        with self._lock:
            self._catch_up()
            if participant_id is not None:
                found = self._of_participant.get(participant_id, ())
                return found if kinds is None else tuple(event for event in found if event.kind in kinds)
            if kinds is None:
                return self._every()
            chosen = frozenset(kinds)
            held = self._chosen.get(chosen)
            if held is None:
                held = self._chosen[chosen] = _by_seq(event for kind in chosen for event in self._of_kind.get(kind, ()))
            return held

    def case(self, participant_id: str) -> Case:
        """Everything of one participant, and how far the ledger was read for it."""
        with self._lock:
            self._catch_up()
            made = self._made
            # a page asks a dozen times for one and the same
            if made is None or made[0] is not self._head or made[1] != participant_id:
                case = Case(
                    seq=self._head.seq,
                    last=self._last_of.get(participant_id, 0),
                    events=self._of_participant.get(participant_id, ()),
                    forms=(forms := self._forms_of(participant_id)),
                    begun=self._visits_begun(participant_id, forms),
                )
                made = self._made = self._head, participant_id, case
            return made[2]

    def standing(self, form: FormToken, version: int) -> dict[tuple[str, int], int] | None:
        """
        Item and row -> entry of all that stands in a form whose latest version is `version`; asks nothing.

        None where memory ends before that version, or never held this participant. Entries are only ever added: whoever
        holds the latest of a form holds them all.
        """
        with self._lock:
            forms = self._cases.get(form.participant_id)
        if forms is None:
            return None
        held = {(d.slot.item, d.slot.row): d.seq for d in forms.get((form.visit, form.form), ())}
        return held if max(held.values(), default=0) == version else None

    def _empty(self) -> None:
        self._head, self._save = Head(0, ""), 0
        self._made = None
        self._names: dict[str, list[str]] = {}
        self._acts: list[LedgerEvent] = []
        self._told: tuple[LedgerEvent, ...] | None = ()
        self._of_kind: dict[str, tuple[LedgerEvent, ...]] = {}
        self._of_participant: dict[str, tuple[LedgerEvent, ...]] = {}
        self._chosen: dict[frozenset[EventKind], tuple[LedgerEvent, ...]] = {}
        self._last_of: dict[str, int] = {}
        self._cases: OrderedDict[str, Forms] = OrderedDict()
        self._begun: dict[str, tuple[Forms, frozenset[str]]] = {}

    def _every(self) -> tuple[LedgerEvent, ...]:
        if self._told is None:
            self._told = tuple(self._acts)
        return self._told

    def _catch_up(self) -> None:
        if getattr(self._span, "open", False) and self._span.looked:
            return
        self._look()
        self._span.looked = True

    def _look(self) -> None:
        found = self._database.read(rows.LAST_LINK)
        if not found:
            ((origin,),) = self._database.read("SELECT origin FROM ledger")
            self._empty()
            self._head = Head(0, first_hash(origin).hex())
            return
        (seq, save, digest), before = found[0], self._head
        if (seq, digest.hex()) == (before.seq, before.hash):
            return
        if not 0 < before.seq < seq:
            self._empty()
        tail = self._since(rows.Place(seq, save))
        if before.seq and (tail is None or any(row[-2] for row in tail)):
            self._empty()
            tail = self._since(rows.Place(seq, save))
        self._sort_in(tail or [])
        self._head, self._save = Head(seq, digest.hex()), save

    def _since(self, last: rows.Place) -> list[Row] | None:
        """
        The entries after the one followed last; None where the chain does not hold that one, as of a ledger that was
        restored in its place.
        """
        before = self._head
        far = last.seq - before.seq > _CATCH_UP
        if far:
            self._cases.clear()
            self._last_of.update(self._database.read(rows.LAST_OF_EACH, (last.seq,)))
        # from the one followed last on: what stands there says whether it is the same chain
        first = rows.Place(before.seq, self._save)
        after = rows.Place(before.seq + 1, self._save)
        asked = [(first, first, False), (after, last, True)] if far else [(first, last, False)]
        found = [row for *ends, acts in asked for row in self._database.read(*rows.tail(*ends, acts=acts))]
        if not before.seq:
            return found
        holds = bool(found) and found[0][0] == before.seq and found[0][-1].hex() == before.hash
        return found[1:] if holds else None

    def _sort_in(self, tail: list[Row]) -> None:
        changed: dict[str, list[Datapoint]] = {}
        acts: dict[str, list[LedgerEvent]] = {}
        # a name that cannot be read just now must leave nothing half sorted in: the next look begins at the same entry
        for row in [(*self._named(row), row[2]) for row in tail]:
            *_, is_act = row
            named, who = row[:-1], row[3]
            self._last_of[who] = named[0]
            if is_act:
                event = rows.event_of(named)
                self._acts.append(event)
                acts.setdefault(who, []).append(event)
            elif who in self._cases:
                changed.setdefault(who, []).append(rows.datapoint_of(named))
        for who, versions in changed.items():
            before, fresh = self._cases[who], _by_form(versions, self._cases[who])
            self._cases[who] = {**before, **fresh}
            self._went_on(who, before, fresh)
        if acts:
            self._told = None
            self._chosen.clear()
        for who, events in acts.items():
            self._of_participant[who] = (*self._of_participant.get(who, ()), *events)
        of_kind: dict[str, list[LedgerEvent]] = {}
        for event in (event for events in acts.values() for event in events):
            of_kind.setdefault(event.kind, []).append(event)
        for kind, events in of_kind.items():
            self._of_kind[kind] = (*self._of_kind.get(kind, ()), *events)

    def _forms_of(self, participant_id: str) -> "Forms":
        held = self._cases.get(participant_id)
        if held is None:
            found = self._database.read(
                f"{rows.ENTRIES} {rows.LATEST_OF_PARTICIPANT}", (participant_id, self._head.seq)
            )
            gone = [row[0] for row in found if row[14] is None]
            reasons = erasure_reasons(self._database) if gone else {}
            held = _by_form([rows.datapoint_of(row, reasons.get(row[0], "")) for row in found], {})
            self._cases[participant_id] = held
            if len(self._cases) > KEPT:
                self._cases.popitem(last=False)
        else:
            self._cases.move_to_end(participant_id)
        return held

    def _visits_begun(self, participant_id: str, forms: "Forms") -> frozenset[str]:
        held = self._begun.get(participant_id)
        if held is None or held[0] is not forms:
            if len(self._begun) > KEPT:
                self._begun.clear()
            held = self._begun[participant_id] = (forms, _begun(forms, {visit for visit, _ in forms}))
        return held[1]

    def _went_on(self, who: str, before: "Forms", fresh: "Forms") -> None:
        """Of the visits begun, only those that a save touched are looked at again, first where it wrote."""
        held = self._begun.get(who)
        if held is not None and held[0] is before:
            forms, visits = self._cases[who], {visit for visit, _ in fresh}
            begun = _begun(fresh, visits)
            begun |= _begun(forms, visits - begun) if visits - begun else frozenset()
            self._begun[who] = (forms, (held[1] - visits) | begun)

    def _named(self, row: Row) -> Row:
        """A row of `rows.tail` as a row of ENTRIES: keys become names, from lists read once."""
        try:
            return _by_name(row, self._names)
        except (KeyError, IndexError):  # a name that came since
            for table in LOOKUPS:
                found = self._database.read(f"SELECT name FROM {table} ORDER BY id")  # noqa: S608 - our own table names
                self._names[table] = ["", *(name for (name,) in found)]
            return _by_name(row, self._names)


def _by_name(row: Row, of: Mapping[str, Sequence[str]]) -> Row:
    (seq, save, _, kind, participant, visit, form, item, row_id, replaces, account, at_ms, build, origin,
     raw, text, unit, reason, *_) = row  # fmt: skip
    return (seq, save, of["kind"][kind], of["participant"][participant], of["visit"][visit], of["form"][form],
            of["item"][item], row_id, replaces, of["account"][account], at_ms, build, of["origin"][origin],
            raw, text, None if unit is None else of["unit"][unit], reason)  # fmt: skip


def _by_seq(events: Iterable[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    return tuple(sorted(events, key=lambda event: event.seq))


def _begun(forms: "Forms", visits: set[str]) -> frozenset[str]:
    """Those of `visits` in which something stands; what was cleared again counts for nothing."""
    return frozenset(
        visit for (visit, _), held in forms.items()
        if visit in visits and any(not isinstance(d.value, Blank) for d in held)
    )  # fmt: skip


Forms = Mapping[tuple[str, str], tuple[Datapoint, ...]]


def _by_form(versions: Iterable[Datapoint], before: Forms) -> Forms:
    """The forms in which `versions` stand, as they are with them; each by row and item."""
    found: dict[tuple[str, str], dict[tuple[int, str], Datapoint]] = {}
    for version in versions:
        slot = version.slot
        at = (slot.visit, slot.form)
        if at not in found:
            found[at] = {(d.slot.row, d.slot.item): d for d in before.get(at, ())}
        found[at][slot.row, slot.item] = version
    # where only versions of what stood there came, the order is as it was
    return {
        at: tuple(held.values() if len(held) == len(before.get(at, ())) else (held[key] for key in sorted(held)))
        for at, held in found.items()
    }
