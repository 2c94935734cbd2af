"""Every test of the ledger runs on both databases, through the public door."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.postgres import postgres_server  # noqa: F401 - a fixture, used by name
from trialwright.model.ledger import NewDatapoint, Slot, Stamp
from trialwright.model.quantity import Quantity
from trialwright.store import Ledger, open_ledger

START = dt.datetime(2020, 10, 1, 8, 0, tzinfo=dt.UTC)


class Ticking:
    """A clock that a test sets by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def tick(self, **by: int) -> None:
        self.now += dt.timedelta(**by)


def counted_nonces() -> Callable[[], bytes]:
    counter = itertools.count(1)
    return lambda: next(counter).to_bytes(32, "big")


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger was just made; on PostgreSQL by the owner, and opened here as the application."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path}/ledger.sqlite"
        open_ledger(made, clock=Ticking(), nonces=counted_nonces(), create=True).close()
        return made
    server = request.getfixturevalue("postgres_server")
    database = server.new_database()
    open_ledger(server.url("owner", database), clock=Ticking(), nonces=counted_nonces(), create=True).close()
    return server.url("app", database)


@pytest.fixture
def ledger(url: str, clock: Ticking) -> Iterator[Ledger]:
    with open_ledger(url, clock=clock, nonces=counted_nonces()) as opened:
        yield opened


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """An SQLite ledger with three entries in two saves: P1 W0 core vas 5.0, weight 60; then vas 6.0."""
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path, clock=Ticking(), nonces=counted_nonces(), create=True) as opened:
        opened.write(typed(), [vas("5.0"), weight("60")], token="page-1")
        opened.write(typed("read wrongly"), [vas("6.0")])
    return path


def typed(reason: str = "", user: str = "nurse") -> Stamp:
    return Stamp(user=user, build=1, origin="typed", reason=reason)


def vas(text: str, participant_id: str = "P1", visit: str = "W0") -> NewDatapoint:
    return NewDatapoint(slot=Slot(participant_id, visit, "core", "physician_global.vas"), raw=text,
                        value=Quantity(text, "cm"))  # fmt: skip


def weight(text: str, participant_id: str = "P1", visit: str = "W0") -> NewDatapoint:
    return NewDatapoint(slot=Slot(participant_id, visit, "core", "weight.kg"), raw=text, value=Quantity(text, "kg"))
