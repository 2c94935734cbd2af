"""A study definition on disk: find it, load it, check it with its worked cases, freeze it, compare its builds."""

import datetime as dt
from collections import Counter
from pathlib import Path

import trialwright
from trialwright.catalog import Catalog, load
from trialwright.define import (
    check_build,
    compare_studies,
    freeze_study,
    read_builds,
    read_cases,
    read_site_wording,
    read_study,
)
from trialwright.design.cohort import read_cohort
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport
from trialwright.model.study import Study
from trialwright.pipeline.cases import check_cases
from trialwright.pipeline.conduct_amend import amendment_impact
from trialwright.pipeline.place import database_of, open_place


def studies_folder() -> Path:
    """The studies that come with the program: inside the installed package, or beside the source in a checkout."""
    package = Path(trialwright.__file__).parent
    installed = package / "studies"
    return installed if installed.is_dir() else package.parents[1] / "studies"


def packaged_study(name: str) -> Path:
    """
    The folder of a study that comes with the program.

    Raises: FileNotFoundError, naming the studies there are.
    """
    folder = studies_folder() / name
    if not (folder / "study.yaml").is_file():
        there = sorted(path.parent.name for path in studies_folder().glob("*/study.yaml"))
        raise FileNotFoundError(f"no packaged study is called {name!r}; there are {', '.join(there) or 'none'}")
    return folder


def load_study(folder: Path, catalog: Catalog, build: int | None = None) -> tuple[Study | None, list[Problem]]:
    """The study in a folder (its working files, or one frozen build), or every Problem in its way."""
    return read_study(folder, catalog, build)


def check_study(folder: Path, on: dt.date) -> CheckReport:
    """Everything wrong with a definition: its files, its frozen builds, and the answers of its worked cases."""
    catalog = load()
    study, problems = read_study(folder, catalog)
    if (folder / "cohort.yaml").exists():
        cohort = read_cohort(folder / "cohort.yaml")
        problems += cohort if isinstance(cohort, list) else []
    builds, _ = read_builds(folder)
    for build in builds:
        problems += check_build(folder, build)
    if study is not None:
        problems += read_site_wording(folder, study)[1]
        cases, unreadable = read_cases(folder, study)
        problems += unreadable
        if cases is not None and not unreadable:
            problems += check_cases(study, cases, catalog)
    counts = Counter(str(problem.severity) for problem in problems)
    return CheckReport(checked_on=on.isoformat(), input=str(folder), findings=tuple(problems), counts=dict(counts))


def freeze(folder: Path, reason: str, on: dt.date, *, registered: bool = False) -> tuple[Study | None, list[Problem]]:
    """The next numbered build, or why it was not made. `registered`: the public record shows it, it is no proposal."""
    return freeze_study(folder, load(), reason, on, status="registered" if registered else "proposal")


def compare(
    folder: Path, before: int | None, after: int | None, catalog: Catalog | None = None
) -> tuple[list[str], list[Problem]]:
    """What changes from one build of a study to another, in sentences; None stands for the working files."""
    knowledge = catalog or load()
    first, wrong = read_study(folder, knowledge, before)
    second, also = read_study(folder, knowledge, after)
    if first is None or second is None:
        return [], [*wrong, *also]
    return compare_studies(first, second), []


def impact_of(folder: Path, db: str | None, study: Study) -> list[str]:
    """What a new build means for entered data, in sentences; [] where there is no ledger or nothing to say."""
    url = database_of(folder, db)
    if "://" not in url and not Path(url).exists():
        return []
    with open_place(folder, db) as ledger:
        impact = amendment_impact(ledger, study)
    moving = [each for each in impact if not each.stays]
    told = [f"Entered data: {len(moving)} forms may move to build {study.build}, {len(impact) - len(moving)} stay "
            "(signed, frozen or locked)."] if impact else []  # fmt: skip
    kept = Counter(item for each in impact for item in each.kept)
    owed = Counter(item for each in moving for item in each.owed)
    told += [f"  {item} is asked no more and keeps its value on {count} forms." for item, count in kept.items()]
    told += [f"  {item} is newly owed on {count} forms." for item, count in owed.items()]
    return told + (["  Move them on the page Amendments, each with a row in the audit trail."] if moving else [])
