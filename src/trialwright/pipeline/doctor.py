"""
Whether the place a trial runs in is fit for it: settings of the database, guards, room, clock, versions, file rights.

Every check says what was found and what is expected, so that the list can be filed as it is.
"""

import datetime as dt
import os
import platform
import shutil
import sqlite3
import stat
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from trialwright.model.ledger import Clock
from trialwright.pipeline.place import database_of, is_served, open_place, real_clock
from trialwright.store import Ledger

ROOM = 1_000_000_000
"""Bytes that should be free beside the ledger: years of a small trial, and a backup of it."""
SKEW = dt.timedelta(minutes=5)
_LOCKED = ("django", "polars", "granian", "msgspec", "psycopg", "typst")
OLDEST_SQLITE = (3, 38, 0)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. `ok` is None for a fact that is neither right nor wrong."""

    what: str
    found: str
    expected: str
    ok: bool | None


def examine(study: Path, db: str | None, *, clock: Clock = real_clock) -> list[Check]:
    """
    Every check of an installation and its ledger.

    Raises: LedgerProblem where the ledger cannot be opened at all.
    """
    url = database_of(study, db)
    with open_place(study, db) as ledger:
        checks = [*_versions(), *_settings(ledger), *_guards(ledger), *_clock(ledger, clock)]
    if "://" not in url:
        checks += [*_room(Path(url)), *_rights(Path(url))]
    return checks


def _versions() -> list[Check]:
    running = ".".join(map(str, sys.version_info[:3]))
    checks = [
        Check(what="Trialwright", found=version("trialwright"), expected="", ok=None),
        Check(what="Python", found=running, expected="3.11 or newer", ok=sys.version_info >= (3, 11)),
        Check(what="operating system", found=platform.platform(terse=True), expected="", ok=None),
        Check(what="SQLite", found=sqlite3.sqlite_version, expected="3.38 or newer",
              ok=sqlite3.sqlite_version_info >= OLDEST_SQLITE),
    ]  # fmt: skip
    for name in _LOCKED:
        try:
            checks.append(Check(what=name, found=version(name), expected="as in requirements.lock", ok=None))
        except PackageNotFoundError:
            checks.append(Check(what=name, found="missing", expected="as in requirements.lock", ok=False))
    return checks


def _settings(ledger: Ledger) -> list[Check]:
    return [
        Check(what=f"database: {name}", found=found, expected=expected, ok=found == expected if expected else None)
        for name, found, expected in ledger.settings()
    ]


def _guards(ledger: Ledger) -> list[Check]:
    problems = ledger.check_guards()
    found = problems[0].found if problems else "as Trialwright made them"
    return [Check(what="database: tables, keys and guards", found=found, expected="as Trialwright made them",
                  ok=not problems)]  # fmt: skip


def _clock(ledger: Ledger, clock: Clock) -> list[Check]:
    last, now = ledger.last_moment(), clock()
    found = f"now {now.isoformat(timespec='seconds')}, last entry {last or 'none'}"
    behind = bool(last) and dt.datetime.fromisoformat(last) > now + SKEW
    return [Check(what="clock", found=found, expected="the last entry does not lie in the future", ok=not behind)]


def _room(ledger: Path) -> list[Check]:
    free, size = shutil.disk_usage(ledger.parent).free, ledger.stat().st_size
    wanted = max(ROOM, 3 * size)
    return [Check(what="disk", found=f"{free // 1_000_000} MB free, the ledger has {size // 1_000_000 or 1} MB",
                  expected=f"at least {wanted // 1_000_000} MB free", ok=free >= wanted)]  # fmt: skip


def _rights(ledger: Path) -> list[Check]:
    if os.name != "posix":
        return []
    checks = []
    for path in (ledger, ledger.with_name("web.sqlite"), ledger.with_name("web.key")):
        if path.exists():
            mode = stat.S_IMODE(path.stat().st_mode)
            checks.append(Check(what=f"rights of {path.name}", found=f"{mode:04o}", expected="its owner only (0600)",
                                ok=not mode & 0o077))  # fmt: skip
    mode = stat.S_IMODE(ledger.parent.stat().st_mode)
    checks.append(Check(what="rights of the folder", found=f"{mode:04o}", expected="not writable by everybody",
                        ok=not mode & 0o002))  # fmt: skip
    checks.append(Check(what="served now", found="yes" if is_served(ledger) else "no", expected="", ok=None))
    return checks
