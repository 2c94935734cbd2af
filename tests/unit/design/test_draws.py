"""Draws depend on nothing but seed and path."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.design.draws import Draws


def test_a_draw_does_not_depend_on_what_was_drawn_before():
    fresh, used = Draws(1, "P001"), Draws(1, "P001")
    for number in range(100):
        used.uniform("noise", str(number))

    assert fresh.uniform("W12", "vas") == used.uniform("W12", "vas")


def test_another_seed_gives_another_draw():
    assert Draws(1, "P001").uniform("vas") != Draws(2, "P001").uniform("vas")


def test_a_path_may_be_split_anywhere():
    assert Draws(3, "P001").within("W4").uniform("vas") == Draws(3, "P001", "W4").uniform("vas")


def test_normals_have_the_moments_of_a_standard_normal():
    sample = [Draws(5).normal(str(n)) for n in range(4000)]

    # Six standard errors of the mean and of the variance of 4,000 standard normals.
    assert abs(statistics.fmean(sample)) < 6 / math.sqrt(4000)
    assert abs(statistics.pvariance(sample) - 1) < 6 * math.sqrt(2 / 4000)


@given(seed=st.integers(0, 2**32), low=st.integers(-50, 50), width=st.integers(0, 50))
def test_an_integer_stays_within_its_bounds(seed, low, width):
    drawn = Draws(seed).integer(low, low + width, "x")

    assert low <= drawn <= low + width


def test_an_integer_reaches_both_bounds():
    drawn = {Draws(8).integer(1, 3, str(n)) for n in range(200)}

    assert drawn == {1, 2, 3}


def test_a_choice_of_weight_zero_never_comes():
    drawn = {Draws(8).choice({"a": 1, "b": 0, "c": 2}, str(n)) for n in range(300)}

    assert drawn == {"a", "c"}


@pytest.mark.parametrize("extra", ["x", "0"])
def test_an_order_of_names_survives_one_more_name(extra):
    names = [f"P{n:03d}" for n in range(20)]
    before = Draws(4).order(names, "withdrawal")
    after = Draws(4).order([*names, extra], "withdrawal")

    assert [n for n in after if n != extra] == before
