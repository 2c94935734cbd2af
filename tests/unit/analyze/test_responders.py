"""The primary table from a cohort made by hand: counts, intervals, benchmarks, bounds, and what cannot be concluded."""

from fractions import Fraction

import msgspec
import pytest

from support.cohorts import aba_dm, catalog, core_set, dosed, enrolled
from support.snapshots import snapshot_of
from trialwright.analyze import analyze
from trialwright.derive import derive

BASE = {"phga": 5, "ptga": 5, "mmt": 100, "haq": 8, "enz": 1000, "exm": 5}
BETTER = {"phga": 2, "ptga": 2, "mmt": 130, "haq": 8, "enz": 1000, "exm": 5}
OPEN = {"phga": 2, "ptga": 2, "mmt": 100, "haq": 8, "enz": None, "exm": 5}


def course(number, after):
    pid = f"P{number:02}"
    lines = [enrolled(pid), dosed(pid), core_set(pid, "W0", BASE)]
    return "\n".join([*lines, core_set(pid, "W12", after)] if after else lines)


def cohort(responders, others, undetermined=0):
    after = [BETTER] * responders + [BASE] * others + [OPEN] * undetermined
    return "\n".join(course(number, values) for number, values in enumerate(after, 1))


def rows_of(table, study=None):
    study = study or aba_dm()
    return {r.cell: r for r in analyze(study, derive(study, snapshot_of(table), catalog()), catalog())}


def value(rows, cell):
    return rows[f"14.2.1.1:{cell}"].value


def with_primary(**changes):
    study = aba_dm()
    estimands = tuple(
        msgspec.structs.replace(e, **changes) if e.name == "imacs_week_12" else e for e in study.estimands
    )
    return msgspec.structs.replace(study, estimands=estimands)


@pytest.fixture(scope="module")
def eight_of_twenty():
    return rows_of(cohort(8, 12))


def test_eight_of_twenty_as_a_count_a_rate_and_two_intervals(eight_of_twenty):
    assert (value(eight_of_twenty, "responders:n"), eight_of_twenty["14.2.1.1:responders:n"].denominator) == (8, 20)
    assert value(eight_of_twenty, "responders:rate") == Fraction(2, 5)
    # reference/statistics.md 0: 95 % Clopper-Pearson at n=20: 8/20 .191-.639, printed to three decimals.
    assert value(eight_of_twenty, "responders:lower") == pytest.approx(0.191, abs=5e-4)
    assert value(eight_of_twenty, "responders:upper") == pytest.approx(0.639, abs=5e-4)
    # Wilson by hand: z = 1.959964, (8 + z^2/2 -+ z sqrt(8 * 12 / 20 + z^2/4)) / (20 + z^2).
    z = 1.959963984540054
    middle, half = (8 + z * z / 2) / (20 + z * z), z * (8 * 12 / 20 + z * z / 4) ** 0.5 / (20 + z * z)
    assert value(eight_of_twenty, "responders:wilson_lower") == pytest.approx(middle - half, abs=1e-12)
    assert value(eight_of_twenty, "responders:wilson_upper") == pytest.approx(middle + half, abs=1e-12)


def test_between_6_and_13_responders_of_20_would_be_needed(eight_of_twenty):
    # The issue: "between 6 and 13 responders of 20 would be needed at one-sided 5 %" for 1 of 9 and 31 of 73.
    assert value(eight_of_twenty, "benchmark_1:critical") == 6
    assert value(eight_of_twenty, "benchmark_2:critical") == 13
    assert value(eight_of_twenty, "benchmark_1:rate") == Fraction(1, 9)
    assert value(eight_of_twenty, "benchmark_2:rate") == Fraction(31, 73)


def test_the_p_value_and_the_attained_size_are_the_binomial_sums(eight_of_twenty):
    from math import comb

    def tail(k, p):
        return sum(comb(20, i) * p**i * (1 - p) ** (20 - i) for i in range(k, 21))

    assert value(eight_of_twenty, "benchmark_2:p_value") == pytest.approx(float(tail(8, Fraction(31, 73))), abs=1e-12)
    assert value(eight_of_twenty, "benchmark_2:size") == pytest.approx(float(tail(13, Fraction(31, 73))), abs=1e-12)


def test_what_cannot_be_concluded_is_said_from_the_numbers(eight_of_twenty):
    said = value(eight_of_twenty, "conclusion:text")

    assert "8 responders of 20 exclude a true rate of 11.1 % or less" in said
    assert "8 responders of 20 do not exclude a true rate of 42.5 % or less" in said
    assert "13 would have been needed" in said
    assert "depends on which benchmark is right" in said


@pytest.mark.parametrize(
    ("responders", "flip"),
    # R 4.2.2 binom.test(x, 20, alternative = "greater")$conf.int[1]: .2170, .4556, .8609; for 0 responders 0.
    [(8, Fraction(217, 1000)), (13, Fraction(441, 1000)), (20, Fraction(860, 1000)), (0, None)],
)
def test_the_benchmark_at_which_the_conclusion_changes_is_the_one_sided_exact_limit(responders, flip):
    rows = rows_of(cohort(responders, 20 - responders))

    assert value(rows, "benchmark_flip:rate") == flip
    if flip is not None:
        assert f"{float(flip * 100):.1f} % or less is excluded" in value(rows, "conclusion:text")


def test_the_benchmarks_stand_with_their_range_and_dates(eight_of_twenty):
    assert "ranges from 11.1 to 42.5 %" in value(eight_of_twenty, "conclusion:text")
    assert value(eight_of_twenty, "benchmark_1:published") == "2018"
    assert value(eight_of_twenty, "benchmark_2:published") == "not stated"


@pytest.mark.parametrize(
    ("responders", "words"),
    [
        (2, "It cannot be concluded that more participants responded than would have without the treatment."),
        (16, "That the treatment caused the responses cannot be concluded: nobody was observed without it."),
    ],
)
def test_the_conclusion_follows_the_number_of_responders(responders, words):
    assert value(rows_of(cohort(responders, 20 - responders)), "conclusion:text").endswith(words)


def test_a_small_trial_that_no_result_could_make_significant_says_so():
    rows = rows_of(cohort(2, 0))

    assert value(rows, "benchmark_2:critical") is None
    assert rows["14.2.1.1:benchmark_2:critical"].warnings
    assert "no number of responders could" in value(rows, "conclusion:text")


def test_a_single_arm_rate_says_that_there_is_no_control(eight_of_twenty):
    assert "no concurrent control" in eight_of_twenty["14.2.1.1:responders:rate"].warnings[0]


def test_what_was_assumed_shows_beside_the_number(eight_of_twenty):
    assert any("not in the record" in text for text in eight_of_twenty["14.2.1.1:responders:n"].assumed)
    assert any("No benchmark is registered" in text for text in eight_of_twenty["14.2.1.1:benchmark_1:rate"].assumed)


def test_the_full_analysis_set_keeps_who_was_never_dosed_or_never_seen():
    rows = rows_of(f"{cohort(3, 1)}\n{enrolled('P05')}\n{course(6, None)}")

    assert rows["14.2.1.1:responders:n"].denominator == 6
    assert value(rows, "responders:rate") == Fraction(1, 2)
    assert rows["14.2.1.3:treated_week_12:n"].denominator == 5


def test_without_anybody_every_statistic_is_there_and_says_why_it_has_no_value():
    rows = rows_of("")

    assert value(rows, "responders:n") == 0
    assert value(rows, "responders:rate") is None
    assert rows["14.2.1.1:responders:lower"].warnings == ("there is nobody to compute it from",)
    assert value(rows, "conclusion:text") == "Nobody was observed, so nothing can be concluded."


@pytest.mark.parametrize(
    ("rule", "n", "denominator", "undetermined"),
    [("nonresponder", 2, 5, None), ("undetermined", 2, 5, 1), ("bounds", 2, 5, 1), ("observed", 2, 4, 1)],
)
def test_each_missing_data_rule_has_its_own_denominator(rule, n, denominator, undetermined):
    rows = rows_of(cohort(2, 2, 1), with_primary(missing_rule=rule))

    assert (value(rows, "responders:n"), rows["14.2.1.1:responders:n"].denominator) == (n, denominator)
    assert (rows["14.2.1.1:undetermined:n"].value if undetermined else None) == undetermined


def test_undetermined_verdicts_are_shown_as_bounds_both_ways():
    rows = rows_of(cohort(2, 2, 1), with_primary(missing_rule="bounds"))

    assert value(rows, "bound_lower:rate") == Fraction(2, 5)
    assert value(rows, "bound_upper:rate") == Fraction(3, 5)


def test_a_statistic_that_fails_does_not_take_its_table_with_it():
    wrong = msgspec.structs.replace(aba_dm().estimand("imacs_week_12").summary[0], parameters={"conf_level": "2"})
    rows = rows_of(cohort(2, 2), with_primary(summary=(wrong,)))

    assert value(rows, "responders:n") == 2
    assert value(rows, "responders:lower") is None
    assert "conf_level" in rows["14.2.1.1:responders:lower"].warnings[0]


def test_without_a_benchmark_nothing_is_concluded_about_the_treatment():
    rows = rows_of(cohort(2, 2), with_primary(benchmarks=()))

    assert value(rows, "conclusion:text").startswith("No benchmark is declared")


def test_a_changed_benchmark_changes_what_is_needed():
    primary = aba_dm().estimand("imacs_week_12")
    easier = msgspec.structs.replace(primary.benchmarks[1], responders=20, participants=100)
    rows = rows_of(cohort(8, 12), with_primary(benchmarks=(easier,)))

    # reference/statistics.md 0: n=20, p0=.20: reject at 8 or more, size .032.
    assert value(rows, "benchmark_1:critical") == 8
    assert value(rows, "benchmark_1:size") == pytest.approx(0.032, abs=5e-4)


def test_every_row_leads_to_records_and_participants(eight_of_twenty):
    row = eight_of_twenty["14.2.1.1:responders:n"]

    assert len(row.participants) == 20
    assert row.records[0] == "P01:W12:imacs_week_12"
