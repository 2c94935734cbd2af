"""Printed tables of designs, and designs against every outcome summed apart."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy import stats

from trialwright.catalog import load
from trialwright.catalog.numerics.designs import critical, holds_from, one_stage, power, two_stage
from trialwright.catalog.numerics.several_stages import expected_size, fleming, stage_outcomes
from trialwright.catalog.numerics.two_arms import probability, rejects

# Simon 1989, Control Clin Trials 10:1-10, tables 1 and 2: optimal r1/n1 r/n, minimax r1/n1 r/n, a row for
# (alpha, beta) = (.1, .1), (.05, .2), (.05, .1). The pages were not at hand; every row is proved below by summing all
# designs plainly, so that its address is arithmetic.
ERRORS = ((0.1, 0.1), (0.05, 0.2), (0.05, 0.1))
SIMON = {
    (0.05, 0.25): ("0/9 2/24 0/13 2/20", "0/9 2/17 0/12 2/16", "0/9 3/30 0/15 3/25"),
    (0.1, 0.3): ("1/12 5/35 1/16 4/25", "1/10 5/29 1/15 5/25", "2/18 6/35 2/22 6/33"),
    (0.2, 0.4): ("3/17 10/37 3/19 10/36", "3/13 12/43 4/18 10/33", "4/19 15/54 5/24 13/45"),
    (0.3, 0.5): ("7/22 17/46 7/28 15/39", "5/15 18/46 6/19 16/39", "8/24 24/63 7/24 21/53"),
    (0.4, 0.6): ("7/18 22/46 11/28 20/41", "7/16 23/46 17/34 20/39", "11/25 32/66 12/29 27/54"),
    (0.5, 0.7): ("11/21 26/45 11/23 23/39", "8/15 26/43 12/23 23/37", "13/24 36/61 14/27 32/53"),
    (0.6, 0.8): ("6/11 26/38 18/27 24/35", "7/11 30/43 8/13 25/35", "12/19 37/53 15/26 32/45"),
    (0.7, 0.9): ("6/9 22/28 11/16 20/25", "4/6 22/27 19/23 21/26", "11/15 29/36 13/18 26/32"),
}

# A'Hern 2001, Stat Med 20:859-866, alpha 5 %: responders that reject/participants. The pages were not at hand; every
# row is proved below with whole fractions. 10 against 20 percent as quoted in PMC3504941 (secondary): 78, size .0453,
# power .8081.
AHERN = [
    ("0.05", "0.2", "0.2", "4/27"), ("0.05", "0.2", "0.1", "5/38"), ("0.1", "0.25", "0.2", "8/40"),
    ("0.1", "0.25", "0.1", "10/55"), ("0.1", "0.3", "0.2", "6/25"), ("0.1", "0.3", "0.1", "7/33"),
    ("0.2", "0.4", "0.2", "12/35"), ("0.2", "0.4", "0.1", "15/47"), ("0.3", "0.5", "0.2", "17/39"),
    ("0.3", "0.5", "0.1", "22/53"), ("0.1", "0.2", "0.2", "13/78"),
]  # fmt: skip


@pytest.mark.parametrize("rates", SIMON)
def test_the_tables_of_simon_come_out_row_by_row(rates):
    got = []
    for errors in ERRORS:
        designs = two_stage(*rates, *errors, 70)
        pair = min(designs, key=lambda design: design.expected_n), designs[0]
        got.append(" ".join(f"{d.r1}/{d.n1} {d.r}/{d.n}" for d in pair))

    assert list(SIMON[rates]) == got


@pytest.mark.parametrize(("p0", "p1", "beta", "design"), AHERN)
def test_the_tables_of_ahern_come_out(p0, p1, beta, design):
    first = one_stage(Fraction(p0), Fraction(p1), Fraction("0.05"), Fraction(beta), 90)[0]

    assert design == f"{first.r + 1}/{first.n}"


@pytest.mark.parametrize(("p0", "p1", "beta", "design"), AHERN)
def test_the_rows_of_ahern_are_the_smallest_designs_by_whole_fractions(p0, p1, beta, design):
    def tails(n, p):
        chances = [comb(n, k) * Fraction(p) ** k * (1 - Fraction(p)) ** (n - k) for k in range(n + 1)]
        return [sum(chances[x:]) for x in range(n + 2)]

    def rejecting(n):
        return next(x for x, chance in enumerate(tails(n, p0)) if chance <= Fraction("0.05"))

    holds = [n for n in range(1, 80) if tails(n, p1)[rejecting(n)] >= 1 - Fraction(beta)]

    assert design == f"{rejecting(holds[0])}/{holds[0]}"


@pytest.mark.parametrize("rates", SIMON)
def test_the_rows_of_simon_are_the_best_of_all_designs_summed_plainly(rates):
    """Each r1/n1 r/n up to 70: the error of each kind as a sum over the first stage, without a shortcut."""
    found: dict[tuple[float, float], list[tuple[float, int, str]]] = {errors: [] for errors in ERRORS}
    chance = {p: [stats.binom.pmf(range(n + 1), n, p) for n in range(71)] for p in rates}
    beyond = {
        p: [stats.binom.sf(np.arange(-71, 71), n, p) for n in range(71)] for p in rates
    }  # at [71 + k]: more than k
    for n1 in range(1, 66):
        for r1 in range(n1):
            stops = [chance[p][n1][: r1 + 1].sum() for p in rates]
            if stops[1] > 0.2:
                break
            went = np.arange(r1 + 1, n1 + 1)
            for n in range(n1 + 1, 67):
                # Row: a count r that does not reject; column: how many responded in the first stage.
                left = 71 + np.arange(n)[:, None] - went
                size, power = (beyond[p][n - n1][left] @ chance[p][n1][went] for p in rates)
                for (alpha, beta), designs in found.items():
                    good = np.flatnonzero((size <= alpha) & (power >= 1 - beta))
                    expected = n1 + (1 - stops[0]) * (n - n1)
                    designs += [(expected, n, f"{r1}/{n1} {r}/{n}") for r in good[:1]]
    rows = [f"{min(designs)[2]} {min(designs, key=lambda d: (d[1], d[0]))[2]}" for designs in found.values()]

    assert list(SIMON[rates]) == rows


def test_aherns_design_from_ten_to_twenty_percent_has_the_quoted_errors():
    first = one_stage(Fraction("0.1"), Fraction("0.2"), Fraction("0.05"), Fraction("0.2"), 90)[0]

    # The paper cuts the power's fifth decimal off.
    assert (first.alpha_attained, first.power_attained) == pytest.approx((0.0453, 0.8081), abs=0.0001)


@pytest.mark.parametrize(("p0", "holds"), [("0.425", 55), ("0.3", 19)])
def test_the_size_that_holds_is_followed_by_sizes_that_hold_and_preceded_by_one_that_does_not(p0, holds):
    found = one_stage(Fraction(p0), Fraction("0.6"), Fraction("0.05"), Fraction("0.2"), 150)
    sizes = {design.n for design in found}

    assert holds == holds_from(found, 150)
    assert holds - 1 not in sizes
    assert set(range(holds, 151)) <= sizes


def test_the_figures_of_this_study_are_those_of_plain_sums():
    """statistics.md 0: 42.5 % needs 13 of 20, size .036, power .416 at 60 %; 1 of 9 needs 6."""

    def tail(x, p):
        return sum(comb(20, k) * p**k * (1 - p) ** (20 - k) for k in range(x, 21))

    assert critical(20, Fraction("0.425"), Fraction("0.05")) == critical(20, Fraction(31, 73), Fraction("0.05")) == 13
    assert critical(20, Fraction(1, 9), Fraction("0.05")) == 6
    assert power(20, 13, np.array([0.6]))[0] == pytest.approx(float(tail(13, Fraction(3, 5))), abs=1e-12)
    assert round(float(tail(13, Fraction(3, 5))), 3) == 0.416
    assert tail(6, Fraction(1, 9)) <= Fraction(1, 20) < tail(5, Fraction(1, 9))


def test_fleming_gives_up_and_rejects_where_the_printed_example_does():
    """A public sample-size page after Fleming 1982: 15 and 10 participants, 20 against 40 percent."""
    assert fleming((15, 10), 0.2, 0.05) == ((3, 8), (7, 9))


@pytest.mark.parametrize("p", [0.2, 0.4, 0.65])
def test_stages_do_what_every_outcome_summed_does(p):
    stages, bounds = (8, 6, 5), ((1, 4, 6), (6, 7, 7))
    rejected, given_up, size = 0.0, 0.0, 0.0
    first, second, third = (stats.binom(n, p).pmf for n in stages)
    for a in range(9):
        if a <= 1 or a >= 6:
            rejected += first(a) * (a >= 6)
            given_up += first(a) * (a <= 1)
            size += 8 * first(a)
            continue
        for b in range(7):
            if a + b <= 4 or a + b >= 7:
                rejected += first(a) * second(b) * (a + b >= 7)
                given_up += first(a) * second(b) * (a + b <= 4)
                size += 14 * first(a) * second(b)
                continue
            for c in range(6):
                chance = first(a) * second(b) * third(c)
                rejected, given_up = rejected + chance * (a + b + c >= 7), given_up + chance * (a + b + c <= 6)
                size += 19 * chance
    got = stage_outcomes(stages, bounds, p)

    assert got[0].sum() == pytest.approx(rejected, abs=1e-12)
    assert got[1].sum() == pytest.approx(given_up, abs=1e-12)
    assert expected_size(stages, got[0] + got[1]) == pytest.approx(size, abs=1e-10)


@pytest.mark.parametrize(("sides", "alternative"), [("two", "two-sided"), ("one", "greater")])
def test_two_arms_reject_the_tables_that_fishers_test_rejects(sides, alternative):
    rejected = rejects(7, 9, 0.05, "fisher", sides)
    chances = 0.0
    for x in range(8):
        for y in range(10):
            p = stats.fisher_exact([[x, 7 - x], [y, 9 - y]], alternative=alternative)[1]

            assert bool(rejected[x, y]) == (p <= 0.05 + 1e-12), (x, y)
            chances += (p <= 0.05) * stats.binom.pmf(x, 7, 0.8) * stats.binom.pmf(y, 9, 0.3)
    assert probability(rejected, 0.8, 0.3) == pytest.approx(chances, abs=1e-12)


@pytest.mark.parametrize("n", [9, 20, 44])
def test_the_power_of_a_paired_comparison_is_that_of_the_noncentral_t(n):
    limit, centre = stats.t.ppf(0.975, n - 1), 0.6 * np.sqrt(n)
    expected = stats.nct.sf(limit, n - 1, centre) + stats.nct.cdf(-limit, n - 1, centre)
    got = load().estimate("paired_power", {"n": n, "change": "-1.2", "sd": "2"})

    assert got.values["power"] == pytest.approx(expected, abs=1e-9)


def test_coverage_is_that_of_intervals_made_one_by_one():
    got = load().estimate("precision", {"n": 20, "p": "0.3", "method": "wilson"})
    intervals = [stats.binomtest(x, 20).proportion_ci(method="wilson") for x in range(21)]
    chances = stats.binom.pmf(range(21), 20, 0.3)

    assert got.values["coverage"] == pytest.approx(sum(chances[[i.low <= 0.3 <= i.high for i in intervals]]), abs=1e-9)
    assert got.values["expected_width"] == pytest.approx(
        sum(c * (i.high - i.low) for c, i in zip(chances, intervals, strict=True)), abs=1e-9
    )


def test_as_many_enrolled_as_said_leave_enough_and_one_fewer_does_not():
    for n in (5, 20, 55):
        enrol = load().estimate("dropout", {"n": n, "rate": "0.15", "assurance": "0.9"}).values["enrol"]

        assert stats.binom.sf(n - 1, enrol, 0.85) >= 0.9 > stats.binom.sf(n - 1, enrol - 1, 0.85)
