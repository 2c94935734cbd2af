"""Serves one study: checks first that it may, then runs granian over the WSGI application."""

import errno
import ipaddress
import multiprocessing
import os
import socket
import sys
from pathlib import Path

from trialwright.pipeline.place import database_of, marked_as_served, real_clock
from trialwright.web import environment, problems
from trialwright.web.problems import Refused

__all__ = ["Refused", "serve"]


def serve(study_folder: Path, db_url: str, *, host: str = "127.0.0.1", port: int = 8000, demo: bool = False) -> None:
    """
    Serves the study until it is interrupted, always on the real clock.

    `db_url` as everywhere ("" = `.trialwright/ledger.sqlite` in the study folder); `demo` demands a
    database that the demo made.
    Raises: Refused when the host is not loopback and no TLS is configured, the port is taken, or demonstration
            accounts stand in a database that the demo did not make; nothing has been opened to the network then.
    """
    cert, key = check_may_serve(host, port)
    environment_for(study_folder, db_url, host)
    check_accounts(demo)
    with marked_as_served(database_of(study_folder, db_url or None)):
        _run(host, port, cert, key)


def check_may_serve(host: str, port: int) -> tuple[str, str]:
    """The files of certificate and key ("" without TLS). Raises Refused where the address may not or cannot be used."""
    cert, key = os.environ.get("TRIALWRIGHT_TLS_CERT", ""), os.environ.get("TRIALWRIGHT_TLS_KEY", "")
    environment.check_settings()
    check_may_bind(host, cert, key)
    if cert:
        environment.check_tls(cert, key)
    check_port_free(host, port)
    return cert, key


def environment_for(study_folder: Path, db_url: str, host: str = "127.0.0.1") -> None:
    """Puts into the environment what settings and the worker read."""
    os.environ["TRIALWRIGHT_STUDY"] = str(Path(study_folder).resolve())
    if db_url:
        os.environ["TRIALWRIGHT_DB"] = db_url if "://" in db_url else str(Path(db_url).resolve())
    os.environ.setdefault("TRIALWRIGHT_HOSTS", f"localhost,127.0.0.1,[::1],{host}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trialwright.web.settings")


def check_may_bind(host: str, cert: str, key: str) -> None:
    """Raises Refused unless the host is loopback or both TLS files are there."""
    if cert or key:
        for path in (cert, key):
            if not path or not Path(path).is_file():
                raise problems.tls_file_missing(path or "(not set)")
    elif not is_loopback(host):
        raise problems.not_loopback(host)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_port_free(host: str, port: int) -> None:
    """Raises Refused when another program listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # as the server itself will do, so that a port in TIME_WAIT is not called taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as trouble:
            if trouble.errno == errno.EADDRINUSE:
                raise problems.port_in_use(host, port) from trouble
            raise problems.cannot_listen(host, port, trouble.strerror or str(trouble)) from trouble


def check_accounts(demo: bool) -> None:
    """Raises Refused when demonstration accounts stand in a database that the demo did not make."""
    from trialwright.web import start  # Django is configured only now, from the environment

    start.set_up()
    from trialwright.web import directory, place

    here = place.current()
    names = directory.demo_names(here)
    if not here.simulated and demo:
        raise problems.not_a_demo()
    if names and not here.simulated:
        raise problems.demo_accounts_here(", ".join(names))
    if warning := environment.check_clock(here.ledger, real_clock):
        print(warning.sentence(), file=sys.stderr)  # noqa: T201 - a command's words, before the server speaks


_LEAVE = 20
"""Seconds a worker has to end when the server stops; then it is killed: what was confirmed stands in the ledger."""


def _run(host: str, port: int, cert: str, key: str) -> None:
    # a forked worker would inherit the locks of Polars' threads and never answer
    multiprocessing.set_start_method("spawn", force=True)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "trialwright.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=2,
        workers_kill_timeout=_LEAVE,
        log_level=LogLevels.warning,
        websockets=False,
        ssl_cert=Path(cert) if cert else None,
        ssl_key=Path(key) if key else None,
    ).serve()
