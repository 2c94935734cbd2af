"""The dose that the plan of the product asks for at a participant's body weight, by the catalog's own instrument."""

from fractions import Fraction

import msgspec

from trialwright.capture.values import Values
from trialwright.catalog import load
from trialwright.model.quantity import Missing, Quantity
from trialwright.model.study import Study


class Planned(msgspec.Struct, frozen=True):
    """One dose in the instrument's unit, and how many vials it takes."""

    dose: Fraction
    vials: Fraction


def planned_dose(study: Study, values: Values) -> Planned | None:
    """
    Dose and vials for the weight that `product.weight` names.

    Missing: None without a plan or without a weight.
    """
    plan = study.product
    if plan is None:
        return None
    visit, _, item = plan.weight.rpartition("/")
    weight = next(
        (
            h.value
            for s, h in values.items()
            if s.item == item and visit in ("", s.visit) and isinstance(h.value, Quantity)
        ),
        None,
    )
    if weight is None:
        return None
    asked = load().instrument(plan.dose_by).items[0].name
    told = load().score(plan.dose_by, {asked: weight})
    dose, vials = told.get("dose"), told.get("vials")
    if dose is None or vials is None or isinstance(dose, Missing) or isinstance(vials, Missing):
        return None
    return Planned(dose, vials)
