"""Designs of a single arm: against printed tables, and against sums over every outcome worked in fractions."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from trialwright.catalog.numerics.after_two_stages import Boundary, as_high, koyama_chen, limits, umvue
from trialwright.catalog.numerics.designs import critical, one_stage, power, two_stage


def binomial(n: int, x: int, p: Fraction) -> Fraction:
    return comb(n, x) * p**x * (1 - p) ** (n - x)


@pytest.mark.parametrize(
    ("rates", "errors", "optimal", "minimax"),
    [
        (("0.1", "0.3"), ("0.05", "0.2"), (1, 10, 5, 29), (1, 15, 5, 25)),
        (("0.2", "0.4"), ("0.05", "0.2"), (3, 13, 12, 43), (4, 18, 10, 33)),
    ],
)
def test_simon_designs_are_those_of_clinfun(rates, errors, optimal, minimax):
    """R 4.2.2 clinfun::ph2simon, stored output (reference values of this project)."""
    designs = two_stage(*map(float, rates), *map(float, errors), 60)
    best = min(designs, key=lambda d: d.expected_n)
    smallest = designs[0]

    assert (best.r1, best.n1, best.r, best.n) == optimal
    assert (smallest.r1, smallest.n1, smallest.r, smallest.n) == minimax


def test_the_errors_of_a_two_stage_design_are_those_of_every_outcome_summed():
    best = min(two_stage(0.1, 0.3, 0.05, 0.2, 40), key=lambda d: d.expected_n)

    def rejects(p: Fraction) -> Fraction:
        n2 = best.n - best.n1
        return sum(
            (
                binomial(best.n1, a, p) * binomial(n2, b, p)
                for a in range(best.r1 + 1, best.n1 + 1)
                for b in range(n2 + 1)
                if a + b > best.r
            ),
            Fraction(0),
        )

    assert float(rejects(Fraction(1, 10))) == pytest.approx(best.alpha_attained, abs=1e-12)
    assert float(rejects(Fraction(3, 10))) == pytest.approx(best.power_attained, abs=1e-12)


@pytest.mark.parametrize("p", [Fraction(1, 10), Fraction(3, 10), Fraction(7, 10)])
def test_the_estimate_after_two_stages_is_right_on_average(p):
    design = Boundary(1, 10, 29)
    stopped = sum((binomial(10, x, p) * umvue(design, x) for x in (0, 1)), Fraction(0))
    went_on = sum(
        (binomial(10, a, p) * binomial(19, b, p) * umvue(design, a + b) for a in range(2, 11) for b in range(20)),
        Fraction(0),
    )

    assert stopped + went_on == p


def test_the_interval_after_two_stages_inverts_its_p_value():
    design = Boundary(3, 13, 43)
    for x in (4, 9, 13, 20, 43):
        lower, upper = koyama_chen(design, x, 0.05)
        wide = limits(design, x, 0.05)

        assert as_high(design, x, lower) == pytest.approx(0.05, abs=1e-9)
        assert as_high(design, x, upper) == pytest.approx(0.95, abs=1e-9)
        assert wide[0] == lower
        assert wide[1] >= upper


def test_the_count_that_rejects_is_the_smallest_whose_exact_tail_keeps_the_level():
    alpha = Fraction(1, 20)
    for n in range(1, 41):
        for p0 in (Fraction(1, 5), Fraction(1, 2), Fraction(31, 73)):
            tails = [sum(binomial(n, k, p0) for k in range(x, n + 1)) for x in range(n + 2)]

            assert critical(n, p0, alpha) == next(x for x, tail in enumerate(tails) if tail <= alpha)


def test_power_rises_with_the_true_rate_and_ends_at_nought_and_one():
    curve = power(20, 13, np.linspace(0, 1, 1001))

    assert (curve[0], curve[-1]) == (0, 1)
    assert (np.diff(curve) >= 0).all()


def test_no_smaller_size_reaches_the_power_of_the_first_single_stage_design():
    """A'Hern 2001: 12 of 35 for 20 against 40 percent at 5 % and 80 %."""
    first = one_stage(Fraction(1, 5), Fraction(2, 5), Fraction(1, 20), Fraction(1, 5), 60)[0]

    assert (first.n, first.r + 1) == (35, 12)
