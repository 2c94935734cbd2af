"""One save: version check, names to keys, rows, chain. Runs inside the write transaction."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from trialwright.model.ledger import Clock, FormToken, Head, NewDatapoint, NewEvent, Nonces, Seen, Stamp
from trialwright.store import rows
from trialwright.store.chain import Content, Link, commitment_of, details_text, first_hash, hash_of
from trialwright.store.problems import unstorable_text
from trialwright.store.rows import Row
from trialwright.store.values import columns_of, milliseconds


class Writable(Protocol):
    """What a save needs of a database, inside its write transaction."""

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Row]: ...

    def write_rows(self, sql: str, rows: Sequence[Row]) -> None: ...

    def add_save(self, save: Row, entries: Sequence[Row], contents: Sequence[Row]) -> None: ...


class Last(NamedTuple):
    """The end of the ledger: entry, its hash, save, moment."""

    seq: int
    hash: bytes
    save: int
    at_ms: int


class Entry(NamedTuple):
    """What a write becomes, by name, before it has a place in the chain."""

    event: int
    kind: str
    participant: str
    visit: str
    form: str
    item: str
    row_id: int
    content: Content
    erases: int = 0


def last_of(database: Writable) -> Last:
    """The end of the ledger; of an empty one, the hash that the first link stands on."""
    found = database.read(rows.LAST)
    if found:
        return Last(*found[0])
    ((origin,),) = database.read("SELECT origin FROM ledger")
    return Last(0, first_hash(origin), 0, 0)


def standing(
    database: Writable, token: str, seen: Seen | None, expect: FormToken | None
) -> tuple[Last, bool, int, int]:
    """
    What a write is allowed by, inside its transaction.

    The end of the ledger; whether the token was used before; the latest entry since `seen` that could change what was
    decided on it, and the latest version in the form of `expect` (0: none, or not asked).
    """
    found = database.read(*rows.standing(token, seen, expect))
    if not found:
        return last_of(database), False, 0, 0
    ((seq, digest, save, at_ms, used, overtaken, version),) = found
    return Last(seq, digest, save, at_ms), bool(used), overtaken, version


def entry_of(write: NewDatapoint | NewEvent, reason: str, *, erases: int = 0) -> Entry:
    """A write by name. The reason is content too: it may hold what must be erased."""
    if isinstance(write, NewEvent):
        content = Content("", details_text(write.details), "", reason)
        return Entry(1, write.kind, write.participant_id, write.visit, write.form, "", write.row, content, erases)
    kind, text, unit = columns_of(write.value)
    slot = write.slot
    content = Content(write.raw, text, unit, reason)
    return Entry(0, kind, slot.participant_id, slot.visit, slot.form, slot.item, slot.row, content)


def check_texts(where: str, stamp: Stamp, writes: Sequence[NewDatapoint | NewEvent], token: str) -> None:
    """Raises LedgerProblem TW-STO-012 where a text holds what one of the databases cannot keep."""
    texts = [stamp.user, stamp.reason, token]
    for write in writes:
        if isinstance(write, NewEvent):
            texts += [write.participant_id, write.visit, write.form, *write.details, *write.details.values()]
        else:
            slot = write.slot
            texts += [slot.participant_id, slot.visit, slot.form, slot.item, write.raw, *columns_of(write.value)]
    together = "".join(texts)
    try:
        together.encode()
    except UnicodeEncodeError as broken:
        raise unstorable_text(where) from broken
    if "\0" in together:
        raise unstorable_text(where)


class Keys:
    """Names to integer keys. What a rolled-back save added is forgotten with it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], int] = {}
        self._new: list[tuple[str, str]] = []

    def add(self, database: Writable, table: str, name: str) -> int:
        """The key of a name, new where needed."""
        return self._known.get((table, name)) or self._look_up(database, table, name)

    def keep(self) -> None:
        self._new.clear()

    def forget(self) -> None:
        for unknown in self._new:
            del self._known[unknown]
        self._new.clear()

    def _look_up(self, database: Writable, table: str, name: str) -> int:
        found = database.read(f"SELECT id FROM {table} WHERE name = ?", (name,))  # noqa: S608 - our own table names
        if found:
            key = int(found[0][0])
        else:
            ((last,),) = database.read(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - our own table names
            key = last + 1
            database.write_rows(f"INSERT INTO {table} (id, name) VALUES (?, ?)", [(key, name)])  # noqa: S608 - as above
        self._known[table, name] = key
        self._new.append((table, name))
        return key


Held = Mapping[tuple[str, int], int]
"""Item and row of a form -> the entry that stands there."""


class Save:
    """
    Appends the entries of one save after `last`.

    `held`: what stands in the one form that all its datapoints belong to, where that is known without asking.
    """

    def __init__(self, database: Writable, keys: Keys, stamp: Stamp, last: Last, held: Held | None = None) -> None:
        self._database, self._keys, self._stamp, self._last = database, keys, stamp, last
        self._held = held

    def append(self, entries: Sequence[Entry], *, clock: Clock, nonces: Nonces, token: str) -> tuple[int, Head]:
        """Returns the moment of the save in ms and the new head. Raises ValueError for a clock without a zone."""
        stamp, save = self._stamp, self._last.save + 1
        # a clock set back on the server must not make the past longer
        at_ms = max(self._last.at_ms, milliseconds(clock()))
        account, origin = self._key("account", stamp.user), self._key("origin", stamp.origin)
        keyed = [self._entry_keys(entry) for entry in entries]
        latest = self._latest([pair for pair in zip(keyed, entries, strict=True) if not pair[1].event])
        links: list[Row] = []
        contents: list[Row] = []
        seq, before = self._last.seq, self._last.hash
        for keys, entry in zip(keyed, entries, strict=True):
            seq += 1
            replaces = 0
            if not entry.event:
                slot = (*keys[1:], entry.row_id)
                replaces, latest[slot] = latest.get(slot, 0), seq
            nonce = nonces()
            commitment = commitment_of(nonce, entry.content)
            before = hash_of(before, Link(seq, save, at_ms, token, stamp.build, stamp.origin, stamp.user, *entry[:7],
                                          replaces, entry.erases, commitment))  # fmt: skip
            links.append((seq, save, entry.event, *keys, entry.row_id, replaces, entry.erases, commitment, before))
            raw, text, unit, reason = entry.content
            contents.append((seq, nonce, raw, text, self._key("unit", unit), reason))
        self._database.add_save((save, at_ms, account, stamp.build, origin, token or None), links, contents)
        return at_ms, Head(seq, before.hex())

    def _key(self, table: str, name: str) -> int:
        return self._keys.add(self._database, table, name)

    def _entry_keys(self, entry: Entry) -> tuple[int, int, int, int, int]:
        key = self._key
        return (key("kind", entry.kind), key("participant", entry.participant), key("visit", entry.visit),
                key("form", entry.form), key("item", entry.item))  # fmt: skip

    def _latest(self, versions: Sequence[tuple[tuple[int, ...], Entry]]) -> dict[tuple[int, ...], int]:
        held = self._held
        if held is not None:
            return {(*keys[1:], one.row_id): held.get((one.item, one.row_id), 0) for keys, one in versions}
        found: dict[tuple[int, ...], int] = {}
        for form in {keys[1:4] for keys, _ in versions}:
            for item, row_id, seq in self._database.read(rows.FORM_VERSIONS, form):
                found[*form, item, row_id] = seq
        return found
