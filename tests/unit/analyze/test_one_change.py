"""One change of the definition changes the numbers that rest on it, and no other."""

import msgspec
import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled, steroids
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.derive import derive

PRIMARY = "imacs_week_12"
BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
BETTER = {"phga": 2, "ptga": 2, "mmt": 130, "haq": 8, "enz": 1000, "exm": 5}
HALF_OPEN = {"phga": 2, "ptga": 2, "mmt": 100, "haq": 8, "enz": None, "exm": 5}

# P01 responds; P02 responds after rescue; P03 with more glucocorticoid; P04 is half missing; P05 was never dosed.
COHORT = "\n".join(
    (
        *(enrolled(f"P0{n}") for n in range(1, 6)),
        *(dosed(f"P0{n}") for n in range(1, 5)),
        *(core_set(f"P0{n}", "W0", BASE) for n in range(1, 5)),
        *(core_set(f"P0{n}", "W12", BETTER) for n in range(1, 4)),
        core_set("P04", "W12", HALF_OPEN),
        steroids("P01", ("20", "2020-12-01", "")),
        steroids("P03", ("20", "2020-12-01", "2021-03-31"), ("30", "2021-04-01", "")),
        """
        P02 LOG#1 concomitant_medication.rescue Y
        P02 LOG#1 concomitant_medication.start 2021-03-20
        """,
    )
)


def primary(**changes):
    study = aba_dm()
    return msgspec.structs.replace(
        study,
        estimands=tuple(msgspec.structs.replace(e, **changes) if e.name == PRIMARY else e for e in study.estimands),
    )


def variable(**parameters):
    now = aba_dm().estimand(PRIMARY).variable
    return msgspec.structs.replace(now, parameters=now.parameters | parameters)


def strategies(**changes):
    return aba_dm().estimand(PRIMARY).intercurrent | changes


def easier_benchmark():
    first, second = aba_dm().estimand(PRIMARY).benchmarks
    return (first, msgspec.structs.replace(second, responders=20))


def told(study):
    analysis = derive(study, snapshot_of(COHORT), catalog())
    return analysis, {row.cell: row for row in analyze(study, analysis, catalog())}


@pytest.fixture(scope="module")
def as_declared():
    return told(aba_dm())


def changed_cells(before, after):
    """Cells whose value, or presence, is another."""
    value = {cell: (row.value, row.denominator) for cell, row in before.items()}
    now = {cell: (row.value, row.denominator) for cell, row in after.items()}
    return {cell for cell in value.keys() | now.keys() if value.get(cell) != now.get(cell)}


RESULT = {"responder_table", "sensitivity_grid", "forest"}
COURSE = RESULT | {"responders_by_visit", "responder_course"}
BENCHMARKS = {"posterior_table", "posterior_curve", "power_table", "power_curve"}
# The open verdicts tried both ways, the subgroups, and how many responders noise alone would have made.
VERDICTS = COURSE | BENCHMARKS | {"tipping_table", "subgroup_table", "noise_table"}
MEASURED = {"component_counts", "improvement_table", "completeness_table", "completeness_map"}

# What is changed -> responders, and the displays in which a number may (and must) be another.
CHANGES = [
    ({"variable": variable(improved_by_pct="70")}, 0, VERDICTS | {"component_counts"}),
    ({"variable": variable(enough="4")}, 0, VERDICTS),
    ({"variable": variable(allowed_worse="0")}, 2, {"noise_table"}),  # nobody got worse
    ({"intercurrent": strategies(rescue="treatment_policy")}, 3, VERDICTS | {"intercurrent_events"}),
    ({"intercurrent": strategies(glucocorticoid_increase="composite")}, 1, VERDICTS | {"intercurrent_events"}),
    ({"missing_rule": "bounds"}, 2, COURSE),
    ({"population": "safety"}, 2, VERDICTS | MEASURED | {"intercurrent_events"}),
    ({"benchmarks": easier_benchmark()}, 2, BENCHMARKS | {"responder_table", "tipping_table"}),
    ({"alpha": "0.4"}, 2, {"responder_table", "tipping_table", "power_table", "power_curve"}),
]
NAMES = [
    "threshold",
    "enough",
    "allowed worse",
    "rescue",
    "glucocorticoid",
    "missing",
    "population",
    "benchmark",
    "level",
]


@pytest.mark.parametrize(("change", "responders", "displays"), CHANGES, ids=NAMES)
def test_a_change_moves_the_numbers_that_rest_on_it_and_no_other(as_declared, change, responders, displays):
    _, before = as_declared
    _, after = told(primary(**change))

    cells = changed_cells(before, after)

    assert after["14.2.1.1:responders:n"].value == responders
    shown = {use.number: use.display for use in aba_dm().displays}
    assert {shown[cell.partition(":")[0]] for cell in cells} == displays


@pytest.mark.parametrize(("change", "responders", "displays"), CHANGES, ids=NAMES)
def test_only_the_changed_question_has_other_lines_in_the_grid(as_declared, change, responders, displays):
    _, before = as_declared
    _, after = told(primary(**change))

    cells = [cell for cell in changed_cells(before, after) if cell.startswith("14.2.1.3:")]

    # The others keep their own numbers; how many of their verdicts differ from the first line is measured anew.
    others = [cell for cell in cells if not cell.startswith(f"14.2.1.3:{PRIMARY}")]
    assert {cell.rpartition(":")[2] for cell in others} <= {"differ", "who"}


@pytest.mark.parametrize(("change", "responders", "displays"), CHANGES, ids=NAMES)
def test_listings_and_figures_see_other_records_of_that_question_alone(as_declared, change, responders, displays):
    before, _ = as_declared
    after, _ = told(primary(**change))
    old = {record.id: record for record in before.records}

    moved = {record.parameter for record in after.records if old.get(record.id) != record}

    course = f"{PRIMARY}:course"
    assert moved <= {PRIMARY, f"{PRIMARY}:criterion", course, f"{course}:criterion"}


def test_a_narrower_window_marks_a_visit_and_moves_no_number():
    study = aba_dm()
    exact = tuple(msgspec.structs.replace(v, early=0, late=0) if v.name == "W12" else v for v in study.visits)
    off_by_one = "P01 W12 visit_record.date 2021-04-27"
    day_85 = "P01 W12 visit_record.date 2021-04-26"
    moved = COHORT.replace(day_85, off_by_one)

    assert moved != COHORT

    flags = {}
    for name, visits in (("a week", study.visits), ("a day", exact)):
        each = msgspec.structs.replace(study, visits=visits)
        analysis = derive(each, snapshot_of(moved), catalog())
        seen = {record.id: record for record in analysis.records}
        flags[name] = (seen["P01:W12:visit"].in_window, seen[f"P01:W12:{PRIMARY}"].flags)
        assert {r.cell: r for r in analyze(each, analysis, catalog())}["14.2.1.1:responders:n"].value == 2

    assert flags == {"a week": (True, ()), "a day": (False, ("late",))}
