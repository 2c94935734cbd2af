"""The private PostgreSQL server of journeys that need one, and a process environment like a newcomer's."""

import os

import pytest

from support import postgres

postgres_server = postgres.postgres_server
postgres_ledger = postgres.postgres_ledger
emptied_postgres = postgres.emptied_postgres

OURS = ("TRIALWRIGHT_REQUIRE", "TRIALWRIGHT_KILLS", "TRIALWRIGHT_PICTURES")


@pytest.fixture(scope="module", autouse=True)
def newcomer():
    """The commands a journey starts inherit no setting of other tests of the same process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TRIALWRIGHT_") and name not in OURS]:
            patch.delenv(name)
        yield
