"""The posterior of a response rate under a beta prior: its mean, interval and probability of being above a rate."""

from fractions import Fraction

from scipy.special import betainc, betaincc, betainccinv, betaincinv

from trialwright.catalog.numerics.roots import crossing


class Posterior:
    """Beta(a + x, b + n - x): what is believed of the rate after x responders of n."""

    def __init__(self, x: int, n: int, a: Fraction, b: Fraction) -> None:
        self.a, self.b = a + x, b + n - x
        self._shape = float(self.a), float(self.b)

    @property
    def mean(self) -> Fraction:
        return self.a / (self.a + self.b)

    def interval(self, level: Fraction) -> tuple[float, float]:
        """The equal-tailed credible interval."""
        tail = float((1 - level) / 2)
        return float(betaincinv(*self._shape, tail)), float(betainccinv(*self._shape, tail))

    def above(self, rate: Fraction) -> float:
        """The probability that the true rate is above `rate`."""
        if not 0 < rate < 1:
            return float(rate <= 0)
        return float(betaincc(*self._shape, float(rate)))

    def below(self, rate: Fraction) -> float:
        """The probability that the true rate is `rate` or less, with its own digits where it is tiny."""
        if not 0 < rate < 1:
            return float(rate >= 1)
        return float(betainc(*self._shape, float(rate)))


def doubt_withstood(x: int, n: int, threshold: Fraction, probability: Fraction, *, most: int) -> float | None:
    """
    The weight in participants of a prior centred on `threshold` under which P(rate > threshold) is just `probability`.

    Shape:   the heaviest doubt the data withstand; `most` where they withstand that much and more.
    Missing: None where even the lightest prior leaves the probability below.
    """

    def short(weight: float) -> float:
        prior = Fraction(weight) * threshold, Fraction(weight) * (1 - threshold)
        return float(probability) - Posterior(x, n, *prior).above(threshold)

    lightest = 1 / 1024
    if short(lightest) > 0:
        return None
    return float(most) if short(most) <= 0 else crossing(short, lightest, float(most))
