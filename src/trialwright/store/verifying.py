"""Recomputing the chain: the first row that does not fit is named."""

from collections.abc import Callable, Iterator

from trialwright.model.ledger import Head, Verification
from trialwright.model.problem import Problem
from trialwright.store import problems, rows
from trialwright.store.chain import commitment_of, first_hash, hash_of
from trialwright.store.database import LOOKUPS, Database, UnreadableText
from trialwright.store.erasing import unlawful_erasures
from trialwright.store.rows import Row

_STRAYS = {
    "content": "SELECT count(*) FROM content WHERE seq NOT IN (SELECT seq FROM entry)",
    "save": "SELECT count(*) FROM save WHERE id NOT IN (SELECT save FROM entry)",
}


def verify_chain(database: Database, expect_head: Head | None) -> Verification:
    """See `Ledger.verify`."""
    try:
        walk = _Walk(database, expect_head)
        found = list(walk.problems())
    except UnreadableText:
        walk = _Walk(database, expect_head, lenient=True)
        found = list(walk.problems())
    if not found:
        found += _tail(database.where, walk.head, expect_head)
    bad = walk.bad if walk.met_otherwise is None else walk.met_otherwise
    if bad is None and found:
        bad = walk.head.seq + 1
    for table, sql in _STRAYS.items():
        if database.read(sql)[0][0]:
            found.append(problems.stray_rows(database.where, table))
    found += database.check_guards()
    return Verification(
        ok=not found, first_bad=bad, rows=walk.head.seq, head=walk.head, erased=tuple(sorted(walk.gone)),
        problems=tuple(found),
    )  # fmt: skip


class _Walk:
    """One pass over the links; stops at the first that does not fit, for all after it hang on it."""

    def __init__(self, database: Database, expect_head: Head | None, *, lenient: bool = False) -> None:
        self._database, self._expected, self._lenient = database, expect_head, lenient
        self.head = Head(0, "")
        self.bad: int | None = None
        self.met_otherwise: int | None = None
        self.gone: set[int] = set()
        self._erased: set[int] = set()

    def problems(self) -> Iterator[Problem]:
        where = self._database.where
        self._follow()
        if self.met_otherwise is not None:
            yield problems.another_chain(where, self.met_otherwise)
        if self.bad is not None:
            yield problems.altered_row(where, self.bad)
        else:
            yield from self._erasures()

    def _follow(self) -> None:
        """Plain tuples and local names: this loop runs once a row of the whole ledger."""
        ((origin,),) = self._database.read("SELECT origin FROM ledger")
        last, before = 0, first_hash(origin)
        wanted = self._expected.seq if self._expected else -1
        if wanted == 0 and self._expected and before.hex() != self._expected.hash:
            self.met_otherwise = 0
        link_of = _links(self._database, lenient=self._lenient)
        for row in self._database.stream(rows.CHAIN, lenient=self._lenient):
            link = link_of(row)
            if row[0] != last + 1 or link is None or hash_of(before, link) != row[12]:
                self.bad = last + 1
                break
            last, before = row[0], row[12]
            if row[13] is None:
                self.gone.add(last)
            if row[10]:
                self._erased.add(row[10])
            if last == wanted and self._expected and before.hex() != self._expected.hash:
                self.met_otherwise = last
        self.head = Head(last, before.hex())

    def _erasures(self) -> Iterator[Problem]:
        for seq in sorted(self.gone ^ self._erased):
            self.bad = min(seq, self.bad or seq)
            told = problems.missing_content if seq in self.gone else problems.not_erased
            yield told(self._database.where, seq)
        for seq in unlawful_erasures(self._database):
            self.bad = min(seq, self.bad or seq)
            yield problems.unlawful_erasure(self._database.where, seq)


def _links(database: Database, *, lenient: bool) -> Callable[[Row], tuple[object, ...] | None]:
    """A function from a row of CHAIN to its link by name; None where its value or a name is not what it was."""
    names: dict[str, dict[int, str]] = {}
    for table in LOOKUPS:
        names[table] = dict(database.stream(f"SELECT id, name FROM {table}", lenient=lenient))  # noqa: S608 - our own table names
    unit, kinds, participants, visits = names["unit"], names["kind"], names["participant"], names["visit"]
    forms, items = names["form"], names["item"]
    saves: dict[int, tuple[object, ...]] = {
        row[0]: (*row[:4], names["origin"].get(row[4]), names["account"].get(row[5]))
        for row in database.stream(rows.CHAIN_SAVES, lenient=lenient)
    }

    def link_of(row: Row) -> tuple[object, ...] | None:
        (seq, save, event, kind, participant, visit, form, item, row_id, replaces, erases, commitment, _,
         nonce, raw, text, unit_key, reason) = row  # fmt: skip
        try:
            if nonce is not None and commitment_of(nonce, (raw, text, unit[unit_key], reason)) != commitment:
                return None
            return (seq, *saves[save], event, kinds[kind], participants[participant], visits[visit], forms[form],
                    items[item], row_id, replaces, erases, commitment)  # fmt: skip
        except KeyError:  # a key that names nothing any more
            return None

    return link_of


def _tail(where: str, head: Head, expected: Head | None) -> list[Problem]:
    if expected is None or expected.seq <= head.seq:
        return []
    return [problems.missing_tail(where, head.seq, expected.seq)]
