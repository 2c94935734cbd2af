"""What the ledger holds: versions of datapoints, events, and the snapshot of both up to a moment."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Literal

import msgspec
import polars as pl

from trialwright.model.problem import Problem
from trialwright.model.quantity import Value

Origin = Literal["typed", "import", "derived", "simulated", "migration"]

EventKind = Literal[
    "signed_in", "signed_out", "sign_in_failed", "account_added", "role_granted", "role_revoked",
    "build_published", "ethics_approval", "site_opened", "record_submitted",
    "participant_added", "consent_given", "consent_withdrawn", "eligibility_confirmed", "enrolled", "screen_failure",
    "withdrawn", "completed", "died",
    "visit_completed", "visit_reopened", "visit_missed",
    "query_opened", "query_answered", "query_closed", "query_reopened", "verified", "reviewed", "frozen", "unfrozen",
    "locked", "unlocked", "signed", "signature_broken", "deviation_recorded", "row_inactivated",
    "look_declared", "report_made", "exported", "printed", "erased",
    "visit_added", "identity_kept", "identity_read", "identity_erased", "migrated",
    "account_locked", "account_unlocked", "account_closed", "password_changed", "second_factor_set",
    "second_factor_removed", "signature_refused",
    "safety_reported", "safety_assessed", "safety_submitted", "safety_completed",
    "deviation_settled", "deviations_reported", "product_moved", "arm_corrected",
    "date_corrected",
]  # fmt: skip


class Blank(msgspec.Struct, frozen=True, tag="blank"):
    """A value that was cleared: the version says so, nothing stands here now."""


Stored = Value | Blank


class Slot(msgspec.Struct, frozen=True, order=True):
    """The place of a datapoint. `row` is 0, or the stable row id (1, 2, ...; never reused) of a repeating form."""

    participant_id: str
    visit: str
    form: str
    item: str
    row: int = 0


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who, why, under which build, from where. The moment is given by the store's clock, never by the caller."""

    user: str
    build: int
    origin: Origin
    reason: str = ""


class NewDatapoint(msgspec.Struct, frozen=True, kw_only=True):
    """A value to append: `raw` exactly as typed, `value` as understood."""

    slot: Slot
    raw: str
    value: Stored


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An act to append. `details` are flat texts; participant, visit, form are empty where they do not apply."""

    kind: EventKind
    participant_id: str = ""
    visit: str = ""
    form: str = ""
    row: int = 0
    details: dict[str, str] = {}


class Datapoint(msgspec.Struct, frozen=True, kw_only=True):
    """One stored version. `replaces` is the seq of the version it supersedes, 0 for the first; `group` = one save."""

    seq: int
    replaces: int
    group: int
    slot: Slot
    raw: str
    value: Stored
    user: str
    at_utc: str
    reason: str
    build: int
    origin: Origin


class LedgerEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One stored act, in the same numbering and chain as the datapoints."""

    seq: int
    group: int
    kind: EventKind
    participant_id: str
    visit: str
    form: str
    row: int
    details: dict[str, str]
    user: str
    at_utc: str
    reason: str
    build: int
    origin: Origin


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """
    Everything of one participant at one moment.

    Shape:   `forms` holds, by visit and form, the latest version of every slot, by row and item; `seq` is the end of
             the ledger then; `last` the latest entry about this participant (0 for a stranger): while it stays,
             nothing here has changed. `begun` names the visits in which something stands.
    Missing: a cleared or erased value is there as Blank.
    """

    seq: int
    last: int
    events: tuple[LedgerEvent, ...]
    forms: Mapping[tuple[str, str], tuple[Datapoint, ...]]
    begun: frozenset[str] = frozenset()


class Head(msgspec.Struct, frozen=True):
    """The end of the chain: what betrays a rewrite when it is printed in a report, backup or signature."""

    seq: int
    hash: str  # 64 hex digits


class Receipt(msgspec.Struct, frozen=True):
    """Returned only after the rows are safe on disk."""

    group: int
    seqs: tuple[int, ...]
    at_utc: str
    head: Head
    repeated: bool = False  # the same token had been saved before; nothing new was written


class Conflict(msgspec.Struct, frozen=True):
    """Somebody saved the form in between: nothing was written. `theirs` are the versions that came after `expected`."""

    expected: int
    found: int
    theirs: tuple[Datapoint, ...]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """
    How far the ledger was read before it was decided to write.

    What `participant_id` has and did, and the acts of the study as a whole, may not have grown since; None: nothing at
    all may. Acts of a kind in `harmless` never count.
    """

    seq: int
    participant_id: str | None = None
    harmless: frozenset[EventKind] = frozenset()


class Overtaken(msgspec.Struct, frozen=True):
    """Nothing was written: entry `found` came after `seen` and may change the decision. Look again, decide again."""

    seen: int
    found: int


NAME = pl.Categorical()
"""A name that stands in many rows is kept once: four bytes a row instead of sixteen. It compares and sorts as text."""

VERSION_COLUMNS: dict[str, pl.DataType] = {
    "seq": pl.Int64(), "replaces": pl.Int64(), "group": pl.Int64(),
    "participant_id": NAME, "visit": NAME, "form": NAME, "row": pl.Int64(), "item": NAME,
    "raw": pl.String(), "kind": NAME, "text": pl.String(), "unit": NAME,
    "user": NAME, "at_utc": pl.String(), "reason": pl.String(), "build": pl.Int64(), "origin": NAME,
}  # fmt: skip
"""`kind` is the tag of the value (quantity, date, code, words, missing, blank); `text` its number, code or reason."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """
    Versions and events up to a moment.

    Shape:  `versions` has one row a version (VERSION_COLUMNS, by seq); `current` the versions that nothing supersedes,
            blanks left out; `events` by seq.
    """

    versions: pl.DataFrame
    standing: Callable[[], pl.DataFrame]  # works out `current`: of millions of versions it is a second large table
    events: tuple[LedgerEvent, ...]
    head: Head
    seal: Callable[[], str]  # works out `hash`: most readers never ask, and over millions of values it takes seconds
    as_of_utc: str

    @cached_property
    def current(self) -> pl.DataFrame:
        """The versions that nothing supersedes, blanks left out; worked out when first asked for."""
        return self.standing()

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the current values and events, independent of when the snapshot is taken."""
        return self.seal()


Clock = Callable[[], dt.datetime]
"""Aware UTC now. Injected: the demo's is virtual, `serve` always takes the real one."""

Nonces = Callable[[], bytes]
"""32 fresh bytes for a commitment. Injected: the demo's are drawn from its seed so that two runs are alike."""


class FormToken(msgspec.Struct, frozen=True):
    """The state of a form that a page was made from: `seq` of its latest version, 0 when nothing was saved yet."""

    participant_id: str
    visit: str
    form: str
    seq: int


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """
    What came out of recomputing the whole chain.

    `first_bad` is the seq of the first row that does not fit (None when all fit); `erased` the seqs whose values two
    persons erased lawfully; `problems` say in words what was found.
    """

    ok: bool
    first_bad: int | None
    rows: int
    head: Head
    erased: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
