"""Where Django's own tables live: web.sqlite beside the ledger, or a schema of their own on PostgreSQL."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

WEB_SCHEMA = "trialwright_web"


def ledger_url(db_url: str, study: Path) -> str:
    """The ledger's address: as given, else `.trialwright/ledger.sqlite` in the study folder."""
    return db_url or str(study / ".trialwright" / "ledger.sqlite")


def beside_ledger(db_url: str, study: Path) -> Path:
    """The folder of the ledger; for PostgreSQL the study's `.trialwright`."""
    if _is_postgres(db_url):
        return study / ".trialwright"
    return Path(ledger_url(db_url, study).removeprefix("sqlite://")).parent


def secret_key(db_url: str, study: Path) -> str:
    """The key that signs sessions: kept in `web.key` beside the ledger, made on first use, for its owner only."""
    path = beside_ledger(db_url, study) / "web.key"
    if path.exists():
        return path.read_text()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def django_database(db_url: str, study: Path) -> dict[str, Any]:
    """Django's DATABASES entry."""
    if not _is_postgres(db_url):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(beside_ledger(db_url, study) / "web.sqlite"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    url = urlsplit(db_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "OPTIONS": {"options": f"-c search_path={WEB_SCHEMA}"},
    }


def _is_postgres(db_url: str) -> bool:
    return db_url.startswith(("postgres://", "postgresql://"))
