"""Participants as lines of a snapshot table: a visit's core set in one line, a whole course in a few."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from trialwright.catalog import Catalog, load
from trialwright.define import read_study
from trialwright.model.study import Study

STUDIES = Path(__file__).parents[2] / "studies"

BOTH_SIDES = ("deltoid_middle", "biceps_brachii", "wrist_extensors", "gluteus_maximus", "gluteus_medius",
              "quadriceps", "ankle_dorsiflexors")  # fmt: skip
MUSCLES = ("neck_flexors", *(f"{muscle}_{side}" for muscle in BOTH_SIDES for side in ("right", "left")))
CATEGORIES = ("dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities")
FIRST_DAY = {"W0": "2021-02-01", "W2": "2021-02-15", "W4": "2021-03-01", "W8": "2021-03-29", "W12": "2021-04-26"}
"""A visit on each planned day of schedule.yaml, first dose 2021-02-01 (days 1, 15, 29, 57, 85)."""


@cache
def catalog() -> Catalog:
    return load()


@cache
def aba_dm() -> Study:
    """The packaged study, as registered."""
    study, problems = read_study(STUDIES / "aba_dm", catalog())
    assert study is not None, [problem.sentence() for problem in problems]
    return study


PLACES = {"phga": "physician_global.vas", "ptga": "patient_global.vas", "exm": "extramuscular_global.vas",
          "enz": "muscle_enzymes.ck"}  # fmt: skip


def enrolled(participant: str) -> str:
    return "\n".join(f"{participant} @{kind} 2021-01-25" for kind in ("participant_added", "consent_given", "enrolled"))


def dosed(participant: str, day: str = "2021-02-01", dose: str = "750") -> str:
    return f"{participant} LOG#1 dosing_log.date {day}\n{participant} LOG#1 dosing_log.dose {dose}"


def core_set(participant: str, visit: str, values: Mapping[str, object], day: str | None = None) -> str:
    """
    A visit with core set measures; a role left out or None is not entered.

    phga, ptga, exm in cm; mmt: total on 0 to 150; haq: sum of the eight categories, so that the index is an eighth of
    it; enz: CK in U/L beside a limit of 200 U/L.
    """
    items: dict[str, object] = {"visit_record.date": day or FIRST_DAY[visit]}
    items |= {place: values[role] for role, place in PLACES.items() if values.get(role) is not None}
    if values.get("enz") is not None:
        items["muscle_enzymes.ck_uln"] = 200
    if values.get("mmt") is not None:
        items |= _spread("mmt8.{}", MUSCLES, int(str(values["mmt"])), 10)
    if values.get("haq") is not None:
        items |= _spread("haq_di.{}_1", CATEGORIES, int(str(values["haq"])), 3)
    return "\n".join(f"{participant} {visit} {item} {value}" for item, value in items.items())


def _spread(name: str, parts: Sequence[str], total: int, most: int) -> dict[str, object]:
    """`total` handed out to the parts, each taking as much as it may."""
    return {name.format(part): min(most, max(0, total - most * place)) for place, part in enumerate(parts)}


def steroids(participant: str, *periods: tuple[str, str, str]) -> str:
    """Prednisone once a day: dose in mg, first day, last day ("" while it goes on)."""
    return "\n".join(
        f"{participant} LOG#{row} glucocorticoid_log.{item} {value}"
        for row, (dose, start, end) in enumerate(periods, 1)
        for item, value in {
            "drug": "prednisone", "dose": dose, "frequency": "once_daily", "route": "oral", "start": start, "end": end,
        }.items()
        if value
    )  # fmt: skip
