"""What holds of a method whatever the data: inversion, coverage by enumeration, invariance, monotonicity."""

from fractions import Fraction
from itertools import pairwise, product
from math import comb, exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.cohorts import catalog
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.ranks import Shift, SignedRankNull, _in_doubles, doubled_ranks
from trialwright.model.entry import MethodResult

LEVEL = Fraction(95, 100)
GRID = [Fraction(k, 200) for k in range(1, 200)]
COUNTS = [(x, n) for n in (1, 2, 5, 10, 20) for x in range(n + 1)]


def answer(method, /, **arguments):
    got = catalog().estimate(method, arguments)
    assert isinstance(got, MethodResult), [problem.sentence() for problem in got]
    return got


def shapes(method, /, **arguments):
    return answer(method, **arguments).shapes


def binomial(k, n, p):
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def intervals(n):
    return [shapes("proportion_ci", x=x, n=n) for x in range(n + 1)]


# --- intervals invert their tests


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_clopper_pearson_holds_what_the_central_test_does_not_reject(x, n):
    low, high = shapes("proportion_ci", x=x, n=n)["clopper_pearson"]
    for p0 in GRID[::5]:
        p = shapes("proportion_test", x=x, n=n, p0=p0)["two_sided_central"]

        assert (p > 0.05) == (low < p0 < high), p0


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_the_lower_limit_holds_what_the_one_sided_test_does_not_reject(x, n):
    low = answer("proportion_ci", x=x, n=n, sides="lower").values["lower"]
    mid = answer("proportion_ci", x=x, n=n, sides="lower", method="midp").values["lower"]
    for p0 in GRID[::5]:
        p = shapes("proportion_test", x=x, n=n, p0=p0)

        assert (p["greater"] > 0.05) == (low < p0), p0
        assert (p["greater_midp"] > 0.05) == (mid < p0), p0


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_blakers_interval_is_the_hull_of_what_blakers_test_does_not_reject(x, n):
    low, high = shapes("proportion_ci", x=x, n=n)["blaker"]
    kept = [p0 for p0 in GRID if shapes("proportion_test", x=x, n=n, p0=p0)["two_sided_blaker"] > 0.05]

    # The set itself may have holes; its first and last rate are the limits, to the step of the grid.
    assert low <= kept[0] <= low + Fraction(1, 200) or x == 0
    assert high - Fraction(1, 200) <= kept[-1] <= high or x == n


@pytest.mark.parametrize("events", [0, 1, 4, 17])
def test_garwoods_limits_are_where_the_poisson_tails_reach_their_share(events):
    low, high = shapes("rate_ci", events=events, exposure=1)["exact_garwood"]

    def at_most(k, mean):
        return sum(exp(-mean) * mean**j / factorial(j) for j in range(k + 1))

    assert at_most(events, high) == pytest.approx(0.025, abs=1e-12)
    if events:
        assert 1 - at_most(events - 1, low) == pytest.approx(0.025, abs=1e-12)


APART = st.lists(st.integers(-60, 60).filter(bool), min_size=5, max_size=12, unique_by=abs)


@settings(max_examples=40, deadline=None)
@given(values=APART, shift=st.integers(-40, 40))
def test_the_signed_rank_interval_holds_the_shifts_that_its_test_does_not_reject(values, shift):
    got = shapes("signed_rank", x=values, conf_level="0.9")
    moved = [v - Fraction(3 * shift + 1, 9) for v in values]
    # Ninths beside thirds make no tie with averages of whole numbers (63 sevenths would: they are 9), so that the
    # limits themselves are not asked about.
    p = shapes("signed_rank", x=moved)["p_wilcoxon"]

    low, high = got["ci"]
    if got["attained"] >= 0.9:
        assert (p > 0.1) <= (low <= Fraction(3 * shift + 1, 9) <= high)
        assert (p <= 1 - got["attained"]) == (not low <= Fraction(3 * shift + 1, 9) <= high)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(-30, 30), min_size=2, max_size=15), at=st.integers(-30, 30))
def test_the_t_interval_holds_what_the_t_test_does_not_reject(values, at):
    at = at + Fraction(1, 7)
    got = shapes("signed_rank", x=values)
    again = shapes("signed_rank", x=[v - at for v in values])
    if got["t_ci"] is not None:
        assert (again["t_p"] > 0.05) == (got["t_ci"][0] < at < got["t_ci"][1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 30)), min_size=2, max_size=8), st.integers(-60, 60))
def test_the_pooled_interval_holds_what_the_pooled_test_does_not_reject(pairs, at):
    at = at + Fraction(1, 7)
    estimates, ses = [e for e, _ in pairs], [se for _, se in pairs]
    got = shapes("rubin", estimates=estimates, ses=ses, df_complete=19)
    again = shapes("rubin", estimates=[e - at for e in estimates], ses=ses, df_complete=19)

    assert (again["p_value"] > 0.05) == (got["lower"] < at < got["upper"])


@pytest.mark.parametrize(("x", "n", "a", "b"), [(8, 20, "0.5", "0.5"), (0, 9, 1, 1), (9, 9, 2, 3)])
def test_a_credible_interval_leaves_the_same_probability_on_either_side(x, n, a, b):
    low, high = answer("beta_binomial", x=x, n=n, a=a, b=b, thresholds="0.5").shapes["cri95"]
    above = shapes("beta_binomial", x=x, n=n, a=a, b=b, thresholds=[Fraction(low), Fraction(high)])["p_greater"]

    assert list(above) == pytest.approx([0.975, 0.025], abs=1e-12)


# --- coverage by enumeration of every outcome


@pytest.mark.parametrize("n", [1, 3, 10, 20])
def test_exact_intervals_never_cover_less_than_they_promise(n):
    found = intervals(n)
    for p in GRID:
        chance = [binomial(k, n, float(p)) for k in range(n + 1)]
        covered = {
            name: sum(c for c, each in zip(chance, found, strict=True) if each[name][0] <= p <= each[name][1])
            for name in ("clopper_pearson", "blaker", "midp", "wilson", "jeffreys")
        }

        assert covered["clopper_pearson"] >= 0.95 - 1e-12
        assert covered["blaker"] >= 0.95 - 1e-12
        assert covered["blaker"] <= covered["clopper_pearson"] + 1e-12
        assert covered["midp"] <= covered["clopper_pearson"] + 1e-12


def test_the_shorter_intervals_are_right_on_average():
    found = intervals(20)
    for name in ("wilson", "jeffreys", "midp"):
        covered = [
            sum(binomial(k, 20, float(p)) for k in range(21) if found[k][name][0] <= p <= found[k][name][1])
            for p in GRID
        ]

        assert 0.945 <= sum(covered) / len(covered) <= 0.975, name


@pytest.mark.parametrize("mean", [0.3, 1.0, 3.5, 12.0])
def test_garwoods_interval_never_covers_less_than_it_promises(mean):
    covered = 0.0
    for events in range(60):
        low, high = shapes("rate_ci", events=events, exposure=1)["exact_garwood"]
        covered += exp(-mean) * mean**events / factorial(events) if low <= mean <= high else 0.0

    assert covered >= 0.95


@pytest.mark.parametrize("sizes", [(1, 2, 4, 8, 16, 32, 64), (3, 5, 7, 11, 13, 17, 19, 23)])
def test_the_signed_rank_interval_covers_zero_in_as_many_sign_patterns_as_it_says(sizes):
    inside = 0
    for signs in product((1, -1), repeat=len(sizes)):
        got = shapes("signed_rank", x=[s * v for s, v in zip(signs, sizes, strict=True)], conf_level="0.9")
        inside += got["ci"][0] <= 0 <= got["ci"][1]

    assert got["attained"] >= 0.9
    assert inside / 2 ** len(sizes) == pytest.approx(got["attained"], abs=1e-12)


@pytest.mark.parametrize("zeros", ["p_pratt", "p_wilcoxon"])
@pytest.mark.parametrize("values", [(1, 1, 2, 3, 3, 3, 5), (0, 0, 1, 2, 2, 4), (7, 7, 7, 7)])
def test_the_signed_rank_test_is_exact_under_every_sign_pattern_with_ties_and_zeros(values, zeros):
    found = [
        shapes("signed_rank", x=[s * v for s, v in zip(signs, values, strict=True)])[zeros]
        for signs in product((1, -1), repeat=len(values))
    ]
    for alpha in sorted(set(found)):
        # P(p <= alpha) is alpha at every alpha that can occur: two-sided, exact, symmetric.
        assert sum(p <= alpha + 1e-12 for p in found) / len(found) == pytest.approx(alpha, abs=1e-12)


@pytest.mark.parametrize("name", ["greater", "two_sided_central", "two_sided_minlike", "two_sided_blaker"])
@pytest.mark.parametrize("p0", ["0.1", "0.425", "31/73", "0.5"])
def test_exact_tests_keep_their_level_at_every_level(name, p0):
    n = 18
    found = [shapes("proportion_test", x=x, n=n, p0=p0)[name] for x in range(n + 1)]
    chance = [binomial(k, n, Fraction(p0)) for k in range(n + 1)]
    for alpha in found:
        assert sum(c for c, p in zip(chance, found, strict=True) if p <= alpha) <= alpha + 1e-12


# --- invariance


@pytest.mark.parametrize(("x", "n"), [(0, 7), (3, 7), (13, 20)])
def test_responders_and_non_responders_mirror_each_other(x, n):
    one, other = shapes("proportion_ci", x=x, n=n), shapes("proportion_ci", x=n - x, n=n)

    for name, (low, high) in one.items():
        assert (1 - other[name][1], 1 - other[name][0]) == pytest.approx((low, high), abs=1e-12), name
    two = shapes("proportion_test", x=x, n=n, p0="0.3"), shapes("proportion_test", x=n - x, n=n, p0="0.7")
    for name in ("two_sided_central", "two_sided_minlike", "two_sided_blaker"):
        assert two[0][name] == pytest.approx(two[1][name], abs=1e-12)
    assert two[0]["greater"] == pytest.approx(two[1]["less"], abs=1e-12)


CHANGES = st.lists(st.integers(-20, 20), min_size=1, max_size=15)


@settings(max_examples=50, deadline=None)
@given(values=CHANGES, scale=st.fractions(Fraction(1, 9), 9), order=st.randoms(use_true_random=False))
def test_signed_rank_knows_neither_unit_nor_order_and_turns_round_with_the_sign(values, scale, order):
    mixed = list(values)
    order.shuffle(mixed)
    one = answer("signed_rank", x=values)
    scaled = answer("signed_rank", x=[scale * v for v in mixed])
    turned = answer("signed_rank", x=[-v for v in mixed])

    for other in (scaled, turned):
        assert [one.values[n] for n in ("p_pratt", "p_wilcoxon")] == [
            other.values[n] for n in ("p_pratt", "p_wilcoxon")
        ]
    if "hl" in one.values:
        assert scaled.values["hl"] == one.values["hl"] * scale
        mirrored = (-turned.values["upper"], -turned.values["lower"])
        said = [warning for warning in one.warnings if "depend on the sign" in warning]
        assert (mirrored == (one.values["lower"], one.values["upper"])) == (not said)
        if said:
            assert said[0].endswith(f"{exact_text(mirrored[0])} to {exact_text(mirrored[1])}")


@pytest.mark.parametrize("table", [(10, 3, 9, 12), (1, 6, 0, 5), (3, 7, 8, 2)])
def test_fishers_and_mcnemars_tests_do_not_care_which_side_is_which(table):
    a, b, c, d = table

    assert shapes("fisher", table=table)["p"] == pytest.approx(shapes("fisher", table=(a, c, b, d))["p"], abs=1e-14)
    assert shapes("fisher", table=table)["p"] == pytest.approx(shapes("fisher", table=(c, d, a, b))["p"], abs=1e-14)
    assert shapes("mcnemar", table=table) == shapes("mcnemar", table=(a, c, b, d))


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.integers(-99, 99), min_size=2, max_size=20), shift=st.integers(-50, 50))
def test_a_summary_moves_with_its_values_and_its_spread_does_not(values, shift):
    one, moved = shapes("summary", x=values), shapes("summary", x=[v + shift for v in reversed(values)])

    assert moved["mean"] == one["mean"] + shift
    assert moved["sd"] == one["sd"]
    for kind in ("quartiles_type2", "quartiles_type6", "quartiles_type7"):
        assert list(moved[kind]) == [each + shift for each in one[kind]]
        assert one["min"] <= one[kind][0] <= one[kind][1] <= one[kind][2] <= one["max"]


TIMES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(people=TIMES, order=st.randoms(use_true_random=False), unit=st.fractions(Fraction(1, 7), 7))
def test_survival_and_incidence_add_up_to_everybody_in_any_order_and_unit(people, order, unit):
    at = [time for time in range(13) if time <= max(t for t, _ in people)]
    mixed = list(people)
    order.shuffle(mixed)
    given_ = {"time": [t for t, _ in people], "at": at}
    alive = shapes("kaplan_meier", **given_, status=[int(bool(s)) for _, s in people])["rows"]
    rows = shapes("aalen_johansen", **given_, status=[s for _, s in people])["rows"]
    again = shapes(
        "aalen_johansen", time=[t * unit for t, _ in mixed], status=[s for _, s in mixed], at=[t * unit for t in at]
    )["rows"]

    for time, row in zip(at, alive, strict=True):
        incidence = sum(each["cif"] for each in rows if each["at"] == time)
        assert row["survival"] + incidence == pytest.approx(1, abs=1e-12)
    assert [each["cif"] for each in rows] == [each["cif"] for each in again]
    # The same call twice is the same answer: nothing is moved by chance to break ties.
    assert shapes("aalen_johansen", **given_, status=[s for _, s in people])["rows"] == rows


@settings(max_examples=40, deadline=None)
@given(ps=st.lists(st.fractions(0, 1, max_denominator=50), min_size=1, max_size=8), order=st.randoms())
def test_adjusted_p_values_stay_with_their_tests_and_holm_is_the_larger(ps, order):
    places = list(range(len(ps)))
    order.shuffle(places)
    one, mixed = shapes("adjusted_p", p=ps), shapes("adjusted_p", p=[ps[at] for at in places])

    for name in ("holm", "hochberg"):
        assert [one[name][at] for at in places] == list(mixed[name])
    for p, holm, hochberg in zip(ps, one["holm"], one["hochberg"], strict=True):
        assert p - Fraction(1, 10**12) <= hochberg <= holm + 1e-12 <= 1 + 1e-12


def trial(people, wobble):
    rows = []
    for who in range(people):
        for visit in ("W4", "W8", "W12"):
            value = Fraction((who * 7 + len(visit) * 5) % 11 - 5 + wobble * ((who * 3 + ord(visit[1])) % 4), 2)
            rows.append({"id": f"P{who:02}", "visit": visit, "arm": "AB"[who % 2], "base": who % 5, "y": value})
    return rows


MODELS = [
    ("ancova", {"factors": "arm,visit", "covariates": "base", "by": "arm"}, "lsmeans"),
    ("mmrm", {"subject": "id", "visit": "visit", "fixed": "visit,base", "covariance": "cs"}, "emmeans"),
]


@pytest.mark.parametrize(("method", "asked", "means"), MODELS)
def test_models_move_with_the_response_scale_with_its_unit_and_know_no_order(method, asked, means):
    rows = trial(14, 1)
    one = shapes(method, data=rows, response="y", **asked)[means]
    moved = [{**row, "y": 3 * row["y"] + 10} for row in reversed(rows)]
    other = shapes(method, data=moved, response="y", **asked)[means]

    for mine, theirs in zip(one, other, strict=True):
        assert theirs["estimate"] == pytest.approx(3 * mine["estimate"] + 10, abs=1e-6)
        assert theirs["se"] == pytest.approx(3 * mine["se"], rel=1e-6)
        assert theirs["df"] == pytest.approx(mine["df"], rel=1e-4)


# --- monotonicity


@pytest.mark.parametrize("n", [1, 6, 20])
def test_more_responders_never_lower_a_limit_and_never_raise_the_p_value(n):
    found = intervals(n)
    tests = [shapes("proportion_test", x=x, n=n, p0="0.425") for x in range(n + 1)]
    for before, after in pairwise(found):
        for name in before:
            assert before[name][0] <= after[name][0] + 1e-12, name
            assert before[name][1] <= after[name][1] + 1e-12, name
    for before, after in pairwise(tests):
        assert before["greater"] > after["greater"]
        assert before["greater_midp"] > after["greater_midp"]
        assert before["less"] < after["less"]


@pytest.mark.parametrize("x", [0, 4, 11, 20])
def test_a_higher_level_never_gives_a_shorter_interval(x):
    levels = [shapes("proportion_ci", x=x, n=20, conf_level=level) for level in ("0.5", "0.8", "0.95", "0.99")]
    for inner, outer in pairwise(levels):
        for name in inner:
            assert outer[name][0] <= inner[name][0] + 1e-12, name
            assert inner[name][1] <= outer[name][1] + 1e-12, name


@settings(max_examples=40, deadline=None)
@given(people=TIMES)
def test_survival_never_rises_and_incidence_never_falls(people):
    last = max(t for t, _ in people)
    at = list(range(last + 1))
    given_ = {"time": [t for t, _ in people], "at": at}
    alive = [
        row["survival"] for row in shapes("kaplan_meier", **given_, status=[int(bool(s)) for _, s in people])["rows"]
    ]
    assert alive == sorted(alive, reverse=True)
    rows = shapes("aalen_johansen", **given_, status=[s for _, s in people])["rows"]
    for cause in {row["cause"] for row in rows}:
        curve = [row["cif"] for row in rows if row["cause"] == cause]
        assert curve == sorted(curve)


def test_without_censoring_incidence_has_the_variance_of_a_share():
    status = [1, 2, 1, 1, 2, 1, 1, 2, 1, 1]
    rows = answer("aalen_johansen", time=list(range(1, 11)), status=status, at=[4, 9]).rows
    for row in rows:
        share = row.estimate
        assert row.se == pytest.approx((share * (1 - share) / 10) ** 0.5, abs=1e-12)


def test_more_responders_among_the_missing_never_make_a_benchmark_harder_to_exclude():
    rows = shapes("tipping", responders=6, missing=9, n=20, p0="31/73")["rows"]

    assert [row["p_value"] for row in rows] == sorted((row["p_value"] for row in rows), reverse=True)
    assert [row["x"] for row in rows] == list(range(6, 16))


def test_the_probability_of_being_above_falls_with_the_threshold():
    thresholds = [Fraction(k, 20) for k in range(21)]
    above = shapes("beta_binomial", x=8, n=20, thresholds=thresholds)["p_greater"]

    assert list(above) == sorted(above, reverse=True)
    assert (above[0], above[-1]) == (1, 0)


@settings(max_examples=15, deadline=None)
@given(values=st.lists(st.integers(-12, 12).filter(bool), min_size=65, max_size=90))
def test_rank_sums_in_columns_are_those_one_by_one(values):
    by_columns = Shift(values, LEVEL)
    one_by_one = Shift([v * 2**61 for v in values], LEVEL)  # too large for a column

    assert (one_by_one.low, one_by_one.high, one_by_one.centre) == tuple(
        2**61 * each for each in (by_columns.low, by_columns.high, by_columns.centre)
    )
    assert one_by_one.attained == by_columns.attained


def test_the_distribution_in_doubles_is_the_exact_one():
    ranks = doubled_ranks([1, 2, 2, 3, 5, 8, 8, 8, 9, 11, 12, 12, 13, 20, 21, 22] * 4)
    exact = SignedRankNull(ranks)
    summed = np.cumsum(_in_doubles(ranks))

    for value in range(0, exact.total, 37):
        assert float(exact.at_most(value)) == pytest.approx(float(summed[value]), rel=1e-12)
