"""One adverse event judged: serious, related, under treatment, and when it must be reported."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.catalog.instruments.expedited_clock.compute import Facts, clock
from trialwright.model.entry import NumberRow, NumberTable, Source, Told, Undecided
from trialwright.model.quantity import PartialDate
from trialwright.model.text import Text

Criterion = Literal["death", "life_threatening", "hospitalisation", "disability", "congenital", "important"]
Causality = Literal["certain", "probable", "possible", "unlikely", "unclassified", "unassessable", "unrelated"]

RANKED: tuple[Causality, ...] = ("possible", "probable", "certain")
NOT_JUDGED: tuple[Causality, ...] = ("unclassified", "unassessable")
GRADES = (1, 5)
NARANJO = (-4, 13)
DEFINITE, PROBABLE, POSSIBLE = 9, 5, 1  # lowest total of each category

_OAE = Source("OAE ontology, Naranjo categories", "original")
TABLES = (
    NumberTable(
        name="naranjo",
        title=Text("Naranjo total, from", "Naranjo 总分，自"),
        rows=(
            NumberRow(of=Text("definite", "肯定"), number=Fraction(DEFINITE), source=_OAE),
            NumberRow(of=Text("probable", "很可能"), number=Fraction(PROBABLE), source=_OAE),
            NumberRow(of=Text("possible", "可能"), number=Fraction(POSSIBLE), source=_OAE),
        ),
    ),
)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One event; null = not known. An empty list of criteria says that none holds."""

    criteria: list[Criterion] | None = None
    grade: int | None = None
    causality: Causality | None = None
    unexpected: bool | None = None
    day0: dt.date | None = None
    start: str | None = None
    first_dose: dt.date | None = None
    last_dose: dt.date | None = None
    naranjo: int | None = None

    def __post_init__(self) -> None:
        if self.grade is not None and not GRADES[0] <= self.grade <= GRADES[1]:
            raise ValueError("grade: grades run from 1 to 5")
        if self.naranjo is not None and not NARANJO[0] <= self.naranjo <= NARANJO[1]:
            raise ValueError(f"naranjo: a total lies between {NARANJO[0]} and {NARANJO[1]}")
        if self.start is not None:
            PartialDate(self.start)
        if self.first_dose is not None and self.last_dose is not None and self.last_dose < self.first_dose:
            raise ValueError("last_dose: it lies before the first")


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `serious`, `related`, `treatment_emergent`, the report that is owed, the Naranjo category, a `contradiction`.

    Missing: undecided where what is not known could change it.
    Source:  entry.yaml.
    """
    criteria = given.criteria
    related = _related(given.causality, settings["related_from"])
    told: dict[str, Told] = {
        "serious": Undecided("the criteria of seriousness are not given") if criteria is None else bool(criteria),
        "related": Undecided("the causality is not judged") if related is None else related,
        "treatment_emergent": _emergent(given, settings["tail_days"]),
    }
    if given.naranjo is not None:
        told["naranjo_category"] = naranjo_category(given.naranjo)
    died = given.grade == GRADES[1] and criteria is not None and "death" not in criteria
    told["contradiction"] = "grade 5 is death and death is not among the criteria" if died else None
    return told | _owed(given, related)


def naranjo_category(total: int) -> str:
    """definite, probable, possible or doubtful."""
    if total >= DEFINITE:
        return "definite"
    if total >= PROBABLE:
        return "probable"
    return "possible" if total >= POSSIBLE else "doubtful"


def _related(causality: Causality | None, least: str) -> bool | None:
    if causality is None or causality in NOT_JUDGED:
        return None
    return causality in RANKED and RANKED.index(causality) >= [*RANKED].index(_ranked(least))


def _ranked(word: str) -> Causality:
    return next(each for each in RANKED if each == word)


def _emergent(given: Given, tail_days: str) -> Told:
    if given.start is None or given.first_dose is None:
        return Undecided("the first day of the event or of treatment is not given")
    start = PartialDate(given.start)
    if start.latest < given.first_dose:
        return False
    if given.last_dose is None or start.latest <= given.last_dose:
        return True if start.earliest >= given.first_dose else _open_start()
    if tail_days == "undecided":
        return Undecided("it began after the last dose; choose tail_days")
    until = given.last_dose + dt.timedelta(days=int(tail_days))
    if start.earliest > until:
        return False
    return True if given.first_dose <= start.earliest and start.latest <= until else _open_start()


def _open_start() -> Undecided:
    return Undecided("the first day is known too roughly")


def _owed(given: Given, related: bool | None) -> dict[str, Told]:
    if given.day0 is None:
        return {"expedited": Undecided("day0 is not given"), "due": None}
    criteria = given.criteria
    fatal = None if criteria is None else bool({"death", "life_threatening"} & set(criteria))
    serious = None if criteria is None else bool(criteria)
    facts = Facts(serious=serious, related=related, unexpected=given.unexpected, fatal_or_life_threatening=fatal)
    found = clock(given.day0, facts)
    open_ = Undecided(found.reason) if found.reason else None
    return {
        "expedited": open_ or (f"{found.days}-day" if found.days else "none"),
        "due": open_ or (found.due.isoformat() if found.due else None),
        "earliest_due": found.earliest_due.isoformat() if found.earliest_due else None,
    }
