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
_BESIDE = ("lost.json", "manifest.json")
"""What an export writes beside its datasets."""


def holds_sdtm(path: Path) -> bool:
    """Whether this folder, or `json` or `xpt` in it, looks like SDTM: it has the demographics as a dataset."""
    return _within(path, "dm") is not None


def holds_adam(path: Path) -> bool:
    """Whether this folder, or `json` or `xpt` in it, looks like ADaM: it has the participants as a dataset."""
    return _within(path, "adsl") is not None


def _within(path: Path, first: str) -> Path | None:
    """The folder of the datasets: this one, or of an export the Dataset-JSON, else the transport files."""
    places = (path, path / "json", path / "xpt")
    return next((each for each in places if any((each / f"{first}{end}").is_file() for end in _ENDINGS)), None)


def check_sdtm(path: Path, on: dt.date) -> CheckReport:
    """
    Everything found in the SDTM datasets of a folder, or of an export with its `json` and `xpt`.

    Problems: TW-SDT-001 to 031; a file that is no dataset is itself a finding (TW-SDT-026). `on` is printed and decides
              nothing: no check of SDTM looks at today.
    """
    datasets, problems = _read_all(_within(path, "dm") or path, _unreadable)
    if datasets:
        problems += check_datasets(datasets)
    return _report(path, on, problems)


def check_adam(path: Path, on: dt.date) -> CheckReport:
    """
    Everything found in the ADaM datasets of a folder, and whether they lead back to the SDTM that was exported with it.

    Shape:    SDTM is looked for where `trialwright export all` puts it: `sdtm/json` beside `adam/json`.
    Problems: TW-ADM-001 to 030; a file that is no dataset is itself a finding (TW-ADM-028).
    """
    folder = (_within(path, "adsl") or path).absolute()
    datasets, problems = _read_all(folder, lambda where, what: adam_problems.found("TW-ADM-028", where, what))
    beside = folder.parents[1] / "sdtm" / folder.name
    tabulated, _ = _read_all(beside, _unreadable) if holds_sdtm(beside) else ([], [])
    if datasets:
        problems += adam.check_datasets(datasets, tabulated)
    return _report(path, on, problems)


def _unreadable(where: str, what: str) -> Problem:
    return found("TW-SDT-026", where, what)


def _read_all(path: Path, unreadable: Callable[[str, str], Problem]) -> tuple[list[Dataset], list[Problem]]:
    held = sorted(path.glob("*")) if path.is_dir() else []
    files = [each for each in held if each.suffix.lower() in _ENDINGS and each.name not in _BESIDE]
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
