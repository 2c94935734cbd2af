"""The private PostgreSQL server of journeys that need one."""

from support import postgres

postgres_server = postgres.postgres_server
postgres_ledger = postgres.postgres_ledger
emptied_postgres = postgres.emptied_postgres
