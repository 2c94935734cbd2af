"""MITAX: a category from A to E for each of seven organ systems, weighted and summed."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from trialwright.catalog.instruments.answers import code
from trialwright.model.entry import Answers, NumberRow, NumberTable, Scored, Source, Told, Undecided
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

System = Literal["constitutional", "cutaneous", "skeletal", "gastrointestinal", "pulmonary", "cardiac", "muscle"]
Category = Literal["A", "B", "C", "D", "E"]
SYSTEMS: tuple[System, ...] = get_args(System)

WEIGHTS: dict[Category, int] = {"A": 9, "B": 3, "C": 1, "D": 0, "E": 0}
MOST = WEIGHTS["A"] * len(SYSTEMS)

TABLES = (
    NumberTable(
        name="weights",
        title=Text("Weight of a category", "各分级权重"),
        rows=tuple(
            NumberRow(of=Text(letter), number=Fraction(weight), source=Source("MITAX weights", "recalled"))
            for letter, weight in WEIGHTS.items()
        ),
    ),
)


class Given(msgspec.Struct, frozen=True):
    """One assessment: the category of each system; null = not assessed."""

    categories: dict[System, Category | None]


def answer(given: Given, _settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `total` (0 to 63), `max`, and their `ratio`.

    Missing: undecided where a system has no category.
    """
    absent = [name for name in SYSTEMS if given.categories.get(name) is None]
    if absent:
        return dict.fromkeys(("total", "max", "ratio"), Undecided(f"{', '.join(absent)} has no category"))
    total = sum(WEIGHTS[category] for category in given.categories.values() if category is not None)
    return {"total": Fraction(total), "max": Fraction(MOST), "ratio": Fraction(total, MOST)}


def score(answers: Answers, _options: Mapping[str, str]) -> dict[str, Scored]:
    """
    `total` and `ratio`.

    Missing: the reason of the first system without a category.
    Source:  entry.yaml; the weights are recalled.
    """
    total = 0
    for name in SYSTEMS:
        answered, letter = answers.get(name), code(answers, name)
        if not letter:
            missing = answered if isinstance(answered, Missing) else Missing("unknown")
            return {"total": missing, "ratio": missing}
        total += next(weight for category, weight in WEIGHTS.items() if category == letter)
    return {"total": Fraction(total), "ratio": Fraction(total, MOST)}
