"""The invented itch scale: the sum of its two questions."""

from fractions import Fraction

from trialwright.catalog.instruments.answers import first_missing, number
from trialwright.model.entry import Answers, Scored


def score(answers: Answers, options: dict[str, str]) -> dict[str, Scored]:
    """
    `total`: 0 to 20.

    Missing: the reason of the first question that has no answer.
    Source:  entry.yaml.
    """
    both = [number(answers, item) for item in ("now", "worst")]
    missing = first_missing(both)
    return {"total": missing or sum((each for each in both if isinstance(each, Fraction)), Fraction(0))}
