"""A folder of SDTM files, checked: Dataset-JSON or transport files, ours or anybody's."""

import datetime as dt
from pathlib import Path

import msgspec
import pyreadstat

from trialwright.export import dataset_json, xpt
from trialwright.export.datasets import Dataset
from trialwright.export.sdtm.checking import check_datasets
from trialwright.export.sdtm.problems import found
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport

_ENDINGS = (".json", ".xpt")


def holds_sdtm(path: Path) -> bool:
    """Whether this folder looks like SDTM: it has the demographics as a dataset."""
    return path.is_dir() and any((path / f"dm{ending}").exists() for ending in _ENDINGS)


def check_sdtm(path: Path, on: dt.date) -> CheckReport:
    """
    Everything found in the datasets of a folder.

    Problems: TW-SDT-001 to 027; a file that is no dataset is itself a finding (TW-SDT-026). `on` is printed and decides
              nothing: no check of SDTM looks at today.
    """
    datasets: list[Dataset] = []
    problems: list[Problem] = []
    files = sorted(each for each in path.glob("*") if each.suffix.lower() in _ENDINGS) if path.is_dir() else []
    if not files:
        problems.append(found("TW-SDT-026", str(path), "no .json and no .xpt file stands here"))
    for file in files:
        read = _read(file)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            datasets.append(read)
    if datasets:
        problems += check_datasets(datasets)
    counts = {
        severity: sum(each.severity == severity for each in problems) for severity in ("error", "warning", "note")
    }
    return CheckReport(checked_on=on.isoformat(), input=str(path), findings=tuple(problems), counts=counts)


def _read(file: Path) -> Dataset | Problem:
    try:
        data = file.read_bytes()
        if file.suffix.lower() == ".json":
            return dataset_json.read(data)
        return xpt.read_dataset(data, file.stem.upper())
    except (OSError, msgspec.MsgspecError, pyreadstat.ReadstatError) as error:
        return found("TW-SDT-026", file.name, f"it cannot be read ({type(error).__name__})")
