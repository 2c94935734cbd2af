"""What a definition declares about conduct: who signs what, who is told of serious events, how product is kept."""

from typing import Literal

import msgspec

from trialwright.model.origin import Provenance
from trialwright.model.text import Text

SignatureLevel = Literal["form", "visit", "participant"]


class SignatureMeaning(msgspec.Struct, frozen=True, kw_only=True):
    """
    One thing that a signature may say. `title` is the sentence that is signed; `by` the roles that may sign it.

    `owed_at` are the visits that wait for it: each is listed until it is signed.
    """

    name: str
    title: Text
    levels: tuple[SignatureLevel, ...]
    by: tuple[str, ...]
    owed_at: tuple[str, ...] = ()
    origin: Provenance


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who is told of a serious event. `expedited`: within the calendar days that the catalog's expedited_clock counts.

    Else the report is sent when it is complete, and no clock runs.
    """

    name: str
    title: Text
    expedited: bool = False


class SafetyPlan(msgspec.Struct, frozen=True, kw_only=True):
    """`log` is the form of adverse events; the site tells the sponsor within `hours_to_sponsor` of its awareness."""

    log: str
    hours_to_sponsor: int
    recipients: tuple[Recipient, ...]
    origin: Provenance


class RecordsPlan(msgspec.Struct, frozen=True, kw_only=True):
    """
    How soon data are entered and how long they are kept; None: the definition does not say.

    `entered_within_days` counts from the day of the visit, `kept_years` from the data lock.
    """

    entered_within_days: int | None = None
    kept_years: int | None = None
    origin: Provenance


class ProductPlan(msgspec.Struct, frozen=True, kw_only=True):
    """
    How the product is counted: `log` is the form of doses, `dose_by` the catalog instrument that says dose and vials.

    `weight` is the item ("W0/weight.weight") that the dose goes by.
    """

    intervention: str
    log: str
    dose_by: str
    weight: str
    origin: Provenance
