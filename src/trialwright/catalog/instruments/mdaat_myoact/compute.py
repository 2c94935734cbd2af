"""MYOACT: six organ systems on lines of 10 cm, summed and divided by what the assessed ones can reach."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from trialwright.catalog.instruments.answers import number
from trialwright.model.entry import Answers, Scored, Told, Undecided
from trialwright.model.quantity import Missing

System = Literal["constitutional", "cutaneous", "skeletal", "gastrointestinal", "pulmonary", "cardiac"]
SYSTEMS: tuple[System, ...] = get_args(System)
LINE_CM = 10
INVOLVED_ABOVE_CM = Fraction(1, 2)  # ProDERM, entry.yaml

_CM = {"mm": Fraction(1, 10)}


class Given(msgspec.Struct, frozen=True):
    """One assessment: the mark of each system in cm; null = the system does not apply."""

    vas: dict[System, Fraction | None]

    def __post_init__(self) -> None:
        for name, mark in self.vas.items():
            if mark is not None and not 0 <= mark <= LINE_CM:
                raise ValueError(f"{name}: a mark lies between 0 and {LINE_CM} cm")


def answer(given: Given, _settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `sum`, `max` (10 for each system assessed) and their `ratio`.

    Missing: undecided where a system is left out without null, or none applies.
    """
    absent = [name for name in SYSTEMS if name not in given.vas]
    marks = [mark for mark in given.vas.values() if mark is not None]
    if absent or not marks:
        why = f"{absent[0]} is not given; null says that it does not apply" if absent else "no system applies"
        return dict.fromkeys(("sum", "max", "ratio", "involved"), Undecided(why))
    return {**_scores(marks)}


def score(answers: Answers, _options: Mapping[str, str]) -> dict[str, Scored]:
    """
    `sum`, `max`, `ratio`, `involved`.

    Units:   marks in cm or mm.
    Missing: "not applicable" takes the system out of the sum and of what it is divided by; any other reason leaves
             no score, for the system may be the active one.
    Source:  entry.yaml.
    """
    marks: list[Fraction] = []
    for name in SYSTEMS:
        mark = number(answers, name, _CM)
        if isinstance(mark, Fraction):
            marks.append(mark)
        elif mark.reason != "not applicable":
            return dict.fromkeys(("sum", "max", "ratio", "involved"), mark)
    return (
        {**_scores(marks)} if marks else dict.fromkeys(("sum", "max", "ratio", "involved"), Missing("not applicable"))
    )


def _scores(marks: list[Fraction]) -> dict[str, Fraction]:
    total, most = sum(marks, Fraction(0)), Fraction(LINE_CM * len(marks))
    involved = sum(mark > INVOLVED_ABOVE_CM for mark in marks)
    return {"sum": total, "max": most, "ratio": total / most, "involved": Fraction(involved)}
