"""Lawful erasure: value, typed text, reason and nonce go; the link stays and the chain says who let them go."""

import unicodedata
from typing import TYPE_CHECKING

import msgspec

from trialwright.model.ledger import Clock, NewEvent, Nonces, Receipt, Stamp
from trialwright.store import problems
from trialwright.store.rows import Row
from trialwright.store.values import at_utc
from trialwright.store.writing import Keys, Save, check_texts, entry_of, last_of

if TYPE_CHECKING:
    from trialwright.store.database import Database

Asked = tuple[tuple[str, str], str, int]
"""The two persons, the reason, the build."""

_TARGET = """
SELECT kind.name, participant.name, visit.name, form.name, entry.row_id, content.seq FROM entry
JOIN kind ON kind.id = entry.kind JOIN participant ON participant.id = entry.participant
JOIN visit ON visit.id = entry.visit JOIN form ON form.id = entry.form
LEFT JOIN content ON content.seq = entry.seq
WHERE entry.seq = ?
"""
_REASONS = (
    "SELECT entry.erases, content.reason FROM entry JOIN content ON content.seq = entry.seq WHERE entry.erases > 0"
)
_ERASURES = """
SELECT entry.seq, entry.erases, kind.name, content.text, content.reason FROM entry
JOIN kind ON kind.id = entry.kind LEFT JOIN content ON content.seq = entry.seq
WHERE entry.erases > 0
"""
"""In no order: asked for in that of their key, the whole chain would be read for the few of them."""


def erase_entry(database: "Database", keys: Keys, seq: int, asked: Asked, injected: tuple[Clock, Nonces]) -> Receipt:
    """Appends the event "erased" and removes the content it names, inside the write transaction."""
    (first, second), reason, build = asked
    target = _target(database, seq, asked)
    _, participant, visit, form, row_id, _ = target
    event = NewEvent(kind="erased", participant_id=participant, visit=visit, form=form, row=row_id,
                     details={"seq": str(seq), "first_person": first, "second_person": second})  # fmt: skip
    stamp = Stamp(user=first, build=build, origin="typed", reason=reason)
    check_texts(database.where, stamp, [event], "")
    entry = entry_of(event, reason, erases=seq)
    last = last_of(database)
    clock, nonces = injected
    at_ms, head = Save(database, keys, stamp, last).append([entry], clock=clock, nonces=nonces, token="")
    database.erase_content(seq)
    return Receipt(last.save + 1, (head.seq,), at_utc(at_ms), head)


def two_persons(first: str, second: str) -> bool:
    """Whether two names are those of two persons; capitals, width and spaces make no second one."""
    one, other = (unicodedata.normalize("NFKC", name).strip().casefold() for name in (first, second))
    return bool(one) and bool(other) and one != other


def unlawful_erasures(database: "Database") -> list[int]:
    """Seqs of entries that erase something and do not say which, by which two persons and why."""
    found = database.read(_ERASURES)
    return [seq for seq, erases, kind, text, reason in sorted(found) if not _lawful(erases, kind, text, reason)]


def _lawful(erases: int, kind: str, text: str | None, reason: str | None) -> bool:
    if kind != "erased" or not text or not (reason or "").strip():
        return False
    try:
        told = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        return False
    persons = told.get("first_person", ""), told.get("second_person", "")
    return told.get("seq") == str(erases) and two_persons(*persons)


def erasure_reasons(database: "Database") -> dict[int, str]:
    """Erased seq -> the reason its two persons gave."""
    return dict(database.read(_REASONS))


def _target(database: "Database", seq: int, asked: Asked) -> Row:
    (first, second), reason, _ = asked
    where = f"{database.where} entry {seq}"
    if not two_persons(first, second):
        raise problems.erasure_refused(where, "one person asked for the erasure", "two different persons")
    if not reason.strip():
        raise problems.erasure_refused(where, "no reason was given", "a reason in words")
    found = database.read(_TARGET, (seq,))
    if not found:
        raise problems.erasure_refused(where, "there is no such entry", "the number of an entry")
    if found[0][0] == "erased":
        raise problems.erasure_refused(where, "the entry is an erasure itself", "an entry that holds a value")
    if found[0][-1] is None:
        raise problems.erasure_refused(where, "its value was erased before", "an entry that still holds a value")
    return found[0]
