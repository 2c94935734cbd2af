"""The roles of a ledger on PostgreSQL, made by one command: the server never learns the owner's password."""

import re
import secrets

import psycopg
from psycopg import sql

from trialwright.model.ledger import Nonces
from trialwright.store.postgres import WRITER, PostgresDatabase
from trialwright.store.problems import not_a_name

WEB_SCHEMA = "trialwright_web"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def make_roles(owner_url: str, app: str, nonces: Nonces) -> str | None:
    """
    Ledger, its writer role, and a login `app` that may add and read and owns nothing but the schema of the accounts.

    Shape:   returns the password drawn for a new login, shown once and kept nowhere; None where the login stood before:
             then only what is missing is made. `owner_url` is of a role that may make roles.
    Raises:  LedgerProblem where the server does not answer, the owner lacks a right, or `app` is no plain name.
    """
    if not _NAME.fullmatch(app):
        raise not_a_name(app)
    database = PostgresDatabase(owner_url)
    try:
        if not database.exists():
            database.create(nonces())
        return _login(owner_url, app)
    except psycopg.Error as trouble:
        told = database.problem_of(trouble)
        if told is None:
            raise
        raise told from trouble
    finally:
        database.close()


def _login(owner_url: str, app: str) -> str | None:
    name, password = sql.Identifier(app), None
    with psycopg.connect(owner_url, autocommit=True) as connection, connection.transaction():
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (app,)).fetchone()
        if known is None:
            password = secrets.token_urlsafe(24)
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                    name, sql.Literal(password)
                )
            )
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(WRITER), name))
        if connection.execute("SELECT to_regnamespace(%s)", (WEB_SCHEMA,)).fetchone() == (None,):
            # to give a schema away, the giver must be a member of the receiver
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
            connection.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(sql.Identifier(WEB_SCHEMA), name))
    return password
