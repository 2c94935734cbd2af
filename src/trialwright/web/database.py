"""Where Django's own tables live: web.sqlite beside the ledger, or a schema of their own on PostgreSQL."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any

from psycopg import conninfo

WEB_SCHEMA = "trialwright_web"


def ledger_url(db_url: str, study: Path) -> str:
    """The ledger's address: as given, else `.trialwright/ledger.sqlite` in the study folder."""
    return db_url or str(study / ".trialwright" / "ledger.sqlite")


def beside_ledger(db_url: str, study: Path) -> Path:
    """The folder of the ledger; for PostgreSQL the study's `.trialwright`."""
    if is_postgres(db_url):
        return study / ".trialwright"
    return Path(ledger_url(db_url, study).removeprefix("sqlite://")).parent


def secret_key(db_url: str, study: Path) -> str:
    """The key that signs sessions: kept in `web.key` beside the ledger, made on first use, for its owner only."""
    path = beside_ledger(db_url, study) / "web.key"
    if path.exists():
        return path.read_text()
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f"web.key-{secrets.token_hex(8)}")
    whole.touch(mode=0o600)
    whole.write_text(secrets.token_urlsafe(50))
    # two servers may start at once: the first key stands, and nobody ever reads half of one
    with contextlib.suppress(FileExistsError):
        os.link(whole, path)
    whole.unlink()
    return path.read_text()


def django_database(db_url: str, study: Path) -> dict[str, Any]:
    """Django's DATABASES entry."""
    if not is_postgres(db_url):
        path = beside_ledger(db_url, study) / "web.sqlite"
        with contextlib.suppress(OSError):  # where it cannot be made, Django says so
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    # read as the ledger's own connection reads it: a socket folder or sslmode stands behind the question mark
    given = {name: str(value) for name, value in conninfo.conninfo_to_dict(db_url).items() if value is not None}
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    held = {setting: given.pop(name, "") for setting, name in named.items()}
    options = f"{given.pop('options', '')} -c search_path={WEB_SCHEMA}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        **held,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**given, "options": options, "prepare_threshold": 1},  # the query of a session, at every click
    }


def is_postgres(db_url: str) -> bool:
    return db_url.startswith(("postgres://", "postgresql://"))
