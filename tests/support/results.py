"""A small readout of the packaged study: a few participants as a text table, through derive and analyze."""

from functools import cache
from pathlib import Path

import msgspec
import polars as pl

from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.analyze import analyze
from trialwright.define import read_study
from trialwright.derive import derive
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Study

STUDIES = Path(__file__).parents[2] / "studies"

PERSON = """
{p} - @consent_given 2021-02-01
{p} - @enrolled 2021-02-03
{p} W0 visit_record.date 2021-02-03
{p} LOG#1 dosing_log.date 2021-02-03
{p} W0 physician_global.vas 5.0
{p} W12 visit_record.date 2021-04-28
{p} W12 physician_global.vas {vas}
{p} LOG#1 adverse_event.term "{term}"
{p} LOG#1 adverse_event.start 2021-02-10
""".replace(" - @", " @")


class Small(msgspec.Struct, frozen=True):
    """Everything build_report and the exports ask for."""

    study: Study
    snapshot: Snapshot
    analysis: Analysis
    rows: tuple[ResultRow, ...]


@cache
def packaged_study() -> Study:
    study, problems = read_study(STUDIES / "aba_dm", catalog.load())
    assert study is not None, [problem.sentence() for problem in problems]
    return study


def people(count: int, *, term: str = "nausea") -> str:
    """`count` participants who were enrolled, dosed, seen at baseline and week 12."""
    return "\n".join(PERSON.format(p=f"P{n:03}", vas=f"{n % 6}.0", term=term) for n in range(1, count + 1))


@cache
def read_small(table: str, *, simulated: bool = False) -> Small:
    """The readout of a table written as support.snapshots says; `simulated` marks every value as made by a computer."""
    snapshot = snapshot_of(table)
    if simulated:
        versions = snapshot.versions.with_columns(pl.lit("simulated").alias("origin"))
        snapshot = msgspec.structs.replace(snapshot, versions=versions, standing=lambda: versions)
    study = packaged_study()
    analysis = derive(study, snapshot, catalog.load())
    return Small(study, snapshot, analysis, analyze(study, analysis, catalog.load()))
