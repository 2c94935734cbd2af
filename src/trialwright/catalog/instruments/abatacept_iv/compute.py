"""The dose of abatacept by body weight, and how many vials it takes."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from trialwright.catalog.instruments.answers import number
from trialwright.model.entry import Answers, NumberRow, NumberTable, Scored, Source, Told, Undecided
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

LIGHT_KG, HEAVY_KG = 60, 100  # both belong to the middle dose
LOW_MG, MIDDLE_MG, HIGH_MG = 500, 750, 1000
VIAL_MG = 250
HEAVIEST_KG = 700  # nobody is heavier; grams typed as kilograms would be

_KG = {"g": Fraction(1, 1000)}
_LABEL = Source("drugs.com, abatacept dosage (label text)", "secondary")
TABLES = (
    NumberTable(
        name="dose",
        title=Text("Dose of one infusion", "单次输注剂量"),
        unit="mg",
        rows=(
            NumberRow(of=Text("below 60 kg", "低于 60 kg"), number=Fraction(LOW_MG), source=_LABEL),
            NumberRow(
                of=Text("60 to 100 kg, both included", "60 至 100 kg（含）"), number=Fraction(MIDDLE_MG), source=_LABEL
            ),
            NumberRow(of=Text("above 100 kg", "高于 100 kg"), number=Fraction(HIGH_MG), source=_LABEL),
        ),
    ),
)


class Given(msgspec.Struct, frozen=True):
    """One body weight; null = not weighed."""

    kg: Fraction | None

    def __post_init__(self) -> None:
        if self.kg is not None and not 0 < self.kg <= HEAVIEST_KG:
            raise ValueError(f"kg: a body weight lies above 0 and at most at {HEAVIEST_KG} kg")


def answer(given: Given, _settings: Mapping[str, str]) -> dict[str, Told]:
    """`mg` of one infusion and `vials_250mg`; undecided without a weight."""
    if given.kg is None:
        open_ = Undecided("the body weight is not known")
        return {"mg": open_, "vials_250mg": open_}
    dose = dose_mg(given.kg)
    return {"mg": Fraction(dose), "vials_250mg": Fraction(dose, VIAL_MG)}


def score(answers: Answers, _options: Mapping[str, str]) -> dict[str, Scored]:
    """
    `dose` in mg and `vials`.

    Missing: the reason why the weight is.
    """
    weight = number(answers, "weight", _KG)
    if isinstance(weight, Missing):
        return {"dose": weight, "vials": weight}
    dose = dose_mg(weight)
    return {"dose": Fraction(dose), "vials": Fraction(dose, VIAL_MG)}


def dose_mg(kg: Fraction) -> int:
    """
    Milligrams of one infusion.

    Units:   kilograms in, milligrams out; the limits are compared with the exact number, 99.95 kg is below 100.
    Source:  entry.yaml, label text.
    """
    if kg < LIGHT_KG:
        return LOW_MG
    return MIDDLE_MG if kg <= HEAVY_KG else HIGH_MG
