"""Registration: check a record or a study's registered record, and draft the record a definition would register."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from trialwright.catalog import load as _catalog
from trialwright.design.simulated import completion
from trialwright.design.simulation import SCENARIO, Scenario, read_scenario
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord
from trialwright.model.study import Study
from trialwright.pipeline.study import check_study, load_study
from trialwright.register import (
    Baseline,
    accept,
    check_against_definition,
    check_completion,
    check_record,
    draft_record,
    read_baseline,
    read_record,
    render_json,
    render_sarif,
    render_text,
    unreadable_file,
)
from trialwright.register.baseline import numbers_of

FORMATS: dict[str, Callable[[CheckReport], str]] = {"text": render_text, "json": render_json, "sarif": render_sarif}


def check_path(path: Path, on: dt.date, as_: str = "") -> CheckReport:
    """
    Everything found in a study folder or a record file, told apart by content unless `as_` is "study" or "record".

    Problems: a path that cannot be read, or is neither, is itself the one finding (TW-REG-001 to 009).
    """
    if as_ == "study" or (not as_ and path.is_dir()):
        return _check_folder(path, on)
    try:
        data = path.read_bytes()
    except OSError as error:
        return _joined(str(path), on, [unreadable_file(str(path), error.strerror or type(error).__name__)])
    return check_bytes(data, str(path), on)


def accepted_findings(path: Path) -> Baseline | list[Problem]:
    """The baseline file at `path`, or why it cannot be read (TW-REG-009, TW-REG-021)."""
    try:
        return read_baseline(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        detail = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text in UTF-8"
        return [unreadable_file(str(path), detail)]


def without_accepted(report: CheckReport, baseline: Baseline | None, path: Path) -> CheckReport:
    """
    The report on `path` as it is, or with what a baseline accepts apart.

    Missing:  an entry for one record is used only where `path` is that record.
    """
    if not baseline:
        return report
    named = path.is_file() and any(one.record for one in baseline.accepted)
    record = read_record(path.read_bytes(), path.name) if named else []
    return accept(report, baseline, numbers_of(record) if isinstance(record, RegistryRecord) else ())


def check_bytes(data: bytes, name: str, on: dt.date) -> CheckReport:
    """The findings on one record given as bytes: an uploaded file or a pasted page."""
    record = read_record(data, name)
    if isinstance(record, list):
        return _joined(name, on, record)
    return check_record(record, on)


def registered_record(study_folder: Path, study: Study) -> RegistryRecord | list[Problem]:
    """The record the study is registered under, as kept in its folder, or why it cannot be read."""
    path = study_folder / study.registration.record_path
    try:
        return read_record(path.read_bytes(), study.registration.record_path)
    except OSError as error:
        return [unreadable_file(study.registration.record_path, error.strerror or type(error).__name__)]


def check_registered(study_folder: Path, study: Study, on: dt.date | None = None) -> CheckReport | None:
    """The registered record checked, and held against the definition; None where the study names no record."""
    if not study.registration.record_path:
        return None
    day = on or dt.datetime.now(dt.UTC).date()
    record = registered_record(study_folder, study)
    if isinstance(record, list):
        return _joined(study.registration.record_path, day, record)
    found = check_record(record, day)
    against = check_against_definition(study, record)
    return _joined(found.input, day, [*found.findings, *against, *_completion(study_folder, study, record)], record)


def _completion(study_folder: Path, study: Study, record: RegistryRecord) -> tuple[Problem, ...]:
    """What enrolment as the study's scenario assumes it says of the planned primary completion."""
    scenario = read_scenario(study_folder / SCENARIO) if (study_folder / SCENARIO).is_file() else None
    if not isinstance(scenario, Scenario):
        return ()  # none is told of here; one that cannot be read is told of by `design`
    dates = completion(study, scenario, study.enrolment_planned)
    if dates.by_registered is None:
        return ()
    says = f"{scenario.enrolment.per_month:g} a month, half of the trials full by {dates.entered[1]}"
    return check_completion(record, dates.last_entry, dates.by_registered, says)


def registration_draft(study_folder: Path, study: Study) -> dict[str, object]:
    """`registration.json`: the draft record in v2 shape, the elements still owed, and what in it is assumed."""
    record = registered_record(study_folder, study) if study.registration.record_path else None
    return draft_record(study, record if isinstance(record, RegistryRecord) else None)


def _check_folder(folder: Path, on: dt.date) -> CheckReport:
    if not (folder / "study.yaml").is_file():
        neither = "the folder holds neither study.yaml nor a file of a record (.json, .jsonl, .xml, .txt)"
        why = neither if folder.is_dir() else "there is no such folder"
        return _joined(str(folder), on, [unreadable_file(str(folder), why)])
    definition = check_study(folder, on)
    study, _ = load_study(folder, _catalog())
    registered = check_registered(folder, study, on) if study is not None else None
    if registered is None:
        return definition
    return CheckReport(
        checked_on=definition.checked_on,
        input=definition.input,
        findings=_sorted([*definition.findings, *registered.findings]),
        lost=registered.lost,
        counts=_counted([*definition.findings, *registered.findings]),
    )


def _joined(name: str, on: dt.date, findings: list[Problem], record: RegistryRecord | None = None) -> CheckReport:
    return CheckReport(
        checked_on=on.isoformat(),
        input=name,
        findings=_sorted(findings),
        lost=record.lost if record else (),
        counts=_counted(findings),
    )


def _sorted(findings: list[Problem]) -> tuple[Problem, ...]:
    order = ("error", "warning", "note")
    return tuple(sorted(findings, key=lambda problem: order.index(problem.severity)))


def _counted(findings: list[Problem]) -> dict[str, int]:
    counted = Counter(problem.severity for problem in findings)
    return {"error": counted["error"], "warning": counted["warning"], "note": counted["note"]}
