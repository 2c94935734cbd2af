"""The epochs of a study: the stretches of planned time that every participant passes through, one after the other."""

from typing import Literal

import msgspec

from trialwright.model.origin import Provenance
from trialwright.model.text import Text

Begins = Literal["consent", "first_dose", "visit", "after_visit"]


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """
    One epoch, under the standard's term. It lasts until the next one begins.

    `begins` consent: with the consent; first_dose: on the day of the first dose; visit, after_visit: on the day on
    which `visit` took place, or the day after. Whoever never came so far never entered it. In a `treated` epoch the
    arms differ by what they are given.
    """

    name: str  # a term of the standard's list: SCREENING, TREATMENT, FOLLOW-UP ...
    title: Text
    begins: Begins
    visit: str = ""
    treated: bool = False
    origin: Provenance | None = None  # None: no schedule declared it


UNDECLARED = (
    Epoch(name="SCREENING", title=Text("Screening", "筛选期"), begins="consent"),
    Epoch(name="TREATMENT", title=Text("Treatment", "治疗期"), begins="first_dose", treated=True),
)
"""The epochs of a schedule that declares none: everything before the first dose, and everything from it on."""
