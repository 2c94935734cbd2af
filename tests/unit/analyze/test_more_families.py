"""The families beside the primary result, on cohorts whose numbers can be made with a pencil."""

from fractions import Fraction

import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.derive import derive

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
BETTER = {"phga": 2, "ptga": 2, "mmt": 130, "haq": 8, "enz": 1000, "exm": 5}
OPEN = {"phga": 2, "ptga": 2, "mmt": 100, "haq": 8, "enz": None, "exm": 5}

# P01 responds; P02 is open; P03 has an event on day 11; P04 leaves before any.
COHORT = "\n".join(
    (
        *(enrolled(f"P0{n}") for n in range(1, 5)),
        *(dosed(f"P0{n}") for n in range(1, 5)),
        *(core_set(f"P0{n}", "W0", BASE) for n in range(1, 5)),
        core_set("P01", "W12", BETTER),
        core_set("P02", "W12", OPEN),
        """
        P03 LOG#1 adverse_event.term "Headache"
        P03 LOG#1 adverse_event.grade =2
        P03 LOG#1 adverse_event.serious N
        P03 LOG#1 adverse_event.causality possible
        P03 LOG#1 adverse_event.start 2021-02-11
        P04 LOG disposition.status withdrawn
        P04 LOG disposition.date 2021-03-10
        P04 LOG disposition.reason moved
        """,
    )
)


@pytest.fixture(scope="module")
def rows():
    analysis = derive(aba_dm(), snapshot_of(COHORT), catalog())
    shown = {use.number: use.display for use in aba_dm().displays}
    found = {}
    for row in analyze(aba_dm(), analysis, catalog()):
        found.setdefault((shown[row.display], row.row, row.statistic), row)
    return found


def value(rows, *name):
    return rows[name].value


def test_the_posterior_adds_what_was_seen_to_what_was_believed(rows):
    # One responder of four, Jeffreys: a = 1/2 + 1, b = 1/2 + 3, mean 3/10.
    assert [value(rows, "posterior_table", "jeffreys", name) for name in ("a", "b", "rate")] == [
        Fraction(3, 2), Fraction(7, 2), Fraction(3, 10),
    ]  # fmt: skip


def test_a_sceptical_prior_weighs_what_it_says(rows):
    # Ten participants at 31/73: a = 310/73 + 1, b = 420/73 + 3.
    assert value(rows, "posterior_table", "sceptical_2", "a") == Fraction(310, 73) + 1
    assert value(rows, "posterior_table", "sceptical_2", "b") == Fraction(420, 73) + 3


def test_open_verdicts_are_enumerated_from_none_to_all(rows):
    lines = [row for display, row, statistic in rows if (display, statistic) == ("tipping_table", "n")]
    counts = [value(rows, "tipping_table", line, "n") for line in lines]

    assert counts == list(range(1, 1 + len(lines)))
    assert len(lines) > 1


def test_who_left_without_an_event_is_competing_and_who_stayed_is_not(rows):
    days = [row for display, row, statistic in rows if (display, statistic) == ("incidence_table", "incidence_rate")]

    # One event among four on day 11 of the treatment, all four still there: a quarter.
    assert value(rows, "incidence_table", days[0], "incidence_rate") == pytest.approx(0.25)
    assert value(rows, "incidence_table", days[0], "n") == 1


def test_leaving_before_an_event_is_another_end(rows):
    steps = [row for display, row, statistic in rows if (display, statistic) == ("incidence_curve", "n")]

    # Steps stand where something ends: the event, and the leaving that keeps P04 from having one.
    assert len(steps) > 1


def test_every_band_and_the_missing_add_up_to_everybody(rows):
    lines = {row for display, row, _ in rows if display == "dose_band_table"}
    sums = [
        sum(row.value for (display, name, _), row in rows.items() if (display, name) == ("dose_band_table", line))
        for line in lines
    ]

    assert sums == [4] * len(lines)


def test_visits_held_and_not_held_add_up_to_everybody(rows):
    lines = {row for display, row, _ in rows if display == "visit_table"}

    assert {value(rows, "visit_table", w, "n") + value(rows, "visit_table", w, "not_held") for w in lines} == {4}
    assert value(rows, "visit_table", "W12", "n") == 2


def test_improvement_is_positive_whatever_the_direction_of_the_measure(rows):
    # Physician global 5 to 2 in both who came: 60 % better; strength 100 to 130 and 100 to 100: 30 % and 0 %.
    assert value(rows, "improvement_table", "phga", "mean") == 60
    assert value(rows, "improvement_table", "mmt", "mean") == 15
    assert value(rows, "improvement_table", "phga", "missing") == 2


def test_too_few_for_a_model_say_so_and_show_no_number(rows):
    row = rows["model_table", "phga", "estimate"]

    assert row.value is None
    assert row.warnings == ("fewer than 5 participants with a change: no model is fitted",)


def test_the_flow_keeps_account_of_everybody(rows):
    ended = [value(rows, "flow_diagram", name, "n") for name in ("completed", "withdrawn", "died", "under_way")]

    assert sum(ended) == value(rows, "flow_diagram", "enrolled", "n") == 4
    assert value(rows, "flow_diagram", "never_dosed", "n") == 0
