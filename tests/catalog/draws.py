"""Rows for response criteria, drawn at random and heavily at the thresholds; every number as a person writes it."""

import random
from fractions import Fraction

FACTORS = [Fraction(n, 100) for n in (30, 40, 50, 60, 70, 75, 80, 100, 120, 125, 130, 140, 160)]
STEPS = [Fraction(n, 10) for n in (-20, -21, -19, 20, 21, 19, 5, 6, -5, 15, 25, 40, 41)]


def written(number: Fraction | int | None) -> str:
    """A decimal where it ends, else a fraction; "" where nothing was measured."""
    if number is None:
        return ""
    number = Fraction(number)
    if 10**4 % number.denominator:
        return str(number)
    places = next(p for p in range(5) if 10**p % number.denominator == 0)
    digits = str(int(number * 10**places)).rjust(places + 1, "0")
    return digits if not places else f"{digits[:-places]}.{digits[-places:]}"


class Drawer:
    """Draws values; the same seed gives the same rows."""

    def __init__(self, seed: int, holes: float = 0.08) -> None:
        self.random, self.holes = random.Random(seed), holes

    def missing(self) -> bool:
        return self.random.random() < self.holes

    def flag(self) -> int | None:
        return None if self.missing() else self.random.randint(0, 1)

    def value(self, highest: int = 10) -> Fraction | None:
        """In tenths; often a number whose fifth and quarter end; now and then zero."""
        if self.missing():
            return None
        kind = self.random.random()
        if kind < 0.08:
            return Fraction(0)
        if kind < 0.5:
            return Fraction(self.random.randint(1, highest * 10 // 20) * 20, 10)
        return Fraction(self.random.randint(0, highest * 10), 10)

    def after(self, before: Fraction | None, highest: int = 10) -> Fraction | None:
        """A second value: half of them exactly at, or one step beside, a threshold of the first."""
        kind = self.random.random()
        if before is None or kind < 0.35 or self.missing():
            return self.value(highest)
        if kind < 0.7:
            return self._exactly(before * self.random.choice(FACTORS))
        if kind < 0.85:
            return self._exactly(before * self.random.choice(FACTORS) + Fraction(self.random.choice([-1, 1]), 10))
        return self._exactly(before + self.random.choice(STEPS))

    def pair(self, highest: int = 10) -> tuple[Fraction | None, Fraction | None]:
        before = self.value(highest)
        return before, self.after(before, highest)

    @staticmethod
    def _exactly(number: Fraction) -> Fraction:
        return max(number, Fraction(0))
