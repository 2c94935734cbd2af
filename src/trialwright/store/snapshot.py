"""The state of the ledger at a moment, in columns, with its hash."""

import datetime as dt
from contextlib import closing
from functools import cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from trialwright.model.ledger import NAME, VERSION_COLUMNS, EventKind, Head, LedgerEvent, Snapshot
from trialwright.store import rows
from trialwright.store.chain import details_text, first_hash
from trialwright.store.database import LOOKUPS, Database
from trialwright.store.erasing import erasure_reasons
from trialwright.store.values import at_utc, milliseconds

BATCH = 100_000
_FEW = 10
"""Batches up to so many are laid together as one piece."""
_CHUNKS = 120
"""A table grown piece by piece is laid together again from so many pieces on."""

_ENTRY_KEYS = ("seq", "save", "kind", "participant", "visit", "form", "item", "row_id", "replaces")
_ENTRIES = "entry WHERE event = 0 AND seq > ? AND seq <= ?"
_CONTENT_KEYS = ("seq", "raw", "text", "unit", "reason")
_CONTENT = "content WHERE seq > ? AND seq <= ?"
_SAVE_KEYS = ("id", "at_ms", "account", "build", "origin")
_SAVES = "save WHERE id > ? AND id <= ?"
_SAVE_AT_THE = "SELECT save FROM entry WHERE event = 0 AND seq > ? AND seq <= ? ORDER BY seq {} LIMIT 1"

_SLOT = ("participant_id", "visit", "form", "item", "row")

ACCESS: frozenset[EventKind] = frozenset(
    {"signed_in", "signed_out", "sign_in_failed", "report_made", "exported", "printed"}
)
"""Acts that only read: they stay out of the hash, or making a report would change what it reports on."""


def take_snapshot(database: Database, as_of: int | dt.datetime | None) -> Snapshot:
    """See `Ledger.snapshot`. All queries see one moment."""
    with database.reading():
        last, digest, at_ms = _limit(database, as_of)
        versions = _versions(database, 0, last)
        events = _events(database, 0, last)
    return _snapshot(versions, events, Head(last, digest.hex()), _as_of_utc(as_of, at_ms))


def extend_snapshot(database: Database, kept: Snapshot) -> Snapshot:
    """See `Ledger.snapshot_since`. What was erased since, or another chain, asks for a new one."""
    with database.reading():
        last, digest, at_ms = _limit(database, None)
        if (last, digest.hex()) == (kept.head.seq, kept.head.hash):
            return kept
        begun = database.read("SELECT hash FROM entry WHERE seq = ?", (kept.head.seq,))
        erased = database.read("SELECT 1 FROM entry WHERE erases > 0 AND seq > ? LIMIT 1", (kept.head.seq,))
        follows = bool(begun) and begun[0][0].hex() == kept.head.hash and not erased
        start = kept.head.seq if follows else 0
        versions = _versions(database, start, last)
        events = _events(database, start, last)
    if start:
        versions = pl.concat([kept.versions, versions], rechunk=kept.versions.n_chunks() > _CHUNKS)
        events = (*kept.events, *events)
    return _snapshot(versions, events, Head(last, digest.hex()), at_utc(at_ms))


def _snapshot(versions: pl.DataFrame, events: tuple[LedgerEvent, ...], head: Head, as_of_utc: str) -> Snapshot:
    standing = cache(partial(current_of, versions))
    return Snapshot(
        versions=versions, standing=standing, events=events, head=head,
        seal=lambda: hash_of_state(standing(), events), as_of_utc=as_of_utc,
    )  # fmt: skip


def _events(database: Database, start: int, last: int) -> tuple[LedgerEvent, ...]:
    wanted = "WHERE entry.event = 1 AND entry.seq > ? AND entry.seq <= ? ORDER BY entry.seq"
    return tuple(map(rows.event_of, database.read(f"{rows.ENTRIES} {wanted}", (start, last))))


def current_of(versions: pl.DataFrame) -> pl.DataFrame:
    """The versions that nothing supersedes, blanks left out. `replaces` makes it a scatter instead of a grouping."""
    if versions.is_empty():
        return versions
    seq, replaces = versions["seq"].to_numpy(), versions["replaces"].to_numpy()
    superseded = np.zeros(int(seq[-1]) + 1, dtype=bool)
    superseded[replaces] = True
    return versions.filter(pl.Series(~superseded[seq]) & (versions["kind"] != "blank"))


def hash_of_state(current: pl.DataFrame, events: tuple[LedgerEvent, ...]) -> str:
    """
    SHA-256 over what stands now: the same data give the same hash, whoever takes the snapshot and when.

    Shape:  CSV, every cell quoted, LF; first the current values by slot (slot, raw, kind, text, unit), then, after an
            empty line, the events by seq except acts of reading (kind, participant, visit, form, row, details as JSON).
    """
    state = current.select(*_SLOT, "raw", "kind", "text", "unit").sort(_SLOT)
    told = [event for event in events if event.kind not in ACCESS]
    acts = pl.DataFrame(
        [
            (e.kind, e.participant_id, e.visit, e.form, str(e.row), details_text(e.details))
            for e in told
        ],
        schema=["kind", "participant_id", "visit", "form", "row", "details"],
        schema_overrides=dict.fromkeys(("kind", "participant_id", "visit", "form", "row", "details"), pl.String),
        orient="row",
    )  # fmt: skip
    digest = sha256()
    for frame in (state, acts):
        digest.update(frame.write_csv(include_header=False, quote_style="always").encode() + b"\n")
    return digest.hexdigest()


def _limit(database: Database, as_of: int | dt.datetime | None) -> tuple[int, bytes, int]:
    if isinstance(as_of, dt.datetime):
        wanted, value = "save.at_ms <= ?", milliseconds(as_of)
    else:
        wanted, value = "entry.seq <= ?", (2**62 if as_of is None else as_of)
    found = database.read(
        f"{rows.ENDS} WHERE {wanted} ORDER BY entry.seq DESC LIMIT 1",
        (value,),
    )
    if found:
        seq, digest, _, at_ms = found[0]
        return seq, digest, at_ms
    ((origin,),) = database.read("SELECT origin FROM ledger")
    return 0, first_hash(origin), 0


def _as_of_utc(as_of: int | dt.datetime | None, at_ms: int) -> str:
    # "now" is the moment of the last save: nothing is known to be true later, and two runs stay alike
    return at_utc(milliseconds(as_of) if isinstance(as_of, dt.datetime) else at_ms)


class _Names(NamedTuple):
    """What the keys of the entries stand for."""

    of: dict[str, pl.Series]
    saves: pl.DataFrame
    first_save: int
    erased_because: dict[int, str]


def _versions(database: Database, first: int, last: int) -> pl.DataFrame:
    """The versions of entries after `first`. Everything else is read before: the batches are read ahead."""
    ends = [save for end in ("ASC", "DESC") for (save,) in database.read(_SAVE_AT_THE.format(end), (first, last))]
    if not ends:
        return pl.DataFrame(schema=VERSION_COLUMNS)
    names = _Names({table: _names(database, table) for table in LOOKUPS}, _saves(database, *ends), ends[0],
                   erasure_reasons(database))  # fmt: skip
    asked = [(source, keys, (start, min(start + BATCH, last)))
             for start in range(first, last, BATCH)
             for source, keys in ((_ENTRIES, _ENTRY_KEYS), (_CONTENT, _CONTENT_KEYS))]  # fmt: skip
    with closing(database.columns_ahead(asked)) as found:
        batches = [_batch(names, _frame(_ENTRY_KEYS, each), _frame(_CONTENT_KEYS, next(found))) for each in found]
    # many pieces stay pieces: laid together, the whole would lie in memory twice for a moment
    return pl.concat(batches, rechunk=len(batches) <= _FEW)


def _saves(database: Database, first: int, last: int) -> pl.DataFrame:
    found = [_frame(_SAVE_KEYS, database.columns(_SAVES, _SAVE_KEYS, (start - 1, min(start - 1 + BATCH, last))))
             for start in range(first, last + 1, BATCH)]  # fmt: skip
    at = pl.col("at_ms").cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
    return pl.concat(found, rechunk=True).with_columns(at_utc=at)


def _batch(names: _Names, entries: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Entries and what they say, read apart (a join row by row takes three times as long) and laid side by side."""
    if not entries["seq"].equals(said["seq"]):  # events stand between, or a value was erased
        none_said = {"unit": 0} | dict.fromkeys(("raw", "text", "reason"), "")
        said = entries.select("seq").join(said, on="seq", how="left", maintain_order="left").with_columns(
            pl.col(name).fill_null(value) for name, value in none_said.items())  # fmt: skip
    name, saves = names.of, names.saves
    of_save = entries["save"] - names.first_save  # ids are 1, 2, 3 ... without gaps: the place in the list of saves
    columns = {
        "seq": entries["seq"], "replaces": entries["replaces"], "group": entries["save"],
        "participant_id": name["participant"].gather(entries["participant"]),
        "visit": name["visit"].gather(entries["visit"]), "form": name["form"].gather(entries["form"]),
        "row": entries["row_id"], "item": name["item"].gather(entries["item"]), "raw": said["raw"],
        "kind": name["kind"].gather(entries["kind"]), "text": said["text"], "unit": name["unit"].gather(said["unit"]),
        "user": name["account"].gather(saves["account"][of_save]), "at_utc": saves["at_utc"][of_save],
        "reason": said["reason"], "build": saves["build"][of_save],
        "origin": name["origin"].gather(saves["origin"][of_save]),
    }  # fmt: skip
    versions = pl.DataFrame({name: columns[name].alias(name) for name in VERSION_COLUMNS})
    return _without_erased(names.erased_because, versions, said["unit"] == 0)


def _frame(names: tuple[str, ...], columns: list[list[Any]]) -> pl.DataFrame:
    frame = pl.DataFrame([_series(name, column) for name, column in zip(names, columns, strict=True)])
    return frame if frame[names[0]].is_sorted() else frame.sort(names[0])


def _without_erased(reasons: dict[int, str], versions: pl.DataFrame, erased: pl.Series) -> pl.DataFrame:
    """`erased`: every value that is there has a unit, the empty one at least."""
    if not erased.any():
        return versions
    told = pl.Series([reasons.get(seq, "") for seq in versions["seq"].filter(erased)], dtype=pl.String)
    where = np.flatnonzero(erased.to_numpy())
    return versions.with_columns(
        reason=versions["reason"].scatter(where, told), kind=versions["kind"].scatter(where, "blank")
    )


def _series(name: str, column: list[Any]) -> pl.Series:
    return pl.Series(name, column, dtype=pl.String if name in ("raw", "text", "reason") else pl.Int64)


def _names(database: Database, table: str) -> pl.Series:
    """Names by key: ids are 1, 2, 3 ... without gaps; key 0 (an erased unit) is empty."""
    names = [""] + [name for (name,) in database.read(f"SELECT name FROM {table} ORDER BY id")]  # noqa: S608 - our own table names
    return pl.Series(names, dtype=NAME)
