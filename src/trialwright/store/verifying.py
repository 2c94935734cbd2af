"""Recomputing the chain: the first row that does not fit is named."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import pairwise
from multiprocessing import get_context
from typing import NamedTuple

from trialwright.model.ledger import Head, Verification
from trialwright.model.problem import Problem
from trialwright.store import problems, rows
from trialwright.store.chain import encode, first_hash
from trialwright.store.database import Database, UnreadableText
from trialwright.store.erasing import unlawful_erasures

_STRAYS = {
    "content": "SELECT count(*) FROM content WHERE seq NOT IN (SELECT seq FROM entry)",
    "save": "SELECT count(*) FROM save WHERE id NOT IN (SELECT save FROM entry)",
}


def verify_chain(database: Database, expect_head: Head | None, *, processes: int = 1) -> Verification:
    """See `Ledger.verify`."""
    try:
        walked = _walk(database, expect_head, processes)
    except UnreadableText:
        walked = _follow(database, expect_head, 0, _END, lenient=True)
    bad, found = _judged(database, walked)
    if not found:
        found += _tail(database.where, walked.head, expect_head)
    bad = bad if walked.met_otherwise is None else walked.met_otherwise
    if bad is None and found:
        bad = walked.head.seq + 1
    for table, sql in _STRAYS.items():
        if database.read(sql)[0][0]:
            found.append(problems.stray_rows(database.where, table))
    found += database.check_guards()
    return Verification(
        ok=not found, first_bad=bad, rows=walked.head.seq, head=walked.head, erased=tuple(sorted(walked.gone)),
        problems=tuple(found),
    )  # fmt: skip


class Walked(NamedTuple):
    """What one pass over a stretch of the chain met; it stops at the first row that does not fit."""

    head: Head
    bad: int | None
    met_otherwise: int | None
    gone: set[int]
    erased: set[int]


_END = 2**62
_WORTH_IT = 400_000
"""From so many entries a process on, starting it takes less time than it saves."""


def _walk(database: Database, expected: Head | None, processes: int) -> Walked:
    """The whole chain, cut into stretches where several processes may work: a stored hash is where one begins."""
    found = database.read(rows.LAST)
    last = found[0][0] if found else 0
    parts = max(1, min(processes, last // _WORTH_IT))
    if parts == 1:
        return _follow(database, expected, 0, _END)
    ends = [last * n // parts for n in range(parts)] + [_END]
    asked = [(database.again, expected, start, stop) for start, stop in pairwise(ends)]
    # a forked child would inherit the locks of other threads
    with ProcessPoolExecutor(parts, mp_context=get_context("spawn")) as workers:
        return _joined(list(workers.map(_follow_again, asked)))


def _follow_again(asked: tuple[str, Head | None, int, int]) -> Walked:
    from trialwright.store.places import database_at  # places knows both databases, which know this module

    url, expected, start, stop = asked
    database = database_at(url)
    try:
        return _follow(database, expected, start, stop)
    finally:
        database.close()


def _joined(parts: Sequence[Walked]) -> Walked:
    """Stretches in order; what comes after the first bad row hangs on it and says nothing."""
    gone: set[int] = set()
    erased: set[int] = set()
    for part in parts:
        gone |= part.gone
        erased |= part.erased
        if part.bad is not None or part.met_otherwise is not None or part is parts[-1]:
            return Walked(part.head, part.bad, part.met_otherwise, gone, erased)
    raise ValueError("a chain is walked in at least one part")


def _follow(database: Database, expected: Head | None, start: int, stop: int, *, lenient: bool = False) -> Walked:
    """The rows after `start`, up to `stop`. Local names and no calls: this loop runs once a row of the whole ledger."""
    last, before = start, _hash_at(database, start)
    wanted, wanted_hash = (expected.seq, expected.hash) if expected else (-1, "")
    met = start if wanted == start and before.hex() != wanted_hash else None
    gone: set[int] = set()
    erased: set[int] = set()
    unit, kinds, participants, visits, forms, items = (
        _names(database, table, lenient=lenient) for table in ("unit", "kind", "participant", "visit", "form", "item")
    )
    saves, bad = _saves(database, lenient=lenient), None
    for (seq, save, event, kind, participant, visit, form, item, row_id, replaces, erases, commitment, digest,
         nonce, raw, text, unit_key, reason) in database.stream(rows.chain(start, stop), lenient=lenient):  # fmt: skip
        try:
            link = (seq, *saves[save], event, kinds[kind], participants[participant], visits[visit], forms[form],
                    items[item], row_id, replaces, erases, commitment)  # fmt: skip
            told = True if nonce is None else (
                sha256(nonce + encode((raw, text, unit[unit_key], reason))).digest() == commitment
            )  # fmt: skip
        except KeyError:  # a key that names nothing any more
            told = False
        if not told or seq != last + 1 or sha256(before + encode(link)).digest() != digest:
            bad = last + 1
            break
        last, before = seq, digest
        if nonce is None:
            gone.add(seq)
        if erases:
            erased.add(erases)
        if seq == wanted and digest.hex() != wanted_hash:
            met = seq
    return Walked(Head(last, before.hex()), bad, met, gone, erased)


def _hash_at(database: Database, seq: int) -> bytes:
    if seq:
        ((digest,),) = database.read("SELECT hash FROM entry WHERE seq = ?", (seq,))
        return bytes(digest)
    ((origin,),) = database.read("SELECT origin FROM ledger")
    return first_hash(origin)


def _names(database: Database, table: str, *, lenient: bool) -> dict[int, str]:
    return dict(database.stream(f"SELECT id, name FROM {table}", lenient=lenient))  # noqa: S608 - our own table names


def _saves(database: Database, *, lenient: bool) -> dict[int, tuple[object, ...]]:
    origins, accounts = (_names(database, table, lenient=lenient) for table in ("origin", "account"))
    return {
        row[0]: (*row[:4], origins.get(row[4]), accounts.get(row[5]))
        for row in database.stream(rows.CHAIN_SAVES, lenient=lenient)
    }


def _judged(database: Database, walked: Walked) -> tuple[int | None, list[Problem]]:
    """The first bad row, and what was found in words; erasures are judged where the chain itself is whole."""
    where, bad, found = database.where, walked.bad, list[Problem]()
    if walked.met_otherwise is not None:
        found.append(problems.another_chain(where, walked.met_otherwise))
    if bad is not None:
        return bad, [*found, problems.altered_row(where, bad)]
    for seq in sorted(walked.gone ^ walked.erased):
        bad = min(seq, bad or seq)
        told = problems.missing_content if seq in walked.gone else problems.not_erased
        found.append(told(where, seq))
    for seq in unlawful_erasures(database):
        bad = min(seq, bad or seq)
        found.append(problems.unlawful_erasure(where, seq))
    return bad, found


def _tail(where: str, head: Head, expected: Head | None) -> list[Problem]:
    if expected is None or expected.seq <= head.seq:
        return []
    return [problems.missing_tail(where, head.seq, expected.seq)]
