"""Freeze the working files of a study folder as the next numbered build."""

import datetime as dt
from pathlib import Path

import msgspec

from trialwright.catalog import Catalog
from trialwright.define import problems as say
from trialwright.define.amend import check_amendment
from trialwright.define.builds import Build, Status, check_build, newest_like, read_builds, write_build
from trialwright.define.documents import read_documents
from trialwright.define.read import read_study
from trialwright.model.problem import Problem
from trialwright.model.study import Study

_STOPS = ("TW-DEF-053",)
"""Warnings that let the forms be tried, and stop a build all the same: a stand-in is no decision."""


def freeze_study(
    folder: Path, catalog: Catalog, reason: str, on: dt.date, *, status: Status = "proposal"
) -> tuple[Study | None, list[Problem]]:
    """
    The next numbered build, written to `versions/`; or None and why it was not made.

    `reason` is one sentence, the text of the amendment. A frozen amendment stays a `proposal` until it is registered.
    Problems:  everything that read_study finds; no reason; nothing changed; an earlier build was altered; a name of an
               earlier build used for something else (TW-DEF-060..063).
    """
    where = str(folder)
    study, problems = read_study(folder, catalog)
    builds, _ = read_builds(folder)
    for build in builds:
        problems += check_build(folder, build)
    if not reason.strip():
        expected = "A build is frozen with a reason in one sentence: it becomes the amendment text"
        problems.append(say.not_frozen(where, "no reason is given", expected, "Say what changes and why."))
    like = newest_like(builds, study.hash) if study is not None else None
    if like is not None:
        found = f"the working files say the same as build {like.build}"
        problems.append(
            say.not_frozen(where, found, "A build differs from every earlier one", "Nothing is to be done.")
        )
    if builds and on.isoformat() < builds[-1].frozen_on:
        found = f"{on} is before build {builds[-1].build} of {builds[-1].frozen_on}"
        problems.append(say.not_frozen(where, found, "Builds follow one another in time", "Check the date."))
    if study is not None:
        earlier = (read_study(folder, catalog, build.build)[0] for build in builds)
        problems += check_amendment([each for each in earlier if each is not None], study)
    if study is None or any(problem.severity == "error" or problem.code in _STOPS for problem in problems):
        return None, problems
    number = max((build.build for build in builds), default=0) + 1
    made = Build(
        build=number, status=status, frozen_on=on.isoformat(), reason=" ".join(reason.split()), hash=study.hash
    )
    documents, _ = read_documents(folder)
    try:
        write_build(folder, documents, made)
    except OSError as error:
        found = f"versions/{number} cannot be written ({error.strerror or 'no reason given'})"
        cure = "Look at the permissions of the folder and the space on the disk; nothing was frozen."
        return None, [*problems, say.not_frozen(where, found, "A build is written into the study folder", cure)]
    return msgspec.structs.replace(study, build=number, status=status), problems
