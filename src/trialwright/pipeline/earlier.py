"""The definition that was in force at a past moment: an earlier readout is that build on that snapshot."""

import datetime as dt
from pathlib import Path

from trialwright.catalog import Catalog
from trialwright.define import read_study
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.store import Ledger


def study_as_of(
    folder: Path, study: Study, ledger: Ledger, catalog: Catalog, as_of: dt.datetime | None
) -> tuple[Study, list[Problem]]:
    """
    The build that was last published by `as_of`; `study`, the working files, for now or where nothing was published.

    Problems: a note where the build of that moment is not kept in the folder (it was a draft, or its files are gone):
              the working files are then used, and the readout need not be the one of that day.
    """
    if as_of is None:
        return study, []
    published = [event for event in ledger.snapshot(as_of).events if event.kind == "build_published"]
    if not published:
        return study, []
    build, digest = published[-1].details.get("build", "0"), published[-1].details.get("hash", "")
    if digest == study.hash:
        return study, []
    kept = read_study(folder, catalog, int(build))[0] if build.isdecimal() and build != "0" else None
    if kept is not None and kept.hash == digest:
        return kept, []
    return study, [_not_kept(folder, build, digest)]


def _not_kept(folder: Path, build: str, digest: str) -> Problem:
    named = f"build {build}" if build != "0" else "a draft that was never frozen"
    return Problem(
        code="TW-RDO-002",
        severity="note",
        where=str(folder),
        found=f"at that moment {named} ({digest[:12]}) was in force, and its files are not kept here",
        expected="An earlier readout is made with the definition of its day",
        cure="Put versions/<build> back, or read the result as today's definition on the data of that day",
    )
