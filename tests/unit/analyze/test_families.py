"""Every other table from one small cohort whose counts can be made with a pencil."""

from fractions import Fraction

import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled, steroids
from support.snapshots import snapshot_of
from trialwright.analyze import FAMILIES, analyze
from trialwright.derive import derive
from trialwright.pipeline.trace import Tracer, recompute_all

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
BETTER = {"phga": 2, "ptga": 2, "mmt": 130, "haq": 8, "enz": 1500, "exm": None}

# P01 completes and responds; P02 leaves; P03 needs rescue and dies; P04 was never dosed; P05 failed screening.
COHORT = "\n".join(
    (
        *(enrolled(pid) for pid in ("P01", "P02", "P03", "P04")),
        *(dosed(pid) for pid in ("P01", "P02", "P03")),
        *(core_set(pid, "W0", BASE | {"phga": phga}) for pid, phga in (("P01", 4), ("P02", 6), ("P03", 8))),
        *(core_set(pid, "W12", BETTER) for pid in ("P01", "P03")),
        steroids("P01", ("20", "2020-12-01", "2021-03-31"), ("10", "2021-04-01", "")),
        steroids("P03", ("30", "2020-12-01", "2021-03-31"), ("40", "2021-04-01", "")),
        steroids("P02", ("12.5", "2020-12-01", "")),
        """
        P01 @completed 2021-05-01
        P02 LOG disposition.status withdrawn
        P02 LOG disposition.date 2021-03-10
        P02 LOG disposition.reason moved
        P03 @died 2021-06-01
        P03 LOG#1 concomitant_medication.rescue Y
        P03 LOG#1 concomitant_medication.start 2021-03-20
        P05 @participant_added 2021-01-20
        P05 @screen_failure 2021-01-22
        P01 SCR demographics.age 40
        P02 SCR demographics.age 50
        P03 SCR demographics.age 61
        P01 SCR demographics.sex F
        P02 SCR demographics.sex F
        P03 SCR demographics.sex M
        P01 LOG#1 adverse_event.term "Headache"
        P01 LOG#1 adverse_event.grade =1
        P01 LOG#1 adverse_event.serious N
        P01 LOG#1 adverse_event.causality possible
        P01 LOG#1 adverse_event.start 2021-02-10
        P01 LOG#2 adverse_event.term "Headache"
        P01 LOG#2 adverse_event.grade =2
        P01 LOG#2 adverse_event.serious N
        P01 LOG#2 adverse_event.causality unrelated
        P01 LOG#2 adverse_event.start 2021-02-20
        P03 LOG#1 adverse_event.term "Pneumonia"
        P03 LOG#1 adverse_event.grade =4
        P03 LOG#1 adverse_event.serious Y
        P03 LOG#1 adverse_event.causality probable
        P03 LOG#1 adverse_event.action stopped
        P03 LOG#1 adverse_event.start 2021-02
        P02 LOG#1 adverse_event.term "Cold"
        P02 LOG#1 adverse_event.grade =1
        P02 LOG#1 adverse_event.start 2021-01-10
        P01 LOG#3 adverse_event.term "Fatigue"
        P01 LOG#3 adverse_event.grade =1
        P01 LOG#3 adverse_event.start 2021-08-01
        P02 LOG#1 protocol_deviation.category visit_window
        P02 LOG#1 protocol_deviation.major N
        P02 LOG#2 protocol_deviation.category treatment
        P02 LOG#2 protocol_deviation.major Y
        """,
    )
)


@pytest.fixture(scope="module")
def readout():
    snapshot = snapshot_of(COHORT)
    analysis = derive(aba_dm(), snapshot, catalog())
    return snapshot, analysis, {r.cell: r for r in analyze(aba_dm(), analysis, catalog())}


@pytest.fixture(scope="module")
def rows(readout):
    return readout[2]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("screened:n", 5),
        ("screen_failure:n", 1),
        ("enrolled:n", 4),
        ("dosed:n", 3),
        ("dosed:rate", Fraction(3, 4)),
        ("completed:n", 1),
        ("withdrawn:n", 1),
        ("withdrawn.moved:n", 1),
        ("died:n", 1),
        ("died:rate", Fraction(1, 4)),
    ],
)
def test_disposition_counts_everybody_once_in_each_state(rows, cell, expected):
    assert rows[f"14.1.1:{cell}"].value == expected


@pytest.mark.parametrize(("name", "expected"), [("full_analysis", 4), ("safety", 3), ("per_protocol", 2)])
def test_analysis_sets_are_decided_by_their_condition_alone(rows, name, expected):
    # P02 has a major deviation; P04 was never dosed and has no baseline.
    assert rows[f"14.1.2:{name}:n"].value == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("any:n", 1),
        ("any:events", 2),
        ("major:events", 1),
        ("minor:events", 1),
        ("category.treatment:n", 1),
        ("any:rate", Fraction(1, 4)),
    ],
)
def test_deviations_count_participants_and_events_apart(rows, cell, expected):
    assert rows[f"14.1.3:{cell}"].value == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("demographics.age:n", 3),
        ("demographics.age:missing", 1),
        ("demographics.age:mean", Fraction(151, 3)),  # (40 + 50 + 61) / 3
        ("demographics.age:median", 50),
        ("demographics.sex=F:n", 2),
        ("demographics.sex=M:rate", Fraction(1, 4)),
        ("demographics.sex=missing:n", 1),
        ("physician_global.vas:mean", 6),  # (4 + 6 + 8) / 3
        ("physician_global.vas:sd", 2),  # sqrt((4 + 0 + 4) / 2)
        ("glucocorticoid_log.daily_dose:median", 20),  # 12.5, 20, 30
        ("muscle_enzymes.most_abnormal_multiple:mean", 5),  # 1000 U/L of 200, each of three
    ],
)
def test_baseline_describes_numbers_and_counts_choices(rows, cell, expected):
    number = "14.1.4" if cell.startswith("demographics") else "14.1.5"

    assert rows[f"{number}:{cell}"].value == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("rescue:n", 1),
        ("rescue:rate", Fraction(1, 4)),
        ("other_discontinuation:n", 1),
        ("death:n", 0),  # P03 died on 1 June, after the visit of week 12
        ("glucocorticoid_increase:n", 1),
    ],
)
def test_intercurrent_events_are_those_up_to_the_endpoints_visit(rows, cell, expected):
    assert rows[f"14.1.9:{cell}"].value == expected


def test_an_intercurrent_event_shows_its_strategy(rows):
    assert rows["14.1.9:rescue:strategy"].value.startswith("composite")


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("phga", (2, 0, 0, 2)),
        ("mmt", (2, 0, 0, 2)),
        ("haq", (0, 2, 0, 2)),
        ("enz", (0, 0, 2, 2)),
        ("exm", (0, 0, 0, 4)),
    ],
)
def test_components_add_up_to_the_population(rows, role, expected):
    found = tuple(rows[f"14.2.1.2:{role}:{name}"].value for name in ("improved", "unchanged", "worsened", "missing"))

    assert found == expected


@pytest.mark.parametrize(
    ("estimand", "n", "denominator"),
    [
        ("imacs_week_12", 1, 4),
        ("treated_week_12", 1, 3),
        ("per_protocol_week_12", 1, 2),
        ("undetermined_week_12", 1, 4),
    ],
)
def test_the_grid_has_a_line_an_estimand_with_its_own_denominator(rows, estimand, n, denominator):
    row = rows[f"14.2.1.3:{estimand}:n"]

    assert (row.value, row.denominator) == (n, denominator)


def test_the_grid_counts_verdicts_that_a_reading_changes(rows):
    # As bounds, the two without a visit (P02, P04) are undetermined instead of non-responders.
    assert rows["14.2.1.3:undetermined_week_12:differ"].value == 2
    assert rows["14.2.1.3:undetermined_week_12.bound_upper:n"].value == 3


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("W0:n", 3),
        ("W0:mean", Fraction(125, 6)),  # (20 + 30 + 12.5) / 3
        ("W12:n", 2),
        ("W12:missing", 2),
        ("W12:mean", 25),  # 10 and 40
        ("W12:change_mean", 0),  # -10 and +10
        ("W12:change_median", 0),
        ("W12:change_min", -10),
    ],
)
def test_the_dose_is_described_at_each_visit_with_its_paired_change(rows, cell, expected):
    assert rows[f"14.2.2.1:{cell}"].value == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("any:n", 2),
        ("any:events", 3),
        ("any:rate", Fraction(2, 3)),
        ("related:n", 2),
        ("related:events", 2),
        ("serious:n", 1),
        ("severe:n", 1),
        ("stopped:n", 1),
        ("fatal:n", 0),
        ("grade.1:events", 1),
        ("before:n", 1),  # the cold of P02 began before the first dose
        ("after:n", 1),  # the fatigue of P01 began after week 12
        ("after:events", 1),
    ],
)
def test_adverse_events_are_those_from_the_first_dose_on(rows, cell, expected):
    assert rows[f"14.3.1.1:{cell}"].value == expected


def test_an_event_whose_partial_date_may_lie_before_the_first_dose_is_counted_and_told():
    table = COHORT.replace("P03 LOG#1 adverse_event.start 2021-02\n", "P03 LOG#1 adverse_event.start 2021-UU\n")
    study = aba_dm()
    rows = {r.cell: r for r in analyze(study, derive(study, snapshot_of(table), catalog()), catalog())}

    assert rows["14.3.1.1:any:events"].value == 3
    assert "1 event(s) may have begun before the first dose" in rows["14.3.1.1:any:n"].warnings[0]


def test_cells_are_unique_and_every_numeric_one_can_be_walked_back(readout):
    _, analysis, rows = readout
    known = {record.id for record in analysis.records}
    displays = [use.number for use in aba_dm().displays]

    assert len(analyze(aba_dm(), analysis, catalog())) == len(rows)
    assert [r.cell for r in rows.values() if not (r.records or r.participants)] == []
    assert {i for r in rows.values() for i in r.records} - known == set()
    assert {r.display for r in rows.values()} <= set(displays)


def test_every_numeric_cell_comes_out_the_same_from_its_own_datapoints(readout):
    snapshot, analysis, rows = readout
    tracer = Tracer(analysis, rows.values(), snapshot)

    again = recompute_all(aba_dm(), catalog(), tracer, snapshot)

    assert [(r.cell, r.printed, r.recomputed) for r in again if not r.same] == []


def test_every_family_that_a_display_declares_is_known_or_shows_records():
    declared = {
        p.default
        for name in catalog().names("display")
        for p in catalog().display(name).parameters
        if p.name == "analysis"
    }

    assert declared - set(FAMILIES) <= {"listing", "looks", "figure", "figures"}


def test_a_change_before_and_after_says_that_there_is_no_control(rows):
    row = rows["14.2.2.1:W12:change_mean"]

    assert any("regression to the mean" in warning for warning in row.warnings)
