"""What the data show of departures stands in the report until somebody has judged it."""

import msgspec
import polars as pl
import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.pipeline.deriving import derive_all
from trialwright.pipeline.trace import Tracer, recompute_all

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
# Week 4 is day 29, three days either way: 2021-03-01 is on it, 2021-03-10 six days too late.
COHORT = "\n".join(
    (
        *(line for pid in ("P01", "P02") for line in (enrolled(pid), dosed(pid), core_set(pid, "W0", BASE))),
        core_set("P01", "W4", BASE),
        core_set("P02", "W4", BASE, "2021-03-10"),
    )
)


def entered(table):
    """The snapshot with every item in the form of the study that asks it, as capture keeps it."""
    signed = "@consent_given 2021-01-25"
    snapshot = snapshot_of(table.replace(signed, f"{signed} version=1 date=2021-01-25"))
    forms = {field.name: form.name for form in aba_dm().forms for part in form.sections for field in part.fields}
    placed = snapshot.current.with_columns(form=pl.col("item").replace_strict(forms, default=pl.col("form")))
    return msgspec.structs.replace(snapshot, standing=lambda: placed, versions=placed)


@pytest.fixture(scope="module")
def readout():
    snapshot = entered(COHORT)
    analysis = derive_all(aba_dm(), snapshot, catalog())
    rows = analyze(aba_dm(), analysis, catalog(), frozenset({"14.1.3"}))
    return snapshot, analysis, rows


def counted(rows):
    return {row.row: row.value for row in rows if row.statistic == "events"}


def test_a_visit_outside_its_window_is_counted_though_nobody_wrote_it_down(readout):
    assert counted(readout[2]) == {"any": 0, "major": 0, "minor": 0, "shown": 1, "shown.visit_window": 1}


def test_it_is_a_record_that_says_what_was_seen_and_rests_on_the_day_of_the_visit(readout):
    (found,) = [r for r in readout[1].records if r.parameter == "departure"]

    assert (found.participant_id, found.study_day, found.details["major"]) == ("P02", 38, "N")
    assert found.details["description"] == "Week 4 on 2021-03-10, after its window (2021-02-26 to 2021-03-04)"
    assert found.uses == ("P02:W4:visit",)


def test_the_count_comes_out_again_from_nothing_but_its_trace(readout):
    snapshot, analysis, rows = readout
    again = recompute_all(aba_dm(), catalog(), Tracer(analysis, rows, snapshot), snapshot)

    assert [each for each in again if each.printed != each.recomputed] == []


def test_what_was_settled_is_none():
    snapshot = entered("\n".join((COHORT, "P02 @deviation_settled 2021-03-11 rule=window:W4")))
    analysis = derive_all(aba_dm(), snapshot, catalog())

    assert counted(analyze(aba_dm(), analysis, catalog(), frozenset({"14.1.3"})))["shown"] == 0
