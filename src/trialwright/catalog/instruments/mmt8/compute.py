"""MMT-8: the sum over the muscles of one scale, and the two totals of that scale side by side."""

from fractions import Fraction

from trialwright.catalog.instruments.answers import first_missing, number
from trialwright.model.entry import Answers, Pair, Scored
from trialwright.model.quantity import Missing

AXIAL = ("neck_flexors",)
PAIRED = (
    "deltoid_middle", "biceps_brachii", "wrist_extensors", "gluteus_maximus", "gluteus_medius", "quadriceps",
    "ankle_dorsiflexors",
)  # fmt: skip
STRONGEST = 10


def score(answers: Answers, options: dict[str, str]) -> dict[str, Scored]:
    """
    `total`: 0 to 80 on one side, 0 to 150 on both.

    Missing: the reason of the first muscle that has none; "unknown" where a grade lies outside 0 to 10.
    Source:  IMACS Form 04, scoring sheet.
    """
    grades = [number(answers, muscle) for muscle in _muscles(options)]
    missing = first_missing(grades)
    if missing is not None:
        return {"total": missing}
    known = [grade for grade in grades if isinstance(grade, Fraction)]
    if any(not 0 <= grade <= STRONGEST for grade in known):
        return {"total": Missing("unknown")}
    return {"total": sum(known, Fraction(0))}


def pair(baseline: Answers, now: Answers, options: dict[str, str]) -> Pair:
    """
    Both totals on the scale of the study, whose length is their `range`.

    Missing: "not applicable" where one visit tested other sides than the other: 3 points of 150 are not 3 of 80.
    """
    length = Fraction(STRONGEST * len(_muscles(options)))
    before, after = _sides(baseline), _sides(now)
    if before and after and before != after:
        return Pair(Missing("not applicable"), Missing("not applicable"), range=length)
    return Pair(score(baseline, options)["total"], score(now, options)["total"], range=length)


def _muscles(options: dict[str, str]) -> list[str]:
    """The items that the scale asks for. One side: the one that `side` names."""
    both = options["scale"] == "bilateral"
    if not both and options["side"] == "bilateral":
        raise ValueError("mmt8: the unilateral scale tests one side, right or left")
    sides = ("right", "left") if both else (options["side"],)
    return [*AXIAL, *(f"{muscle}_{side}" for muscle in PAIRED for side in sides)]


def _sides(answers: Answers) -> set[str]:
    """The sides on which at least one muscle has a grade."""
    return {
        side
        for side in ("right", "left")
        if any(isinstance(number(answers, f"{muscle}_{side}"), Fraction) for muscle in PAIRED)
    }
