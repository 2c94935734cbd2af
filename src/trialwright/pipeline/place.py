"""Where a study lives: its folder, its ledger, the real clock and the real nonces."""

import datetime as dt
import os
import secrets
from pathlib import Path

from trialwright.store import Ledger, open_ledger

DATABASE_SETTING = "TRIALWRIGHT_DB"


def real_clock() -> dt.datetime:
    """Now, in UTC."""
    return dt.datetime.now(dt.UTC)


def real_nonces() -> bytes:
    """32 bytes nobody can guess."""
    return secrets.token_bytes(32)


def database_of(study_folder: Path, db: str | None) -> str:
    """The ledger's address: what was asked for, else the setting, else beside the study. A file is a plain path."""
    found = db or os.environ.get(DATABASE_SETTING) or str(study_folder / ".trialwright" / "ledger.sqlite")
    return found.removeprefix("sqlite:///")


def open_place(study_folder: Path, db: str | None = None, *, create: bool = False) -> Ledger:
    """
    The study's ledger, with the real clock and nonces.

    Raises: LedgerProblem, with a sentence for the user, where there is none, it is locked, or it is something else.
    """
    url = database_of(study_folder, db)
    if create and "://" not in url:
        Path(url).parent.mkdir(parents=True, exist_ok=True)
    return open_ledger(url, clock=real_clock, nonces=real_nonces, create=create)
