"""How the compute.py of an instrument reads one answer: exact, or missing with its reason."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from trialwright.model.entry import Answers, Scored
from trialwright.model.quantity import Code, Limit, Missing, Quantity

NO_FACTORS: Mapping[str, Fraction] = {}


def number(answers: Answers, item: str, factors: Mapping[str, Fraction] = NO_FACTORS) -> Scored:
    """
    The number in `item`, exact, multiplied by the factor of its unit where `factors` names that unit.

    Missing: the reason that was given; "unknown" for a blank and for a limit such as "<0.5".
    """
    answer = answers.get(item)
    if answer is None or isinstance(answer, Limit):
        return Missing("unknown")
    if isinstance(answer, Missing):
        return answer
    if not isinstance(answer, Quantity):
        raise ValueError(f"item {item} holds no number")
    factor = factors.get(answer.unit)
    return answer.exact if factor is None else answer.exact * factor


def code(answers: Answers, item: str) -> str:
    """The code chosen in `item`; "" where it is blank or missing."""
    answer = answers.get(item)
    return answer.code if isinstance(answer, Code) else ""


def first_missing(numbers: Iterable[Scored]) -> Missing | None:
    """The first reason for absence among them; None where all are there."""
    return next((n for n in numbers if isinstance(n, Missing)), None)
