"""A private PostgreSQL server: a temporary folder, a unix socket, no port. For tests and for benchmarks."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg


class PostgresServer(NamedTuple):
    """`owner` may make roles and databases; `app` is the login of the application."""

    socket: Path

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.socket}"

    def new_database(self) -> str:
        """The name of an empty database, owned by `owner`."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER owner TEMPLATE template0 ENCODING 'UTF8'")
        return name


def find_program(name: str) -> str | None:
    """initdb and pg_ctl often lie outside PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or (str(places[0]) if places else None)


def why_no_postgres() -> str:
    """Why a server cannot be started here; "" when it can."""
    absent = [name for name in ("initdb", "pg_ctl") if find_program(name) is None]
    if absent:
        return f"PostgreSQL is not installed ({', '.join(absent)} not found)"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "initdb refuses root, and there is no user postgres to run it"
    return ""


def run_server() -> Iterator[PostgresServer]:
    """Starts a server, yields it, stops it and removes its folder. fsync stays on: the ledger insists on it."""
    as_user = {"user": "postgres"} if os.geteuid() == 0 else {}
    # a unix socket path is at most 107 characters: pytest's own folders are too deep for it
    folder = Path(tempfile.mkdtemp(prefix="tw-pg-"))
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "check": True, "cwd": folder, **as_user}
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=60 -c jit=off"
    try:
        make = [find_program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(make, **quiet)
        start = [find_program("pg_ctl"), "-D", data, "-l", folder / "log", "-o", options, "-w", "-t", "60", "start"]
        subprocess.run(start, **quiet)
        try:
            server = PostgresServer(folder)
            with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
                connection.execute("CREATE ROLE owner LOGIN CREATEROLE CREATEDB")
                connection.execute("CREATE ROLE trialwright_writer NOLOGIN")
                connection.execute("GRANT trialwright_writer TO owner WITH ADMIN OPTION")
                connection.execute("CREATE ROLE app LOGIN IN ROLE trialwright_writer")
            yield server
        finally:
            subprocess.run([find_program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
