"""What `serve` reads from its surroundings, checked before anything is opened: settings, TLS files, the clock."""

import datetime as dt
import os
import re
import ssl
import stat
from pathlib import Path

from trialwright.model.ledger import Clock
from trialwright.model.problem import Problem
from trialwright.store import Ledger
from trialwright.web import problems

SKEW = dt.timedelta(minutes=5)
"""Two computers of one hospital may differ by so much."""

_SLOW = ("Argon2PasswordHasher", "ScryptPasswordHasher", "PBKDF2PasswordHasher", "BCryptSHA256PasswordHasher")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]+")


def check_settings() -> None:
    """Raises Refused TW-WEB-013 for a setting that cannot be meant, before Django reads it."""
    idle = os.environ.get("TRIALWRIGHT_IDLE_SECONDS", "900")
    if not (idle.isascii() and idle.isdecimal() and 60 <= int(idle[:9]) <= 3600):
        raise problems.bad_setting("TRIALWRIGHT_IDLE_SECONDS", f"{idle!r} is not allowed", "60 to 3600 seconds")
    for host in filter(None, os.environ.get("TRIALWRIGHT_HOSTS", "").split(",")):
        if not _HOST.fullmatch(host):
            raise problems.bad_setting("TRIALWRIGHT_HOSTS", f"{host!r} is no host name", "whole names, between commas")
    key = os.environ.get("TRIALWRIGHT_SECRET_KEY", "")
    if key and len(key) < 50:
        raise problems.bad_setting("TRIALWRIGHT_SECRET_KEY", f"it has {len(key)} characters", "50 random ones or more")
    hasher = os.environ.get("TRIALWRIGHT_PASSWORD_HASHER", _SLOW[0])
    if hasher.rpartition(".")[2] not in _SLOW:
        allowed = "one of " + ", ".join(_SLOW)
        raise problems.bad_setting("TRIALWRIGHT_PASSWORD_HASHER", f"{hasher!r} is too quick to guess with", allowed)


def check_tls(cert: str, key: str) -> None:
    """Raises Refused TW-WEB-014 where the key is open to others, or the two files are weak or do not fit together."""
    if os.name == "posix" and Path(key).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        raise problems.weak_tls(key, "others on this computer may read the key", "a key for its owner only (chmod 600)")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (ssl.SSLError, OSError, ValueError) as trouble:
        why = getattr(trouble, "reason", "") or "they cannot be read"
        raise problems.weak_tls(cert, f"certificate and key are refused: {why}", "a strong pair in PEM") from None


def check_clock(ledger: Ledger, clock: Clock) -> Problem | None:
    """TW-WEB-016, a warning, where the ledger ends in the future of this computer."""
    last = ledger.last_moment()
    now = clock()
    if not last or dt.datetime.fromisoformat(last) <= now + SKEW:
        return None
    return problems.clock_behind(last, now.isoformat(timespec="seconds"))
