"""Opens what the environment names: the study, its ledger and Django's tables, migrated."""

import os
from pathlib import Path

import django
from django.core.management import call_command
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import get_resolver

from trialwright import catalog
from trialwright.define import read_study
from trialwright.pipeline import place as pipeline_place
from trialwright.web import database, place, problems


def set_up() -> None:
    """Django configured, its tables up to date, the place opened and used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trialwright.web.settings")
    django.setup()
    migrate()
    from trialwright.web import second_factor  # its table exists only now

    second_factor.seal_stored()
    list(get_resolver().url_patterns)  # a page that cannot be loaded stops the start, not the first visitor
    place.use(open_place(Path(os.environ["TRIALWRIGHT_STUDY"]), os.environ.get("TRIALWRIGHT_DB", "")))


def migrate() -> None:
    """Brings Django's own tables up to date; on PostgreSQL their schema is made first."""
    from django.db import connection

    if connection.vendor == "postgresql":
        _make_schema(connection)
    call_command("migrate", interactive=False, verbosity=0)


def _make_schema(connection: BaseDatabaseWrapper) -> None:
    # asked for first: the app's own role may use the schema without the right to make one
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NULL", [database.WEB_SCHEMA])
        if not cursor.fetchone()[0]:
            return
        try:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {database.WEB_SCHEMA}")
        except DatabaseError as trouble:
            raise problems.no_schema(database.WEB_SCHEMA, type(trouble).__name__) from None


def open_place(study_folder: Path, db_url: str) -> place.Place:
    """
    The study read and its ledger opened, on the real clock.

    Raises: Refused TW-WEB-011 for a definition with errors; LedgerProblem where the ledger cannot be opened.
    """
    study, found = read_study(study_folder, catalog.load())
    if study is None:
        wrong = [problem for problem in found if problem.severity == "error"]
        raise problems.study_unreadable(str(study_folder), len(wrong), wrong[0].sentence() if wrong else "")
    return place.Place(study, pipeline_place.open_place(study_folder, db_url or None), study_folder)
