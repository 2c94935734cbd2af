"""Recomputing the chain: the first row that does not fit is named."""

from collections.abc import Callable, Iterator

from trialwright.model.ledger import Head, Verification
from trialwright.model.problem import Problem
from trialwright.store import problems, rows
from trialwright.store.chain import Content, Link, commitment_of, first_hash, hash_of
from trialwright.store.database import LOOKUPS, Database
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

    def problems(self) -> Iterator[Problem]:
        where = self._database.where
        ((origin,),) = self._database.read("SELECT origin FROM ledger")
        last, before = 0, first_hash(origin)
        wanted = self._expected.seq if self._expected else -1
        link_of = _links(self._database)
        for row in self._database.stream(rows.CHAIN):
            link, after = link_of(row), row[12]
            if row[0] != last + 1 or link is None or not _fits(before, link, after):
                self.bad = last + 1
                break
            last, before = row[0], after
            if row[13] is None:
                self.gone.add(last)
            if row[10]:
                self._erased.add(row[10])
            if last == wanted and self._expected and after.hex() != self._expected.hash:
                self.met_otherwise = last
                yield problems.another_chain(where, last)
        self.head = Head(last, before.hex())
        if self.bad is not None:
            yield problems.altered_row(where, self.bad)
        else:
            yield from self._erasures()

    def _erasures(self) -> Iterator[Problem]:
        for seq in sorted(self.gone ^ self._erased):
            self.bad = min(seq, self.bad or seq)
            told = problems.missing_content if seq in self.gone else problems.not_erased
            yield told(self._database.where, seq)


def _links(database: Database) -> Callable[[Row], Link | None]:
    """A function from a row of CHAIN to its link by name; None where its value or a name is not what it was."""
    names: dict[str, dict[int, str]] = {}
    for table in LOOKUPS:
        names[table] = dict(database.stream(f"SELECT id, name FROM {table}"))  # noqa: S608 - our own table names
    origin, account, unit = names["origin"], names["account"], names["unit"]
    kinds, participants, visits = names["kind"], names["participant"], names["visit"]
    forms, items = names["form"], names["item"]
    saves = {row[0]: row[1:] for row in database.stream(rows.CHAIN_SAVES)}

    def link_of(row: Row) -> Link | None:
        seq, save, event, kind, participant, visit, form, item, row_id, replaces, erases, commitment = row[:12]
        nonce = row[13]
        try:
            if nonce is not None:
                content = Content(row[14], row[15], unit[row[16]], row[17])
                if commitment_of(nonce, content) != commitment:
                    return None
            at_ms, token, build, origin_key, account_key = saves[save]
            return Link(seq, save, at_ms, token, build, origin[origin_key], account[account_key], event, kinds[kind],
                        participants[participant], visits[visit], forms[form], items[item], row_id, replaces, erases,
                        commitment)  # fmt: skip
        except KeyError:  # a key that names nothing any more
            return None

    return link_of


def _fits(before: bytes, link: Link, after: bytes) -> bool:
    return hash_of(before, link) == after


def _tail(where: str, head: Head, expected: Head | None) -> list[Problem]:
    if expected is None or expected.seq <= head.seq:
        return []
    return [problems.missing_tail(where, head.seq, expected.seq)]
