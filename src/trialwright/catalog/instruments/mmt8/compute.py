"""MMT-8: the sum over the muscles of one scale, and the two totals of that scale side by side."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from trialwright.catalog.instruments.answers import first_missing, number
from trialwright.model.entry import Answers, Pair, Scored, Told, Undecided
from trialwright.model.quantity import Missing

AXIAL = ("neck_flexors",)
PAIRED = (
    "deltoid_middle", "biceps_brachii", "wrist_extensors", "gluteus_maximus", "gluteus_medius", "quadriceps",
    "ankle_dorsiflexors",
)  # fmt: skip
STRONGEST = 10

Muscle = Literal[
    "neck_flexors", "deltoid_middle", "biceps", "wrist_extensors", "gluteus_maximus", "gluteus_medius", "quadriceps",
    "ankle_dorsiflexors",
]  # fmt: skip
MUSCLES: tuple[Muscle, ...] = get_args(Muscle)
Grade = int | str | None

# Kendall's grades on the scale from 0 to 10, IMACS Form 04. A trace (T) has no number there.
FROM_0_TO_5 = {
    "0": 0, "2-": 1, "2": 2, "2+": 3, "3-": 4, "3": 5, "3+": 6, "4-": 7, "4": 8, "4+": 9, "5": 10,
}  # fmt: skip
TRACE = "T"
SIGNS = str.maketrans("\u2212\u2013\uff0b", "--+")  # a minus sign, a dash, a wide plus: typed or pasted


class Given(msgspec.Struct, frozen=True):
    """One testing: on one side, or on both with [right, left] of each muscle and one grade of the neck; null = not."""

    unilateral: dict[Muscle, Grade | list[Grade]] | None = None
    bilateral: dict[Muscle, list[Grade]] | None = None
    side: Literal["right", "left", "dominant"] | None = None
    grading: Literal["0-10", "0-5"] = "0-10"

    def __post_init__(self) -> None:
        if (self.unilateral is None) == (self.bilateral is None):
            raise ValueError('one of "unilateral" and "bilateral" is given')
        for name, given in (self.unilateral or {}).items():
            # [grade], as both sides have it, is taken for the neck, which has no sides.
            if isinstance(given, list) and (name not in AXIAL or len(given) != 1):
                raise ValueError(f"{name}: expected one grade")
        for muscle, grades in (self.bilateral or {}).items():
            if len(grades) != (1 if muscle in AXIAL else 2):
                raise ValueError(f"{muscle}: expected {'[grade]' if muscle in AXIAL else '[right, left]'}")
        for grade in (grade for muscle in MUSCLES for grade in self.grades(muscle)):
            if grade is not None and not self._is_grade(grade):
                expected = "0 to 10" if self.grading == "0-10" else f"{', '.join(FROM_0_TO_5)} or T"
                raise ValueError(f'"{grade}" is no grade; grades are {expected}')

    def grades(self, muscle: Muscle) -> list[Grade]:
        """The grades of one muscle as written: one, or right and left; none where it is not given."""
        if self.unilateral is not None:
            given = self.unilateral.get(muscle, [])
            return given if isinstance(given, list) else [given]
        return (self.bilateral or {}).get(muscle, [])

    def points(self, grade: Grade, trace: str) -> int | None:
        """The grade on the scale from 0 to 10; None where it is missing, or a trace that no rule gives a number."""
        if grade is None or self.grading == "0-10":
            return None if grade is None else int(grade)
        text = _plain(grade)
        return FROM_0_TO_5.get(text) if text != TRACE else {"zero": 0, "one": 1}.get(trace)

    def _is_grade(self, grade: int | str) -> bool:
        text = _plain(grade)
        if self.grading == "0-5":
            return text in FROM_0_TO_5 or text == TRACE
        return text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) <= STRONGEST


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `total` and the `scale` it stands on: 3 points of 150 are not 3 of 80.

    Missing: undecided where one grade is; nothing is filled in.
    """
    both = given.bilateral is not None
    length = STRONGEST * (len(AXIAL) + len(PAIRED) * (2 if both else 1))
    place: dict[str, Told] = {"scale": f"0-{length}", "side": "bilateral" if both else given.side}
    total = 0
    for muscle in MUSCLES:
        grades = given.grades(muscle)
        points = [given.points(grade, settings["trace"]) for grade in grades]
        if not points or None in points:
            traced = any(_plain(grade) == TRACE for grade in grades if grade is not None)
            why = "a trace (T), which has no number until a rule for it is set" if traced else "not graded"
            return {"total": Undecided(f"{muscle} is {why}; a total needs every muscle")} | place
        total += sum(point for point in points if point is not None)
    return {"total": Fraction(total)} | place


def _plain(grade: int | str) -> str:
    return str(grade).strip().translate(SIGNS).upper()


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
