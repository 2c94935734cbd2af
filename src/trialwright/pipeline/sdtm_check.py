"""A folder of SDTM or ADaM files, checked: Dataset-JSON or transport files, ours or anybody's."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pyreadstat

from trialwright.export import dataset_json, xpt
from trialwright.export.adam import checking as adam
from trialwright.export.adam import problems as adam_problems
from trialwright.export.datasets import Dataset
from trialwright.export.sdtm.checking import check_datasets
from trialwright.export.sdtm.problems import found
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport

_ENDINGS = (".json", ".xpt")


def holds_sdtm(path: Path) -> bool:
    """Whether this folder looks like SDTM: it has the demographics as a dataset."""
    return path.is_dir() and any((path / f"dm{ending}").exists() for ending in _ENDINGS)


def holds_adam(path: Path) -> bool:
    """Whether this folder looks like ADaM: it has the participants as a dataset."""
    return path.is_dir() and any((path / f"adsl{ending}").exists() for ending in _ENDINGS)


def check_sdtm(path: Path, on: dt.date) -> CheckReport:
    """
    Everything found in the SDTM datasets of a folder.

    Problems: TW-SDT-001 to 031; a file that is no dataset is itself a finding (TW-SDT-026). `on` is printed and decides
              nothing: no check of SDTM looks at today.
    """
    datasets, problems = _read_all(path, _unreadable)
    if datasets:
        problems += check_datasets(datasets)
    return _report(path, on, problems)


def check_adam(path: Path, on: dt.date) -> CheckReport:
    """
    Everything found in the ADaM datasets of a folder, and whether they lead back to the SDTM that was exported with it.

    Shape:    SDTM is looked for where `trialwright export all` puts it: `sdtm/json` beside `adam/json`.
    Problems: TW-ADM-001 to 030; a file that is no dataset is itself a finding (TW-ADM-028).
    """
    datasets, problems = _read_all(path, lambda where, what: adam_problems.found("TW-ADM-028", where, what))
    beside = path.absolute().parents[1] / "sdtm" / path.absolute().name
    tabulated, _ = _read_all(beside, _unreadable) if holds_sdtm(beside) else ([], [])
    if datasets:
        problems += adam.check_datasets(datasets, tabulated)
    return _report(path, on, problems)


def _unreadable(where: str, what: str) -> Problem:
    return found("TW-SDT-026", where, what)


def _read_all(path: Path, unreadable: Callable[[str, str], Problem]) -> tuple[list[Dataset], list[Problem]]:
    files = sorted(each for each in path.glob("*") if each.suffix.lower() in _ENDINGS) if path.is_dir() else []
    if not files:
        return [], [unreadable(str(path), "no .json and no .xpt file stands here")]
    read = [_read(file, unreadable) for file in files]
    datasets = [each for each in read if isinstance(each, Dataset)]
    return datasets, [each for each in read if isinstance(each, Problem)]


def _report(path: Path, on: dt.date, problems: Sequence[Problem]) -> CheckReport:
    counts = {
        severity: sum(each.severity == severity for each in problems) for severity in ("error", "warning", "note")
    }
    return CheckReport(checked_on=on.isoformat(), input=str(path), findings=tuple(problems), counts=counts)


def _read(file: Path, unreadable: Callable[[str, str], Problem]) -> Dataset | Problem:
    try:
        data = file.read_bytes()
        if file.suffix.lower() == ".json":
            return dataset_json.read(data)
        return xpt.read_dataset(data, file.stem.upper())
    except (OSError, msgspec.MsgspecError, pyreadstat.ReadstatError) as error:
        return unreadable(file.name, f"it cannot be read ({type(error).__name__})")
