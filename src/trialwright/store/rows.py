"""The queries of the ledger, and rows back into the values that cross the seam."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from trialwright.model.ledger import Blank, Datapoint, FormToken, LedgerEvent, Seen, Slot
from trialwright.store.values import at_utc, value_of

if TYPE_CHECKING:
    from trialwright.store.writing import Entry

Row = tuple[Any, ...]

_NAMES = """
JOIN save ON save.id = entry.save
JOIN account ON account.id = save.account
JOIN origin ON origin.id = save.origin
JOIN kind ON kind.id = entry.kind
JOIN participant ON participant.id = entry.participant
JOIN visit ON visit.id = entry.visit
JOIN form ON form.id = entry.form
JOIN item ON item.id = entry.item
LEFT JOIN content ON content.seq = entry.seq
LEFT JOIN unit ON unit.id = content.unit
"""

_COMMON = "entry.seq, entry.save, kind.name, participant.name, visit.name, form.name, item.name, entry.row_id"

ENTRIES = f"""
SELECT {_COMMON}, entry.replaces, account.name, save.at_ms, save.build, origin.name,
    content.raw, content.text, unit.name, content.reason
FROM entry {_NAMES}
"""  # noqa: S608 - our own constants, values are bound
"""One row an entry, everything by name; the last four are null once the content was erased."""

CHAIN = """
SELECT entry.seq, save, event, kind, participant, visit, form, item, row_id, replaces, erases, commitment, hash,
    nonce, raw, text, unit, reason
FROM entry LEFT JOIN content ON content.seq = entry.seq WHERE entry.seq > %d AND entry.seq <= %d ORDER BY entry.seq
"""
"""The chain link by link, names as keys: joining eleven tables a row would take six times as long."""


def chain(start: int, stop: int) -> str:
    """The query of the links after `start`, up to `stop`."""
    return CHAIN % (start, stop)


CHAIN_SAVE_KEYS = ("id", "at_ms", "coalesce(token, '')", "build", "origin", "account")
CHAIN_SAVES = f"SELECT {', '.join(CHAIN_SAVE_KEYS)} FROM save"  # noqa: S608 - our own constants

ENDS = "SELECT entry.seq, entry.hash, save.id, save.at_ms FROM entry JOIN save ON save.id = entry.save"
LAST = f"{ENDS} ORDER BY entry.seq DESC LIMIT 1"

LAST_HASH = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"
LAST_LINK = "SELECT seq, save, hash FROM entry ORDER BY seq DESC LIMIT 1"

_TAIL = """
SELECT entry.seq, entry.save, entry.event, entry.kind, participant, visit, form, item, row_id, replaces,
    save.account, save.at_ms, save.build, save.origin, raw, text, unit, reason, erases, hash
FROM entry JOIN save ON save.id = entry.save AND save.id >= ? AND save.id <= ?
    LEFT JOIN content ON content.seq = entry.seq AND content.seq >= ? AND content.seq <= ?
WHERE entry.seq >= ? AND entry.seq <= ?
"""


class Place(NamedTuple):
    """An entry and the save it came with."""

    seq: int
    save: int


def tail(first: Place, last: Place, *, acts: bool) -> tuple[str, list[object]]:
    """
    The query of the entries from one to another, names as keys, for who knows the names already; their hashes last.

    Both ends are named, of all three tables: what others write meanwhile belongs to the next look, and PostgreSQL,
    where it has no statistics of a table yet, takes an open end for a third of it and reads it whole at every save.
    """
    ends = [first.save, last.save, first.seq, last.seq, first.seq, last.seq]
    return f"{_TAIL} {'AND entry.event = 1' if acts else ''} ORDER BY entry.seq", [*ends]


LATEST_OF_PARTICIPANT = """
WHERE entry.seq IN (
    SELECT max(seq) FROM entry WHERE event = 0 AND participant = (SELECT id FROM participant WHERE name = ?)
        AND seq <= ?
    GROUP BY visit, form, item, row_id)
ORDER BY entry.seq
"""

LAST_OF_EACH = """
SELECT participant.name, max(entry.seq) FROM entry JOIN participant ON participant.id = entry.participant
WHERE entry.seq <= ? GROUP BY participant.name
"""

_LAST_ENTRY = "FROM entry AS e JOIN save ON save.id = e.save ORDER BY e.seq DESC LIMIT 1"
_SAVED_UNDER = "(SELECT count(*) FROM save WHERE token = ?)"
_LATEST_OF = """(
    SELECT coalesce(max(entry.seq), 0) FROM entry
    JOIN kind ON kind.id = entry.kind JOIN participant ON participant.id = entry.participant WHERE {wanted})
"""
_FORM_VERSION = """(
    SELECT coalesce(max(entry.seq), 0) FROM entry
    WHERE entry.event = 0 AND entry.participant = (SELECT id FROM participant WHERE name = ?)
        AND entry.visit = (SELECT id FROM visit WHERE name = ?) AND entry.form = (SELECT id FROM form WHERE name = ?))
"""


def standing(token: str, seen: Seen | None, expect: FormToken | None) -> tuple[str, list[object]]:
    """
    The query of all that a write asks before it is allowed, and its values: one way to the server and back.

    Columns: entry, hash, save and moment of the end of the ledger; how many saves used the token; the latest entry
    that could change what was decided on; the latest version in the form.
    """
    columns, values = ["e.seq", "e.hash", "save.id", "save.at_ms"], list[object]()
    columns.append(_SAVED_UNDER if token else "0")
    values += [token] if token else []
    if seen is None:
        columns.append("0")
    else:
        wanted, found = _since(seen)
        columns.append(_LATEST_OF.format(wanted=wanted))
        values += found
    columns.append("0" if expect is None else _FORM_VERSION)
    values += [] if expect is None else [expect.participant_id, expect.visit, expect.form]
    return f"SELECT {', '.join(columns)} {_LAST_ENTRY}", values


def _since(seen: Seen) -> tuple[str, list[object]]:
    wanted, values = "entry.seq > ?", list[object]([seen.seq])
    if seen.harmless:
        wanted += f" AND NOT (entry.event = 1 AND kind.name IN ({', '.join('?' * len(seen.harmless))}))"
        values += sorted(seen.harmless)
    if seen.participant_id is not None:
        wanted += " AND participant.name IN ('', ?)"
        values.append(seen.participant_id)
    return wanted, values


FORM_VERSIONS = """
SELECT item, row_id, max(seq) FROM entry
WHERE event = 0 AND participant = ? AND visit = ? AND form = ? GROUP BY item, row_id
"""

ADD_SAVE = "INSERT INTO save (id, at_ms, account, build, origin, token) VALUES (?, ?, ?, ?, ?, ?)"
ADD_ENTRY = """
INSERT INTO entry (seq, save, event, kind, participant, visit, form, item, row_id, replaces, erases, commitment, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_CONTENT = "INSERT INTO content (seq, nonce, raw, text, unit, reason) VALUES (?, ?, ?, ?, ?, ?)"


def datapoint_of(row: Row, erased_because: str = "") -> Datapoint:
    """A row of ENTRIES as a Datapoint. An erased value comes back as Blank, with the reason of its erasure."""
    seq, save, kind, participant, visit, form, item, row_id, replaces, account, at_ms, build, origin = row[:13]
    raw, text, unit, reason = row[13:]
    erased = text is None
    return Datapoint(
        seq=seq, replaces=replaces, group=save, slot=Slot(participant, visit, form, item, row_id),
        raw="" if erased else raw, value=Blank() if erased else value_of(kind, text, unit),
        user=account, at_utc=at_utc(at_ms), reason=erased_because if erased else reason, build=build, origin=origin,
    )  # fmt: skip


def event_of(row: Row) -> LedgerEvent:
    """A row of ENTRIES as an event. Erased details come back empty."""
    seq, save, kind, participant, visit, form, _, row_id, _, account, at_ms, build, origin = row[:13]
    _, text, _, reason = row[13:]
    return LedgerEvent(
        seq=seq, group=save, kind=kind, participant_id=participant, visit=visit, form=form, row=row_id,
        details=msgspec.json.decode(text, type=dict[str, str]) if text is not None else {},
        user=account, at_utc=at_utc(at_ms), reason=reason or "", build=build, origin=origin,
    )  # fmt: skip


def same_entries(found: Sequence[Row], entries: "Sequence[Entry]") -> bool:
    """Whether rows of ENTRIES say what `entries` would. What was erased since cannot differ any more."""
    if len(found) != len(entries):
        return False
    return all(
        (*row[2:8],) == (entry.kind, entry.participant, entry.visit, entry.form, entry.item, entry.row_id)
        and (row[14] is None or row[13:16] == entry.content[:3])
        for row, entry in zip(found, entries, strict=True)
    )
