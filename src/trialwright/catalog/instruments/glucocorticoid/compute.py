"""One daily dose of a glucocorticoid as prednisone, and its band."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from trialwright.catalog.instruments.answers import code, number
from trialwright.catalog.strict_yaml import guess
from trialwright.catalog.terms.glucocorticoids.compute import (
    EQUIVALENTS_MG,
    NAMES,
    PULSE_MG,
    TABLES,
    band,
    prednisone_equivalent_mg,
)
from trialwright.model.entry import Answers, Scored, Told, Undecided
from trialwright.model.quantity import Missing

__all__ = ["TABLES", "Given", "answer", "score"]

LARGEST_MG = 100_000  # a slip of the decimal point, whatever the drug


class Given(msgspec.Struct, frozen=True):
    """One drug and its milligrams a day; "none" needs no dose."""

    drug: str
    mg_per_day: Fraction | None = None

    def __post_init__(self) -> None:
        name = self.drug.strip().casefold()
        if name != "none" and name not in NAMES:
            cure = guess(name, [*NAMES, "none"]) or f"The table knows {', '.join(NAMES)} and none."
            raise ValueError(f'drug: "{self.drug}" is not in the table. {cure}')
        if self.mg_per_day is not None and not 0 <= self.mg_per_day <= LARGEST_MG:
            raise ValueError("mg_per_day: a dose is not below 0 and not that large")
        if name == "none" and self.mg_per_day:
            raise ValueError("mg_per_day: a dose of no drug")


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `prednisone_eq_mg`, its `band`, and whether it is a `pulse`.

    Missing: undecided without a dose, and for a drug on which sources disagree while no table is chosen.
    """
    drug = given.drug.strip().casefold()
    names = ("prednisone_eq_mg", "band", "pulse")
    if given.mg_per_day is None and drug != "none":
        return dict.fromkeys(names, Undecided("the dose is not known"))
    equal = prednisone_equivalent_mg(drug, given.mg_per_day or Fraction(0), settings["equivalents"])
    if isinstance(equal, Missing):
        figures = {table: float(each[drug]) for table, each in EQUIVALENTS_MG.items() if drug in each}
        told = " or ".join(f"{figure:g} mg (table {table})" for table, figure in figures.items())
        why = f"sources disagree on {drug}: {told} equal 5 mg of prednisone; choose a table with equivalents"
        return dict.fromkeys(names, Undecided(why))
    return {"prednisone_eq_mg": equal, "band": band(equal), "pulse": equal >= PULSE_MG}


def score(answers: Answers, options: Mapping[str, str]) -> dict[str, Scored]:
    """
    `prednisone_equivalent` in mg a day.

    Missing: the reason why drug or dose is; "unknown" for a drug that the chosen table does not know.
    """
    drug, dose = code(answers, "drug"), number(answers, "mg_per_day")
    if drug == "none":
        return {"prednisone_equivalent": Fraction(0)}
    if isinstance(dose, Missing) or not drug:
        return {"prednisone_equivalent": dose if isinstance(dose, Missing) else Missing("unknown")}
    return {"prednisone_equivalent": prednisone_equivalent_mg(drug, dose, options["equivalents"])}
