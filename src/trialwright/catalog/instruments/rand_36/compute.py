"""RAND-36 version 1.0: each answer from 0 to 100, higher being better, averaged into eight scales."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.catalog.instruments.answers import number
from trialwright.model.entry import Answers, NumberRow, NumberTable, Scored, Source, Told, Undecided
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

SCALES = {
    "physical_functioning": range(3, 13),
    "role_physical": range(13, 17),
    "role_emotional": range(17, 20),
    "energy_fatigue": (23, 27, 29, 31),
    "emotional_well_being": (24, 25, 26, 28, 30),
    "social_functioning": (20, 32),
    "pain": (21, 22),
    "general_health": (1, 33, 34, 35, 36),
}
QUESTIONS = 36
UNSCALED = 2  # health compared with a year ago

Direction = Literal["best first", "worst first"]
# (how many answers, which end is best) -> questions; the answers are equal steps from 0 to 100 in between.
STEPS: dict[tuple[int, Direction], tuple[int, ...]] = {
    (5, "best first"): (1, UNSCALED, 20, 22, 34, 36),
    (3, "worst first"): tuple(range(3, 13)),
    (2, "worst first"): tuple(range(13, 20)),
    (6, "best first"): (21, 23, 26, 27, 30),
    (6, "worst first"): (24, 25, 28, 29, 31),
    (5, "worst first"): (32, 33, 35),
}
_BY_QUESTION = {question: step for step, questions in STEPS.items() for question in questions}

_RAND = Source("RAND, Scoring Instructions (rand.org), Table 1", "original")
TABLES = tuple(
    NumberTable(
        name=f"answers_{place}",
        title=Text(
            f"Questions {', '.join(map(str, questions))}: answer to points",
            f"问题 {'、'.join(map(str, questions))}：回答与得分",
        ),
        rows=tuple(
            NumberRow(
                of=Text(f"answer {choice}", f"回答 {choice}"),
                number=100 * Fraction(many - choice if direction == "best first" else choice - 1, many - 1),
                source=_RAND,
            )
            for choice in range(1, many + 1)
        ),
    )
    for place, ((many, direction), questions) in enumerate(STEPS.items(), 1)
)


class Given(msgspec.Struct, frozen=True):
    """The answers as circled, by question number ("1" to "36"); null or absent = not answered."""

    answers: dict[str, int | None]

    def __post_init__(self) -> None:
        for name, circled in self.answers.items():
            question = int(name) if name.isascii() and name.isdecimal() and len(name) <= 2 else 0
            if not 1 <= question <= QUESTIONS:
                raise ValueError(f'"{name}" is no question; they are numbered 1 to {QUESTIONS}')
            if circled is not None and not 1 <= circled <= _BY_QUESTION[question][0]:
                raise ValueError(f"question {name} has the answers 1 to {_BY_QUESTION[question][0]}")


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    The eight scores, 0 to 100.

    Missing: undecided where too few questions of a scale are answered (none, or less than half by the other rule).
    """
    circled = {int(name): Fraction(found) for name, found in given.answers.items() if found is not None}
    told: dict[str, Told] = {}
    for name, questions in SCALES.items():
        known = {q: circled[q] for q in questions if q in circled}
        mean = _mean(known, len(questions), settings["missing_rule"])
        told[name] = Undecided(f"{name}: {len(known)} of {len(questions)} answered") if mean is None else mean
    return told


def score(answers: Answers, options: Mapping[str, str]) -> dict[str, Scored]:
    """
    The eight scores, 0 to 100, higher being better.

    Missing: where too few questions of a scale are answered, the reason of its first blank; "unknown" for an answer
             that the question does not have.
    Source:  entry.yaml: recoding and averaging by RAND's instructions.
    """
    made: dict[str, Scored] = {}
    for name, questions in SCALES.items():
        found = {question: number(answers, f"q{question}") for question in questions}
        known = {question: each for question, each in found.items() if isinstance(each, Fraction)}
        if any(not 1 <= each <= _BY_QUESTION[question][0] for question, each in known.items()):
            made[name] = Missing("unknown")
            continue
        mean = _mean(known, len(questions), options["missing_rule"])
        made[name] = mean if mean is not None else next(each for each in found.values() if isinstance(each, Missing))
    return made


def points(question: int, circled: Fraction) -> Fraction:
    """0 to 100 for one answer: equal steps from the worst to the best."""
    many, direction = _BY_QUESTION[question]
    return 100 * (many - circled if direction == "best first" else circled - 1) / (many - 1)


def _mean(known: Mapping[int, Fraction], of: int, missing_rule: str) -> Fraction | None:
    if not known or (missing_rule == "half_answered" and 2 * len(known) < of):
        return None
    return sum((points(question, circled) for question, circled in known.items()), Fraction(0)) / len(known)
