"""The ledger: the one way in (`write`, `erase`) and the ways to read it."""

import contextlib
import datetime as dt
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import overload

from trialwright.model.ledger import (
    Case,
    Clock,
    Conflict,
    Datapoint,
    EventKind,
    FormToken,
    Head,
    LedgerEvent,
    NewDatapoint,
    NewEvent,
    Nonces,
    Overtaken,
    Receipt,
    Seen,
    Slot,
    Snapshot,
    Stamp,
    Verification,
)
from trialwright.model.problem import Problem
from trialwright.store import rows
from trialwright.store.backup import back_up
from trialwright.store.database import Database
from trialwright.store.erasing import erase_entry, erasure_reasons
from trialwright.store.following import Follower
from trialwright.store.snapshot import extend_snapshot, take_snapshot
from trialwright.store.values import at_utc
from trialwright.store.verifying import verify_chain
from trialwright.store.writing import Entry, Keys, Save, check_texts, entry_of, last_of, standing

Write = NewDatapoint | NewEvent


class Ledger:
    """
    Versions of datapoints and acts, appended and never changed, in one chain of hashes.

    Safe to share between threads; after a fork the child opens its own connections. Make one with `open_ledger`.
    Raises: LedgerProblem where the disk, the file or the database refuses; then nothing of that save was written.
    """

    def __init__(self, database: Database, *, clock: Clock, nonces: Nonces) -> None:
        self._database, self._clock, self._nonces = database, clock, nonces
        self._keys = threading.local()
        self._follower = Follower(database)

    @overload
    def write(
        self, stamp: Stamp, writes: Sequence[Write], *, expect: FormToken | None = None, token: str = ""
    ) -> Receipt | Conflict: ...

    @overload
    def write(
        self, stamp: Stamp, writes: Sequence[Write], *, expect: FormToken | None = None, token: str = "", seen: Seen
    ) -> Receipt | Conflict | Overtaken: ...

    def write(
        self,
        stamp: Stamp,
        writes: Sequence[Write],
        *,
        expect: FormToken | None = None,
        token: str = "",
        seen: Seen | None = None,
    ) -> Receipt | Conflict | Overtaken:
        """
        Appends `writes` as one save, all or none, and returns its Receipt once they are safe on disk.

        `expect`: the form as the page showed it. Where somebody saved it since, nothing is written and the Conflict
                  brings their versions.
        `token`:  of one page load. The same save sent again (double click, retry) returns the first Receipt with
                  `repeated`; another content under a used token is a Conflict, for silence would lose it.
        `seen`:   what the caller's checks (data lock, consent, roles) were read from. Where an entry since could change
                  their answer, nothing is written and Overtaken says so: check and write are one, however long apart.
        Raises:   ValueError for no writes at all; LedgerProblem TW-STO-004..006, 012.
        """
        if not writes:
            raise ValueError("a save holds at least one write")
        check_texts(self._database.where, stamp, writes, token)
        entries = [entry_of(write, stamp.reason) for write in writes]
        with self._writing() as keys:
            last, saved, overtaken, version = standing(self._database, token, seen, expect)
            if saved:
                return self._saved_under(token, entries, expect)
            if seen is not None and overtaken:
                return Overtaken(seen.seq, overtaken)
            if expect is not None and version != expect.seq:
                return self._conflict(expect, version)
            held = self._follower.standing(expect, version) if expect and _in_one_form(writes, expect) else None
            save = Save(self._database, keys, stamp, last, held)
            at_ms, head = save.append(entries, clock=self._clock, nonces=self._nonces, token=token)
        return Receipt(last.save + 1, tuple(range(last.seq + 1, head.seq + 1)), at_utc(at_ms), head)

    def erase(self, seq: int, persons: tuple[str, str], reason: str, *, build: int = 0) -> Receipt:
        """
        Erases value, typed text and reason of one entry for good; who, when and where stay, and so does the chain.

        The act is the event "erased" by the first of two different `persons`. Erase every version of a value that
        must go, and remember backups made before.
        Raises: LedgerProblem TW-STO-011 for one person, no reason, an unknown, erased or unerasable entry.
        """
        with self._writing() as keys:
            receipt = erase_entry(self._database, keys, seq, (persons, reason, build), (self._clock, self._nonces))
        self._database.forget_erased()
        return receipt

    def knows(self, token: str) -> bool:
        """Whether a save was written under this token: the same page sent again is a repetition, not a new act."""
        return bool(token) and bool(self._database.read("SELECT 1 FROM save WHERE token = ?", (token,)))

    def now(self) -> dt.datetime:
        """The present moment by the ledger's own clock (aware): what a term that ends is held against."""
        return self._clock()

    def head(self) -> Head:
        """The end of the chain: print it wherever the ledger's state is claimed."""
        last = last_of(self._database)
        return Head(last.seq, last.hash.hex())

    def seen_head(self) -> Head:
        """The end of the chain that `case`, `datapoints` and `events` tell of: what an act is decided on."""
        return self._follower.head()

    def one_moment(self) -> contextlib.AbstractContextManager[None]:
        """
        Inside, `case`, `datapoints`, `events` and `seen_head` of this thread ask only once whether others went on.

        For one page: it asks the same few things a score of times. Each write of this thread makes it look again, and
        a write that was decided on what others have changed since is Overtaken as ever.
        """
        return self._follower.one_moment()

    def last_moment(self) -> str:
        """When the last entry was written, UTC; "" of an empty ledger."""
        last = last_of(self._database)
        return at_utc(last.at_ms) if last.seq else ""

    def case(self, participant_id: str) -> Case:
        """Everything of one participant at one moment, from memory: only what came since is read."""
        return self._follower.case(participant_id)

    def form_version(self, participant_id: str, visit: str, form: str) -> int:
        """The seq of the latest version in a form, 0 when nothing was saved: what a page puts in its FormToken."""
        return max((d.seq for d in self.datapoints(participant_id, visit, form)), default=0)

    def next_row(self, participant_id: str, visit: str, form: str) -> int:
        """A row id of a repeating form that no version and no act ever used."""
        case = self._follower.case(participant_id)
        used = [datapoint.slot.row for datapoint in case.forms.get((visit, form), ())]
        used += [event.row for event in case.events if (event.visit, event.form) == (visit, form)]
        return max(used, default=0) + 1

    def datapoints(self, participant_id: str, visit: str, form: str) -> tuple[Datapoint, ...]:
        """
        The latest version of every slot of a form, by row and item.

        Missing: a cleared or erased value is there as Blank, for a value typed after it is a change, not a first entry.
        """
        return self._follower.case(participant_id).forms.get((visit, form), ())

    def history(self, slot: Slot) -> tuple[Datapoint, ...]:
        """Every version that ever stood in a slot, the first one first."""
        return self._datapoints(
            "entry.event = 0 AND participant.name = ? AND visit.name = ? AND form.name = ? AND item.name = ?"
            " AND entry.row_id = ?",
            (slot.participant_id, slot.visit, slot.form, slot.item, slot.row),
        )

    def events(
        self, kinds: Collection[EventKind] | None = None, participant_id: str | None = None
    ) -> tuple[LedgerEvent, ...]:
        """The acts, by seq; only of some kinds or of one participant where asked."""
        return self._follower.events(kinds, participant_id)

    def snapshot(self, as_of: int | dt.datetime | None = None) -> Snapshot:
        """
        Versions, current values and events up to an entry (`int`), a moment (aware) or now, with their hash.

        Missing: an erased value stands as kind "blank" with empty texts, whatever the moment asked for.
        Raises:  ValueError for a moment without a zone.
        """
        return take_snapshot(self._database, as_of)

    def snapshot_since(self, kept: Snapshot) -> Snapshot:
        """The present state; of `kept`, taken earlier, only what came since is read."""
        return extend_snapshot(self._database, kept)

    def settings(self) -> list[tuple[str, str, str]]:
        """Every setting of the database that keeps saves safe: its name, what it is, what it must be ("": a fact)."""
        return self._database.settings()

    def check_guards(self) -> list[Problem]:
        """TW-STO-007 where a table, key or guard is not as this program makes it."""
        return self._database.check_guards()

    def links(self, last: int) -> Iterator[tuple[int, str, str]]:
        """Number, hash and commitment of every entry up to `last`, in hex: the chain as it is written out."""
        for seq, digest, commitment in self._database.stream(
            f"SELECT seq, hash, commitment FROM entry WHERE seq <= {int(last)} ORDER BY seq"  # noqa: S608 - a number
        ):
            yield seq, digest.hex(), commitment.hex()

    def verify(self, expect_head: Head | None = None, *, processes: int = 1) -> Verification:
        """
        Recomputes every hash and commitment and names the first row that does not fit.

        `processes`: how many may share the work of a large ledger.
        `expect_head`: a head printed earlier (report, backup, signature): finds a cut tail and a full rewrite.
        """
        return verify_chain(self._database, expect_head, processes=processes)

    def backup(self, path: Path) -> Head:
        """
        A whole, verified copy while others go on saving; returns the head it holds.

        Raises: LedgerProblem TW-STO-014 where something stands at `path`, 005 or 006 where it cannot be written.
        """
        return back_up(self._database, path)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Keys]:
        self._follower.look_again()
        keys: Keys | None = getattr(self._keys, "held", None)
        if keys is None:
            keys = self._keys.held = Keys()
        try:
            with self._database.writing():
                yield keys
        except BaseException:
            keys.forget()
            raise
        keys.keep()

    def _datapoints(self, wanted: str, values: Sequence[object]) -> tuple[Datapoint, ...]:
        found = self._database.read(f"{rows.ENTRIES} WHERE {wanted} ORDER BY entry.seq", values)
        gone = [row[0] for row in found if row[14] is None]
        reasons = erasure_reasons(self._database) if gone else {}
        return tuple(rows.datapoint_of(row, reasons.get(row[0], "")) for row in found)

    def _conflict(self, expect: FormToken, found: int) -> Conflict:
        form = (expect.participant_id, expect.visit, expect.form)
        since = "entry.event = 0 AND participant.name = ? AND visit.name = ? AND form.name = ? AND entry.seq > ?"
        return Conflict(expect.seq, found, self._datapoints(since, (*form, expect.seq)))

    def _saved_under(self, token: str, entries: Sequence[Entry], expect: FormToken | None) -> Receipt | Conflict:
        ((group, at_ms),) = self._database.read("SELECT id, at_ms FROM save WHERE token = ?", (token,))
        found = self._database.read(f"{rows.ENTRIES} WHERE entry.save = ? ORDER BY entry.seq", (group,))
        if not rows.same_entries(found, entries):
            theirs = self._datapoints("entry.event = 0 AND entry.save = ?", (group,))
            return Conflict(expect.seq if expect else 0, found[-1][0], theirs)
        ((digest,),) = self._database.read("SELECT hash FROM entry WHERE seq = ?", (found[-1][0],))
        seqs = tuple(row[0] for row in found)
        return Receipt(group, seqs, at_utc(at_ms), Head(seqs[-1], digest.hex()), repeated=True)


def _in_one_form(writes: Sequence[Write], form: FormToken) -> bool:
    place = (form.participant_id, form.visit, form.form)
    slots = (write.slot for write in writes if isinstance(write, NewDatapoint))
    return all((slot.participant_id, slot.visit, slot.form) == place for slot in slots)
