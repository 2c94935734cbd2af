"""What a virtual participant's history consists of."""

import datetime as dt
from typing import Literal

import msgspec

ActKind = Literal[
    "add", "consent", "form", "eligibility", "enrol", "screen_failure", "complete_visit", "withdraw", "complete",
]  # fmt: skip


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """
    One thing done at one moment: what a person at the site would click or type.

    `posted` holds a form's fields as a browser would send them (`item`, `item__missing`). `participant` is the cohort's
    own label ("7"); the study number is given when the participant is added.
    """

    at: dt.datetime  # aware, UTC
    kind: ActKind
    participant: str
    role: str
    visit: str = ""
    form: str = ""
    row: int = 0
    posted: dict[str, str] = {}
    reason: str = ""
    details: dict[str, str] = {}
