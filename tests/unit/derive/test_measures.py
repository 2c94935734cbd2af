"""Measures paired with their baseline: change, exact improvement, what is flagged, and the way back."""

from fractions import Fraction

import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.derive import derive
from trialwright.model.quantity import Missing

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}


def records(*lines):
    table = "\n".join((enrolled("P01"), dosed("P01"), *lines))
    return {r.id: r for r in derive(aba_dm(), snapshot_of(table), catalog()).records}


@pytest.mark.parametrize(
    ("role", "measure", "before", "after", "change", "improvement"),
    [
        ("phga", "physician_global.vas", "4.0", "3.2", "-4/5", "20"),  # endpoints.md 0.2: exactly 20 %
        ("phga", "physician_global.vas", "8.3", "4.3", "-4", "4000/83"),
        ("mmt", "mmt8.total", 100, 120, "20", "20"),
        ("mmt", "mmt8.total", 100, 75, "-25", "-25"),  # doi_sample_vectors D6
        ("haq", "haq_di.index", 5, 4, "-1/8", "20"),  # 0.625 to 0.5, endpoints.md 1.3
        ("exm", "extramuscular_global.vas", "2.0", "2.5", "1/2", "-25"),
    ],
)
def test_change_keeps_its_sign_and_improvement_is_positive_when_better(
    role, measure, before, after, change, improvement
):
    found = records(core_set("P01", "W0", BASE | {role: before}), core_set("P01", "W12", BASE | {role: after}))
    record = found[f"P01:W12:{measure}"]

    assert record.change == Fraction(change)
    assert record.improvement_pct == Fraction(improvement)


def test_a_zero_baseline_has_a_change_but_no_percentage():
    record = records(core_set("P01", "W0", BASE | {"exm": 0}), core_set("P01", "W12", BASE | {"exm": 2}))[
        "P01:W12:extramuscular_global.vas"
    ]

    assert record.change == 2
    assert record.improvement_pct == Missing("not applicable")
    assert "zero baseline" in record.flags


@pytest.mark.parametrize(("baseline", "tiny"), [("0.1", True), ("0.5", True), ("0.6", False), ("5", False)])
def test_a_baseline_is_tiny_where_one_step_of_the_scale_is_a_fifth_of_it(baseline, tiny):
    found = records(core_set("P01", "W0", BASE | {"phga": baseline}), core_set("P01", "W12", BASE))

    assert ("tiny baseline" in found["P01:W12:physician_global.vas"].flags) is tiny


def test_the_enzyme_most_abnormal_at_entry_is_followed():
    # LDH 1000 of 250 is 4 times its limit, CK 600 of 200 only 3 times: LDH is followed although CK moves more.
    before = core_set("P01", "W0", BASE | {"enz": 600})
    after = core_set("P01", "W12", BASE | {"enz": 100})
    ldh = "\n".join(
        f"P01 {v} muscle_enzymes.ldh {x}\nP01 {v} muscle_enzymes.ldh_uln 250" for v, x in (("W0", 1000), ("W12", 900))
    )

    record = records(before, after, ldh)["P01:W12:muscle_enzymes.most_abnormal"]

    assert (record.chosen, record.unit) == ("ldh", "U/L")
    assert record.improvement_pct == 10


def test_an_enzyme_within_its_normal_range_both_times_is_flagged():
    # Patient RCI-A (../shared/endpoints/patient_rci_A_core_set.csv): CK 66 to 84, "worse 27 %".
    record = records(core_set("P01", "W0", BASE | {"enz": 66}), core_set("P01", "W12", BASE | {"enz": 84}))[
        "P01:W12:muscle_enzymes.most_abnormal"
    ]

    assert record.improvement_pct == Fraction(-300, 11)
    assert "within normal range" in record.flags


def test_a_measure_without_baseline_or_visit_is_there_and_says_why():
    found = records(core_set("P01", "W12", BASE))

    assert found["P01:W12:physician_global.vas"].value == 5
    assert isinstance(found["P01:W12:physician_global.vas"].improvement_pct, Missing)
    assert "baseline missing" in found["P01:W12:physician_global.vas"].flags
    assert isinstance(found["P01:W8:physician_global.vas"].value, Missing)
    assert "value missing" in found["P01:W8:physician_global.vas"].flags


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("P01 @visit_missed visit=W12", "not done"),
        ("P01 @withdrawn 2021-03-10 reason=moved", "not done"),
        ("", "unknown"),  # perhaps only not entered yet
    ],
)
def test_a_visit_that_did_not_take_place_gives_its_reason_to_the_measures(line, reason):
    found = records(core_set("P01", "W0", BASE), line)

    assert found["P01:W12:physician_global.vas"].value == Missing(reason)


def test_a_late_visit_still_counts_for_the_visit_it_was_entered_under():
    record = records(core_set("P01", "W0", BASE), core_set("P01", "W12", BASE, "2021-05-10"))[
        "P01:W12:physician_global.vas"
    ]

    assert (record.visit, record.study_day, record.in_window) == ("W12", 99, False)
    assert "late" in record.flags


def test_the_baseline_is_the_baseline_visits_value_and_nothing_else():
    record = records(core_set("P01", "W4", BASE), core_set("P01", "W12", BASE))["P01:W12:physician_global.vas"]

    assert isinstance(record.baseline, Missing)


def test_a_measure_leads_to_both_values_and_to_its_visit():
    found = records(core_set("P01", "W0", {"phga": 5}), core_set("P01", "W12", {"phga": 4}))

    assert found["P01:W12:physician_global.vas"].inputs == (7, 9)
    assert found["P01:W12:physician_global.vas"].uses == ("P01:W12:visit",)
    assert 8 in found["P01:W12:visit"].inputs


def test_ids_are_unique_and_the_same_in_every_run():
    table = "\n".join((enrolled("P01"), dosed("P01"), core_set("P01", "W0", BASE), enrolled("P02")))
    first, second = (derive(aba_dm(), snapshot_of(table), catalog()) for _ in range(2))

    assert first == second
    assert len({r.id for r in first.records}) == len(first.records)
