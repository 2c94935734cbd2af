"""What the ledger asks of a database: the two of them (sqlite.py, postgres.py) answer alike."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from trialwright.model.problem import Problem
from trialwright.store.problems import LedgerProblem, unreadable
from trialwright.store.rows import Row

LOOKUPS = ("participant", "visit", "form", "item", "unit", "account", "kind", "origin")
TABLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LOOKUPS, ("id", "name")),
    "save": ("id", "at_ms", "account", "build", "origin", "token"),
    "entry": ("seq", "save", "event", "kind", "participant", "visit", "form", "item", "row_id", "replaces", "erases",
              "commitment", "hash"),
    "content": ("seq", "nonce", "raw", "text", "unit", "reason"),
}  # fmt: skip
"""Every table that grows, in the order in which a copy is written."""


Query = tuple[str, Sequence[object]]
Columns = tuple[str, Sequence[str], Sequence[object]]
"""What to read column by column: a table and its condition, the names of columns, the values of the condition."""


class UnreadableText(LedgerProblem):
    """
    A text in the file is no UTF-8 any more, a digest not 32 bytes: read row by row to learn in which row.

    Whoever does not look for the row lets it pass: it is told as TW-STO-027.
    """

    def __init__(self, where: str) -> None:
        super().__init__(unreadable(where))

    def __reduce__(self) -> tuple[type["UnreadableText"], tuple[str]]:  # type: ignore[override]  # made of its place
        return UnreadableText, (self.problem.where,)


class Database(Protocol):
    """Queries are written for SQLite (`?`); the other database turns them into its own."""

    where: str
    again: str  # the address, to open the same ledger in another process

    def exists(self) -> bool: ...

    def create(self, origin: bytes) -> None: ...

    def format(self) -> object: ...

    def check_guards(self) -> list[Problem]: ...

    def settings(self) -> list[tuple[str, str, str]]: ...

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Row]: ...

    def stream(self, sql: str, *, lenient: bool = False) -> Iterator[Row]: ...

    def columns(
        self, source: str, names: Sequence[str], values: Sequence[object] = (), *, digests: Sequence[str] = ()
    ) -> list[list[Any]]:
        """
        Columns of a table as lists, all in one order: those of `names`, then those of `digests`, 32 bytes a row.

        Raises: UnreadableText where a cell is not what its column holds.
        """
        ...

    def columns_ahead(self, asked: Iterable[Columns]) -> Generator[list[list[Any]], None, None]: ...

    def reading(self) -> AbstractContextManager[None]: ...

    def writing(self) -> AbstractContextManager[None]: ...

    def add_save(self, save: Row, entries: Sequence[Row], contents: Sequence[Row]) -> None:
        """The rows of one save, in the order of the columns of `TABLES`."""
        ...

    def write_rows(self, sql: str, rows: Sequence[Row]) -> None: ...

    def erase_content(self, seq: int) -> None: ...

    def forget_erased(self) -> None: ...

    def copy_to(self, path: Path) -> None: ...

    def close(self) -> None: ...


def ahead(act: Callable[[Query], list[Row]], each: Iterable[Query]) -> Iterator[list[Row]]:
    """What `act` finds for each query, in order; one query ahead of the caller, in a thread beside it."""
    with ThreadPoolExecutor(1) as beside:
        waiting = (beside.submit(act, one) for one in each)
        coming = next(waiting, None)
        while coming is not None:
            found, coming = coming.result(), next(waiting, None)
            yield found


def copy_rows(source: Database, target: Database) -> None:
    """Makes the ledger of `source`, as it is at one moment, in the empty `target`: same keys, same chain, same head."""
    with source.reading():
        ((origin,),) = source.read("SELECT origin FROM ledger")
        target.create(origin)
        with target.writing():
            for table, columns in TABLES.items():
                named = ", ".join(columns)
                found = source.read(f"SELECT {named} FROM {table} ORDER BY {columns[0]}")  # noqa: S608 - our own names
                if found:
                    marks = ", ".join("?" * len(columns))
                    target.write_rows(f"INSERT INTO {table} ({named}) VALUES ({marks})", found)  # noqa: S608 - as above
