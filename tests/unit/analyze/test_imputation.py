"""Multiple imputation: draws are functions of what they are for, and filled-in values behave as they should."""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from support.cohorts import catalog
from trialwright.catalog.numerics.imputation import impute, patterns_of
from trialwright.catalog.numerics.streams import Stream, philox
from trialwright.model.entry import MethodResult

STORED = Path(__file__).parents[2] / "data" / "r" / "references.json"
VISITS = ("W4", "W8", "W12")


def made(people=30, lost=((3, "W8"), (3, "W12"), (9, "W12"), (14, "W4"), (21, "W12"))):
    """A participant's level, a fall at each visit, and fixed ups and downs; some values taken away."""
    rows = []
    for who, (number, visit) in product(range(people), enumerate(VISITS, 1)):
        value = Fraction((7 * who) % 11 - 5) - 2 * number + Fraction((5 * who + 3 * number) % 7 - 3, 2)
        gone = (who, visit) in lost
        base = Fraction((7 * who) % 11 + (3 * who) % 5)
        rows.append({"id": f"P{who:02}", "visit": visit, "base": base, "change": None if gone else value})
    return rows


def imputed(rows, **settings):
    asked = {
        "response": "change",
        "subject": "id",
        "visit": "visit",
        "covariates": "base",
        "seed": 7,
        "imputations": 40,
    }
    got = catalog().estimate("multiple_imputation", {"data": rows, **asked, **settings})
    assert isinstance(got, MethodResult), [problem.sentence() for problem in got]
    return got


def at(got, visit, delta="0"):
    return next(row for row in got.rows if row.labels == {"visit": visit, "delta": delta})


KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_the_counter_generator_gives_its_published_known_answers(counter, key, answer):
    # Random123, kat_vectors, philox4x32-10: zeros, ones, digits of pi.
    words = philox(tuple(np.array([word], dtype=np.uint64) for word in counter), key)

    assert tuple(int(word[0]) for word in words) == answer


def test_more_draws_leave_the_first_ones_as_they_are():
    few = Stream(7).uniform("participant:P01", range(3), 5, 2)
    many = Stream(7).uniform("participant:P01", range(6), 9, 4)

    assert np.array_equal(few, many[:3, :5, :2])
    assert np.array_equal(few[2:], Stream(7).uniform("participant:P01", range(2, 3), 5, 2))
    assert not np.array_equal(few, Stream(7).uniform("participant:P02", range(3), 5, 2))
    assert not np.array_equal(few, Stream(8).uniform("participant:P01", range(3), 5, 2))


def test_draws_are_spread_evenly_over_the_unit_interval():
    draws = Stream(20210201).uniform("model", range(10), 1000, 10).ravel()
    counts = np.histogram(draws, bins=20, range=(0, 1))[0]

    assert ((counts - 5000) ** 2 / 5000).sum() < 45.0  # chi-square with 19 degrees of freedom: 0.1 % lies above 43.8
    assert 0 < draws.min() < draws.max() < 1


def test_the_same_seed_gives_the_same_answer_and_another_seed_another():
    assert imputed(made()) == imputed(made())
    assert imputed(made()) == imputed(list(reversed(made())))
    assert at(imputed(made()), "W12").estimate != at(imputed(made(), seed=8), "W12").estimate


def test_observed_values_come_back_as_they_were():
    table = np.array([[1.25, np.nan], [2.5, 3.75], [0.1, 0.7], [4.0, 5.5], [3.3, np.nan], [2.2, 1.9]])
    filled = impute(table, [f"P{n}" for n in range(6)], seed=1, imputations=7, steps=10)

    assert not np.isnan(filled).any()
    for chain in filled:
        assert np.array_equal(chain[~np.isnan(table)], table[~np.isnan(table)])
    assert [pattern.rows for pattern in patterns_of(np.isnan(table))] == [(0, 4)]


def test_a_shift_moves_the_mean_by_its_share_of_the_imputed():
    got = imputed(made(), deltas="0,6")

    moved = {visit: at(got, visit, "6").estimate - at(got, visit).estimate for visit in VISITS}
    assert moved == pytest.approx({"W4": 6 * 1 / 30, "W8": 6 * 1 / 30, "W12": 6 * 3 / 30}, abs=1e-9)


def test_missing_values_widen_the_interval_and_never_the_degrees_of_freedom():
    whole, holed = imputed(made(lost=())), imputed(made())

    assert whole.warnings == ("Nothing is missing and nothing was imputed",)
    assert at(holed, "W12").df < at(whole, "W12").df == 29
    assert at(holed, "W12").upper - at(holed, "W12").lower > 0.9 * (at(whole, "W12").upper - at(whole, "W12").lower)


def test_who_was_never_seen_is_filled_in_and_said():
    got = imputed(made(lost=tuple((5, visit) for visit in VISITS)))

    assert got.warnings == ("1 participant(s) without a single response are filled in from the others alone",)
    assert got.values["imputed"] == 3


def test_the_means_are_those_of_mice_within_the_error_of_drawing():
    references = json.loads(STORED.read_text("utf-8"))["references"]
    (reference,) = [r for r in references if r["section"] == "imputed"]
    (data,) = [r["value"] for r in references if r["section"] == "mmrm_data"]
    seen = {(row["id"], row["visit"]): row["chg"] for row in data}
    base = {row["id"]: row["bc"] for row in data}
    rows = [
        {"id": who, "visit": visit, "base": Fraction(str(base[who])),
         "change": Fraction(str(seen[who, visit])) if (who, visit) in seen else None}
        for who in base
        for visit in ("4", "8", "12", "24")
    ]  # fmt: skip
    got = imputed(rows, imputations=300)

    for row, theirs in zip(got.rows, reference["value"], strict=True):
        # Both means are drawn: 4 standard deviations of their difference, and a tenth for the errors beside them.
        assert row.estimate == pytest.approx(theirs["estimate"], abs=4 * 2**0.5 * theirs["monte_carlo"] + 1e-9)
        assert row.se == pytest.approx(theirs["se"], rel=0.1)
        assert row.df == pytest.approx(theirs["df"], rel=0.1)


REFUSED = [
    ({"covariates": "change"}, "change is missing, or not the same in every row"),
    ({"covariates": "nothing"}, 'no row has a column "nothing"'),
    ({"imputations": 20_000}, "imputations is 20000"),
]


@pytest.mark.parametrize(("settings", "found"), REFUSED)
def test_what_cannot_be_imputed_is_refused_in_a_sentence(settings, found):
    asked = {"response": "change", "subject": "id", "visit": "visit", "seed": 7} | settings
    problems = catalog().estimate("multiple_imputation", {"data": made(), **asked})

    assert found in " ".join(problem.sentence() for problem in problems)


def test_where_everybody_seen_has_one_value_it_stands_for_the_others():
    rows = [{**row, "change": None if row["change"] is None else 0} if row["visit"] == "W4" else row for row in made()]
    at_week_4 = at(imputed(rows), "W4")

    assert (at_week_4.estimate, at_week_4.se, at_week_4.lower) == (0, None, None)
