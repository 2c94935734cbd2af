"""The databases on which the service is held to the same behaviour."""

from support import postgres

postgres_server = postgres.postgres_server
postgres_ledger = postgres.postgres_ledger
emptied_postgres = postgres.emptied_postgres
