"""Every test of the ledger runs on both databases, through the public door."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import postgres
from support.ledger import Ticking, counted_nonces, typed, vas, weight
from trialwright.store import Ledger, open_ledger

postgres_server = postgres.postgres_server
postgres_ledger = postgres.postgres_ledger
emptied_postgres = postgres.emptied_postgres


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
    return str(request.getfixturevalue("emptied_postgres"))


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
