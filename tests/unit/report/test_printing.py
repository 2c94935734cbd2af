"""Numbers are rounded on exact fractions, halves away from zero, and say what they are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.catalog.displays.printing import (
    print_exact,
    print_fraction,
    print_number,
    print_p,
    print_percent,
    print_signed,
)
from trialwright.model.quantity import Missing

# value, decimals, printed: halves by hand; 2.675 and 1.005 are the textbook floats that print wrong in binary
HALVES = [
    (Fraction(5, 8), 2, "0.63"),
    (Fraction(-5, 8), 2, "−0.63"),
    (Fraction(1, 20), 1, "0.1"),
    (Fraction(25, 10), 0, "3"),
    (Fraction(-25, 10), 0, "−3"),
    (Fraction(-1, 1000), 2, "0.00"),
    (Fraction(80, 3), 1, "26.7"),
]


@pytest.mark.parametrize(("value", "decimals", "printed"), HALVES)
def test_a_half_is_rounded_away_from_zero(value, decimals, printed):
    assert printed == print_fraction(value, decimals)


@pytest.mark.parametrize(("value", "printed"), [(2.675, "2.68"), (1.005, "1.01"), (-0.005, "−0.01"), (-0.001, "0.00")])
def test_a_float_is_rounded_as_the_number_a_person_reads(value, printed):
    assert printed == print_number(value, 2)


@given(st.fractions(), st.integers(min_value=0, max_value=4))
def test_a_printed_fraction_is_never_further_away_than_half_a_step(value, decimals):
    printed = Fraction(print_fraction(value, decimals).replace("−", "-"))

    assert abs(printed - value) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.0375, ".038"),
        (Fraction(1, 20), ".050"),
        (0.00099, "<\u00a0.001"),
        (0.001, ".001"),
        (0.9991, ">\u00a0.999"),
        (1, ">\u00a0.999"),
        (0, "<\u00a0.001"),
        (None, "–"),
    ],
)
def test_a_p_value_has_three_decimals_and_no_leading_zero(p, printed):
    assert printed == print_p(p)


def test_a_rate_is_printed_as_a_percentage():
    # 31 of 73 is 42.4657... %
    assert print_percent(Fraction(31, 73)) == "42.5"
    assert print_percent(1) == "100.0"
    assert print_percent(0.2886432479169988) == "28.9"


def test_nothing_and_missing_are_told_apart():
    assert print_number(None) == "–"
    assert print_number(Missing("not done")) == "not done"
    assert print_number(float("nan")) == "–"


def test_a_change_carries_its_sign_and_no_change_none():
    assert print_signed(Fraction(50, 3)) == "+16.7"
    assert print_signed(Fraction(-20, 3), 1) == "−6.7"
    assert print_signed(0) == "0"


def test_a_measured_value_is_printed_as_it_was_measured():
    assert print_exact(Fraction(16, 5)) == "3.2"
    assert print_exact(Fraction(1250)) == "1250"
    assert print_exact(Fraction(17, 8)) == "2.125"
    assert print_exact(Fraction(10, 7)) == "1.43"
