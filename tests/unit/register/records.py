"""The records that tests of the register look at, and a way to plant a defect into the exemplary one."""

import copy
import datetime as dt
from pathlib import Path

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord
from trialwright.register import check_record, read_record

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data" / "registry"
SEED = ROOT / "studies" / "aba_dm" / "registered"
SHARED = ROOT / ".." / "shared" / "registry"
RECONSTRUCTION = SEED / "NCT04946669.reconstructed.v2.json"
PAGE = SEED / "NCT04946669.tabular.txt"
ON = dt.date(2026, 11, 23)
DELETED = object()


def record_of(data: bytes, name: str = "record") -> RegistryRecord:
    """The record, or a failure that prints its problems."""
    record = read_record(data, name)
    assert isinstance(record, RegistryRecord), [problem.sentence() for problem in record]
    return record


def checked(path: Path, on: dt.date = ON) -> CheckReport:
    return check_record(record_of(path.read_bytes(), path.name), on)


def codes(report: CheckReport, severity: str = "") -> set[str]:
    """The codes that fired, those that could not be judged left out."""
    return {one.code for one in judged(report) if not severity or one.severity == severity}


def judged(report: CheckReport) -> list[Problem]:
    return [one for one in report.findings if not one.found.startswith("cannot be judged")]


def exemplary() -> dict:
    return msgspec.json.decode((DATA / "exemplary.json").read_bytes())


def planted(changes: dict[str, object], on: dt.date = ON) -> CheckReport:
    """The exemplary record with values put at v2 paths ("designModule.phases", "...primaryOutcomes.0.measure")."""
    document = copy.deepcopy(exemplary())
    for path, value in changes.items():
        *steps, last = path.split(".")
        place = document["protocolSection"]
        for step in steps:
            place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
        if value is DELETED:
            del place[int(last) if last.isdigit() else last]
        else:
            place[int(last) if last.isdigit() else last] = value
    return check_record(record_of(msgspec.json.encode(document), "planted"), on)
