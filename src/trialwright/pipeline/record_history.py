"""How a record changed: the registry's history document, files of one record, or a study with its builds and ledger."""

from pathlib import Path

import msgspec

from trialwright.catalog import load as _catalog
from trialwright.define import read_builds
from trialwright.model.changes import RecordDiff, RecordHistory
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.model.study import Study
from trialwright.pipeline.conduct_record import submitted_bytes
from trialwright.pipeline.registration import registered_record, registration_draft
from trialwright.pipeline.study import load_study
from trialwright.register import read_record, unreadable_file
from trialwright.register.history import (
    Version,
    compare_versions,
    drift_of,
    history_of_document,
    history_of_versions,
    submitted_on,
)


def read_history(path: Path, events: tuple[LedgerEvent, ...] = ()) -> RecordHistory | list[Problem]:
    """
    The history behind a path: a study folder, a folder of versions of one record, a history document or one record.

    Problems: what cannot be read (TW-REG-001 to 009), or a definition that does not stand.
    """
    if path.is_dir():
        return _of_folder(path, events)
    try:
        data = path.read_bytes()
    except OSError as error:
        return [unreadable_file(str(path), error.strerror or type(error).__name__)]
    record = read_record(data, str(path))
    if isinstance(record, list):
        return record
    return history_of_document(record) if record.history is not None else history_of_versions([_version(record)])


def compare_paths(before: Path, after: Path) -> RecordDiff | list[Problem]:
    """Two records of any kind, or a record and the draft of a study folder, held against each other."""
    versions = []
    for path in (before, after):
        found = _one_version(path)
        if isinstance(found, list):
            return found
        versions.append(found)
    return compare_versions(versions[0], versions[1])


def study_history(folder: Path, study: Study, events: tuple[LedgerEvent, ...] = ()) -> RecordHistory | list[Problem]:
    """
    The history of a study's own record: the registered copy, what was submitted since, and every frozen build.

    Shape:   oldest first by day; on one day the registered copy, then builds by number. `drift` holds the version last
             submitted against the public copy.
    """
    public = _registered(folder, study)
    submitted = [version for event in events if (version := _submitted(event)) is not None]
    versions = [*public, *submitted]
    catalog = _catalog()
    builds, _ = read_builds(folder)
    for build in builds:
        frozen, problems = load_study(folder, catalog, build.build)
        if frozen is None:
            return [problem for problem in problems if problem.severity == "error"]
        versions.append(
            Version(
                record=drafted(folder, frozen),
                date=build.frozen_on,
                source=f"build {build.build} of the definition ({build.status})",
                reason=build.reason,
            )
        )
    if study.build == 0:
        versions.append(Version(record=drafted(folder, study), date="", source="working files of the definition"))
    if not versions:
        return [unreadable_file(str(folder), "the study has neither a registered record nor a build")]
    history = history_of_versions(sorted(versions, key=lambda version: version.date or "9999"))
    ours = max(submitted, key=lambda version: version.date, default=None)
    if ours is None or not public:
        return history
    return msgspec.structs.replace(history, drift=drift_of(ours, public[0]))


def study_drift(folder: Path, events: tuple[LedgerEvent, ...] = ()) -> RecordDiff | list[Problem]:
    """
    What a study holds of its record against the public copy: the version last submitted, else what it would register.

    Problems: a definition that does not stand, no registered record, or one that cannot be read.
    """
    study, problems = load_study(folder, _catalog())
    if study is None:
        return [problem for problem in problems if problem.severity == "error"] or problems
    record = registered_record(folder, study) if study.registration.record_path else []
    if isinstance(record, list):
        return record or [unreadable_file(str(folder), "the study names no registered record")]
    public = Version(record=record, date=submitted_on(record), source="public copy")
    submitted = [version for event in events if (version := _submitted(event)) is not None]
    draft = Version(record=drafted(folder, study), date="", source="draft of the definition")
    return drift_of(max(submitted, key=lambda version: version.date, default=draft), public)


def drafted(folder: Path, study: Study) -> RegistryRecord:
    """The record that a definition would register."""
    record = read_record(msgspec.json.encode(registration_draft(folder, study)), study.name)
    if isinstance(record, list):
        raise ValueError(f"a draft of ours is a record, found {record[0].public()}")
    return record


def _registered(folder: Path, study: Study) -> list[Version]:
    record = registered_record(folder, study) if study.registration.record_path else []
    if isinstance(record, list):
        return []
    return [Version(record=record, date=submitted_on(record), source="registered record")]


def _submitted(event: LedgerEvent) -> Version | None:
    """A version whose bytes were kept in the ledger on the day it was submitted; None for an act without them."""
    content = submitted_bytes(event) if event.kind == "record_submitted" else b""
    if not content:
        return None
    record = read_record(content, f"ledger entry {event.seq}")
    if isinstance(record, list):
        return None
    day = event.details.get("date", "") or event.at_utc[:10]
    return Version(record=record, date=day, source="submitted version", reason=event.reason)


def _of_folder(folder: Path, events: tuple[LedgerEvent, ...]) -> RecordHistory | list[Problem]:
    if (folder / "study.yaml").is_file():
        study, problems = load_study(folder, _catalog())
        if study is None:
            return [problem for problem in problems if problem.severity == "error"] or problems
        return study_history(folder, study, events)
    versions = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".xml", ".txt"):
            continue
        found = _one_version(path)
        if isinstance(found, list):
            return found
        versions.append(found)
    if not versions:
        return [unreadable_file(str(folder), "the folder holds neither study.yaml nor a record")]
    return history_of_versions(sorted(versions, key=lambda version: version.date))


def _one_version(path: Path) -> Version | list[Problem]:
    if (path / "study.yaml").is_file():
        study, problems = load_study(path, _catalog())
        if study is None:
            return [problem for problem in problems if problem.severity == "error"] or problems
        return Version(record=drafted(path, study), date="", source=f"{path} (draft of the definition)")
    try:
        record = read_record(path.read_bytes(), str(path))
    except OSError as error:
        return [unreadable_file(str(path), error.strerror or type(error).__name__)]
    return record if isinstance(record, list) else _version(record)


def _version(record: RegistryRecord) -> Version:
    return Version(record=record, date=submitted_on(record), source=record.source_name)
