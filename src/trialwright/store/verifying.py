"""Recomputing the chain: the first row that does not fit is named."""

from collections.abc import Iterator

from trialwright.model.ledger import Head, Verification
from trialwright.model.problem import Problem
from trialwright.store import problems, rows
from trialwright.store.chain import Content, Link, commitment_of, first_hash, hash_of
from trialwright.store.database import Database
from trialwright.store.rows import Row

_STRAYS = {
    "content": "SELECT count(*) FROM content WHERE seq NOT IN (SELECT seq FROM entry)",
    "save": "SELECT count(*) FROM save WHERE id NOT IN (SELECT save FROM entry)",
}


def verify_chain(database: Database, expect_head: Head | None) -> Verification:
    """See `Ledger.verify`."""
    walk = _Walk(database, expect_head)
    found = list(walk.problems())
    if not found and walk.bad is None:
        found += _tail(database.where, walk.head, expect_head)
    bad = walk.bad
    if bad is None and found:
        bad = walk.head.seq + 1 if found[0].code == "TW-STO-021" else walk.met_otherwise
    strays = [problems.stray_rows(database.where, table) for table, sql in _STRAYS.items() if database.read(sql)[0][0]]
    found += strays + database.check_guards()
    return Verification(
        ok=not found, first_bad=bad, rows=walk.head.seq, head=walk.head, erased=tuple(sorted(walk.gone)),
        problems=tuple(found),
    )  # fmt: skip


class _Walk:
    """One pass over the links; stops at the first that does not fit, for all after it hang on it."""

    def __init__(self, database: Database, expect_head: Head | None) -> None:
        self._database, self._expected = database, expect_head
        self.head = Head(0, "")
        self.bad: int | None = None
        self.met_otherwise: int | None = None
        self.gone: set[int] = set()
        self._erased: set[int] = set()
        self._kept_after_all: set[int] = set()

    def problems(self) -> Iterator[Problem]:
        where = self._database.where
        ((origin,),) = self._database.read("SELECT origin FROM ledger")
        before = first_hash(origin)
        for row in self._database.stream(rows.CHAIN):
            seq = self.head.seq + 1
            fits = _fits(before, row)
            if row[0] != seq or not fits:
                self.bad = seq
                yield problems.altered_row(where, seq)
                return
            before = row[17]
            self.head = Head(seq, before.hex())
            if row[18] is None:
                self.gone.add(seq)
            if row[15]:
                self._erased.add(row[15])
            if self._expected is not None and seq == self._expected.seq and before.hex() != self._expected.hash:
                self.met_otherwise = seq
                yield problems.another_chain(where, seq)
        if not self.head.seq:
            self.head = Head(0, before.hex())
        yield from self._erasures()

    def _erasures(self) -> Iterator[Problem]:
        for seq in sorted(self.gone ^ self._erased):
            self.bad = min(seq, self.bad or seq)
            told = problems.missing_content if seq in self.gone else problems.not_erased
            yield told(self._database.where, seq)


def _fits(before: bytes, row: Row) -> bool:
    try:
        if row[18] is not None and commitment_of(row[18], Content(*row[19:23])) != row[16]:
            return False
        return hash_of(before, Link(*row[:17])) == bytes(row[17])
    except (TypeError, ValueError):  # a null or a broken text where a name stood: not what was hashed
        return False


def _tail(where: str, head: Head, expected: Head | None) -> list[Problem]:
    if expected is None or expected.seq <= head.seq:
        return []
    return [problems.missing_tail(where, head.seq, expected.seq)]
