"""
Accounts for whoever stands outside the web app: the command line and the demo.

Each function opens study, ledger and Django's tables itself; one study and database a process.
"""

import datetime as dt
from pathlib import Path

from trialwright.web import server
from trialwright.web.place import Place


def create_demo_accounts(study_folder: Path, db_url: str) -> tuple[tuple[str, str, str], ...]:
    """
    One account for each role of the study; (name, password, title of the role in English) of each.

    Raises: Refused TW-WEB-008 unless the demo made the database.
    """
    place = _place(study_folder, db_url)
    from trialwright.web import directory  # Django must be configured before its models are imported

    return directory.create_demo_accounts(place)


def add_user(
    study_folder: Path,
    db_url: str,
    name: str,
    password: str,
    *,
    roles: tuple[str, ...],
    by: str,
    identity: str = "",
    printed: str = "",
    trained: str = "",
) -> None:
    """
    A new account with its roles. `by` is who adds it, `identity` how the person was recognised, `trained` the day of
    the training for the roles ("": none on record).

    Raises: Refused TW-WEB-005, 006, 007 or 009, TW-CAP-009..012 for the day, 113; nothing is made then.
    """
    place = _place(study_folder, db_url)
    from trialwright.web import directory

    directory.add_user(place, name, password, roles=roles, by=by, identity=identity, printed=printed, trained=trained)


def list_users(study_folder: Path, db_url: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every account with the names of the roles it holds now."""
    place = _place(study_folder, db_url)
    from trialwright.web import directory

    return tuple((name, tuple(role.name for role in roles)) for name, roles in directory.everybody(place))


def delegation(
    study_folder: Path, db_url: str, as_of: dt.datetime | None = None
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who held which roles at a moment (None: now), from the ledger alone: also people whose account is gone."""
    place = _place(study_folder, db_url)
    from trialwright.web import directory

    return directory.delegation(place, as_of)


def _place(study_folder: Path, db_url: str) -> Place:
    server.environment_for(study_folder, db_url)
    from trialwright.web import place, start

    start.set_up()
    return place.current()
