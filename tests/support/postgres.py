"""A private PostgreSQL server for one test worker, and a ledger in it."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from support.ledger import Ticking, counted_nonces
from support.postgres_server import PostgresServer, run_server, why_no_postgres
from trialwright.store import open_ledger
from trialwright.store.database import TABLES


def skip_without_postgres() -> None:
    """Skips with the reason, or fails where TRIALWRIGHT_REQUIRE names postgres."""
    if reason := why_no_postgres():
        required = "postgres" in os.environ.get("TRIALWRIGHT_REQUIRE", "").split(",")
        (pytest.fail if required else pytest.skip)(reason)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The worker's private server, started on first use."""
    skip_without_postgres()
    yield from run_server()


@pytest.fixture(scope="session")
def postgres_ledger(postgres_server: PostgresServer) -> tuple[PostgresServer, str]:
    """One ledger a worker: making one takes a third of a second, emptying it a tenth of that."""
    database = postgres_server.new_database()
    open_ledger(postgres_server.url("owner", database), clock=Ticking(), nonces=counted_nonces(), create=True).close()
    return postgres_server, database


@pytest.fixture
def emptied_postgres(postgres_ledger: tuple[PostgresServer, str]) -> str:
    """The worker's ledger without rows, by a superuser who switches the guards off; as the application sees it."""
    server, database = postgres_ledger
    with psycopg.connect(server.url("postgres", database)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET search_path = trialwright_ledger")
        connection.execute(f"TRUNCATE {', '.join(TABLES)}")
    return server.url("app", database)
