"""Recomputing the chain: the first row that does not fit is named."""

from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context

from trialwright.model.ledger import Head, Verification
from trialwright.model.problem import Problem
from trialwright.store import problems, rows
from trialwright.store.database import Database, UnreadableText
from trialwright.store.erasing import unlawful_erasures
from trialwright.store.walking import Walked, joined, walk, walk_by_row

_STRAYS = {
    # the walk met a content, or none, beside each entry: what stands beside none stands before them or behind
    "content": "SELECT count(*) FROM content WHERE seq < 1 OR seq > (SELECT coalesce(max(seq), 0) FROM entry)",
    "save": "SELECT count(*) FROM save WHERE id NOT IN (SELECT save FROM entry)",
}
_ANY_STRAY = "SELECT count(*) FROM content WHERE seq NOT IN (SELECT seq FROM entry)"
_ERASED_SINCE = "SELECT erases FROM entry WHERE erases > 0 AND seq > ?"


def verify_chain(database: Database, expect_head: Head | None, *, processes: int = 1) -> Verification:
    """See `Ledger.verify`."""
    ends = database.read(rows.LAST_HASH)
    last = ends[0][0] if ends else 0  # what others append meanwhile is for the next time
    try:
        walked = _walk(database, expect_head, last, processes)
    except UnreadableText:
        walked = walk_by_row(database, expect_head, 0, last, lenient=True)
    bad, found = _judged(database, walked)
    if not found:
        found += _tail(database.where, walked.head, expect_head)
    bad = bad if walked.met_otherwise is None else walked.met_otherwise
    if bad is None and found:
        bad = walked.head.seq + 1
    strays = _STRAYS if bad is None else _STRAYS | {"content": _ANY_STRAY}
    for table, sql in strays.items():
        if database.read(sql)[0][0]:
            found.append(problems.stray_rows(database.where, table))
    found += database.check_guards()
    return Verification(
        ok=not found, first_bad=bad, rows=walked.head.seq, head=walked.head, erased=tuple(sorted(walked.gone)),
        problems=tuple(found),
    )  # fmt: skip


_WORTH_IT = 400_000
"""From so many entries a process on, starting it takes less time than it saves."""
_STRETCH = 50_000
"""Entries taken at once: short enough that all end at about the same time."""


def _walk(database: Database, expected: Head | None, last: int, processes: int) -> Walked:
    """
    The chain up to `last`, in stretches where several processes may work: a stored hash is where one begins.

    This process begins at the end while the others start, and takes what they have not come to.
    """
    others = min(processes, last // _WORTH_IT) - 1
    if others < 1:
        return walk(database, expected, 0, last)
    ends = [*range(0, last, _STRETCH), last]
    # a forked child would inherit the locks of other threads
    with ProcessPoolExecutor(others, mp_context=get_context("spawn")) as workers:
        asked = [workers.submit(_walk_again, (database.again, expected, *each)) for each in pairwise(ends)]
        own: dict[int, Walked] = {}
        try:
            for at in reversed(range(len(asked))):
                if asked[at].cancel():
                    own[at] = walk(database, expected, ends[at], ends[at + 1])
            return joined([own.get(at) or each.result() for at, each in enumerate(asked)])
        finally:
            workers.shutdown(cancel_futures=True)  # what could not be read here is not waited for there


def _walk_again(asked: tuple[str, Head | None, int, int]) -> Walked:
    from trialwright.store.places import database_at  # places knows both databases, which know this module

    url, expected, start, stop = asked
    database = database_at(url)
    try:
        return walk(database, expected, start, stop)
    finally:
        database.close()


def _judged(database: Database, walked: Walked) -> tuple[int | None, list[Problem]]:
    """The first bad row, and what was found in words; erasures are judged where the chain itself is whole."""
    where, bad, found = database.where, walked.bad, list[Problem]()
    if walked.met_otherwise is not None:
        found.append(problems.another_chain(where, walked.met_otherwise))
    if bad is not None:
        return bad, [*found, problems.altered_row(where, bad)]
    # a value read as gone may have been erased by an entry that was appended while the chain was walked
    since = {seq for (seq,) in database.read(_ERASED_SINCE, (walked.head.seq,))} & walked.gone
    for seq in sorted(walked.gone ^ (walked.erased | since)):
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
