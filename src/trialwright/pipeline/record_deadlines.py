"""What is due for a registration: of a study with its ledger, or of any record."""

import datetime as dt
from pathlib import Path

import polars as pl

from trialwright.catalog import load as _catalog
from trialwright.model.deadlines import DeadlineReport, VisitDay
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.record_history import drafted
from trialwright.pipeline.registration import registered_record
from trialwright.pipeline.study import load_study
from trialwright.register import read_record, unreadable_file
from trialwright.register.clock import find_deadlines, read_conduct

_VISIT_DATE = "visit_record.date"


def deadlines_of(path: Path, on: dt.date, snapshot: Snapshot | None = None) -> DeadlineReport | list[Problem]:
    """
    Every due date on the day `on`: of a study folder, with what its ledger knows, or of a record file.

    Problems: what cannot be read (TW-REG-001 to 009), or a definition that does not stand.
    """
    if path.is_dir():
        study, problems = load_study(path, _catalog())
        if study is None:
            return [problem for problem in problems if problem.severity == "error"] or problems
        return study_deadlines(path, study, on, snapshot)
    try:
        record = read_record(path.read_bytes(), str(path))
    except OSError as error:
        return [unreadable_file(str(path), error.strerror or type(error).__name__)]
    return record if isinstance(record, list) else find_deadlines(record, on)


def study_deadlines(
    folder: Path, study: Study, on: dt.date, snapshot: Snapshot | None = None
) -> DeadlineReport | list[Problem]:
    """The due dates of a study's registered record, or of its draft where nothing is registered yet."""
    record = registered_record(folder, study) if study.registration.record_path else drafted(folder, study)
    if isinstance(record, list):
        return record
    conduct = read_conduct(study, snapshot.events, visit_days(snapshot)) if snapshot is not None else None
    return find_deadlines(record, on, conduct)


def visit_days(snapshot: Snapshot) -> tuple[VisitDay, ...]:
    """The day of every visit that has one in the ledger, days known in full only."""
    dated = snapshot.current.filter((pl.col("item") == _VISIT_DATE) & (pl.col("kind") == "date"))
    rows = dated.select("participant_id", "visit", "text").iter_rows()
    return tuple(VisitDay(who, visit, date) for who, visit, date in rows if len(date) == len("YYYY-MM-DD"))
