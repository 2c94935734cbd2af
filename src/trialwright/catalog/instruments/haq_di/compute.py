"""HAQ-DI: the worst answer of each category, raised by aids and help, averaged over the categories."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.catalog.instruments.answers import code, number
from trialwright.model.entry import Answers, Scored, Told, Undecided
from trialwright.model.quantity import Missing

Category = Literal["dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities"]
Device = Literal[
    "dressing_devices", "special_chair", "built_up_utensils", "cane", "walker", "crutches", "wheelchair",
    "bathtub_bar", "long_handled_bathroom", "raised_toilet_seat", "long_handled_reach", "jar_opener",
]  # fmt: skip

CATEGORIES: dict[Category, int] = {
    "dressing": 2, "arising": 2, "eating": 3, "walking": 2, "hygiene": 3, "reach": 2, "grip": 3, "activities": 3,
}  # fmt: skip

# Which category an aid belongs to: IMACS CLINHAQ sheet.
DEVICES: dict[Device, Category] = {
    "dressing_devices": "dressing",
    "special_chair": "arising",
    "built_up_utensils": "eating",
    "cane": "walking",
    "walker": "walking",
    "crutches": "walking",
    "wheelchair": "walking",
    "bathtub_bar": "hygiene",
    "long_handled_bathroom": "hygiene",
    "raised_toilet_seat": "hygiene",
    "long_handled_reach": "reach",
    "jar_opener": "grip",
}
LEAST_CATEGORIES = 6
WITH_AID = Fraction(2)
WORST = 3


class Given(msgspec.Struct, frozen=True):
    """One filled-in questionnaire: answers by category (null = blank), and where an aid or a person helped."""

    items: dict[Category, list[Fraction | None]]
    aids_or_help: list[Category] = []
    devices: list[Device] = []

    def __post_init__(self) -> None:
        for name, found in self.items.items():
            if len(found) > CATEGORIES[name]:
                raise ValueError(f"{name} has {CATEGORIES[name]} questions, found {len(found)} answers")
            if any(each is not None and (each.denominator != 1 or not 0 <= each <= WORST) for each in found):
                raise ValueError(f"{name}: an answer is 0, 1, 2 or 3")


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `haq_di` and `alternative_di` side by side: with and without aids and help.

    Missing: as `score`; the reason counts the categories.
    """
    helped = {*given.aids_or_help, *(DEVICES[device] for device in given.devices)}
    worst = {name: max(known) for name, found in given.items.items() if (known := [f for f in found if f is not None])}
    raised = [max(grade, WITH_AID) if name in helped else grade for name, grade in worst.items()]
    least = _least(settings["missing_rule"])
    if len(worst) < least:
        told = Undecided(f"{len(worst)} of 8 categories are answered; the index needs {least}")
        return {"haq_di": told, "alternative_di": told, "categories": Fraction(len(worst))}
    return {
        "haq_di": _mean(raised),
        "alternative_di": _mean([*worst.values()]),
        "categories": Fraction(len(worst)),
    }


def score(answers: Answers, options: dict[str, str]) -> dict[str, Scored]:
    """
    `index`: 0 to 3, an exact fraction over the number of categories that count.

    Missing: a category without any answer is left out. `six_of_eight`: no index below six categories;
             `divide_by_answered`: none without any. The reason is that of the first missing category.
    Source:  entry.yaml: worst item; an aid or help lifts 0 and 1 to 2 and leaves 2 and 3 (it does not add a point).
    """
    scores = [_category(answers, name, options["variant"]) for name in CATEGORIES]
    answered = [s for s in scores if isinstance(s, Fraction)]
    if len(answered) < _least(options["missing_rule"]):
        return {"index": next(s for s in scores if isinstance(s, Missing))}
    return {"index": _mean(answered)}


def _least(missing_rule: str) -> int:
    """Fewest categories for an index; six where nobody chose, for that is what the questionnaire's authors ask."""
    return 1 if missing_rule == "divide_by_answered" else LEAST_CATEGORIES


def _mean(scores: Sequence[Fraction]) -> Fraction:
    return sum(scores, Fraction(0)) / len(scores)


def _category(answers: Answers, name: Category, variant: str) -> Scored:
    items = [number(answers, f"{name}_{n}") for n in range(1, CATEGORIES[name] + 1)]
    known = [item for item in items if isinstance(item, Fraction)]
    if not known:
        return next(item for item in items if isinstance(item, Missing))
    if any(not 0 <= item <= WORST for item in known):
        return Missing("unknown")
    worst = max(known)
    helped = "Y" in (code(answers, f"{name}_aid"), code(answers, f"{name}_help"))
    return max(worst, WITH_AID) if helped and variant == "standard" else worst
