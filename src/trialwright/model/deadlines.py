"""What a registration owes and when: due dates with their basis, the applicable-trial decision, updates to propose."""

from typing import Literal

import msgspec

from trialwright.model.text import Text

DeadlineState = Literal["met", "late", "due", "overdue", "waiting", "not applicable", "cannot be judged"]
"""
met: done in time. late: done after the day. due: still to do, the day lies ahead. overdue: the day has passed.
waiting: what it counts from has not happened. cannot be judged: this copy of the record lost what decides it.
"""


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One duty: what, by which rule, counted from which day, due when, and how it stands on the day of the check."""

    code: str
    what: Text
    source: str
    basis: Text
    due: str = ""
    estimated: bool = False  # counted from a date that is an estimate
    state: DeadlineState
    done: str = ""
    days: int | None = None  # until the day; negative: past it, or late by
    says: Text = Text("")


class Reason(msgspec.Struct, frozen=True):
    """One element of a decision: what was asked, what the record answers, and what follows."""

    asked: Text
    answer: Text
    verdict: Literal["yes", "no", "unknown"]


class Applicability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether 42 CFR 11 makes this an applicable clinical trial, element by element."""

    verdict: Literal["applicable", "not applicable", "undetermined"]
    reasons: tuple[Reason, ...]
    source: str


class ProposedUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """Where reality and record differ: the field, what stands there, what should, and why."""

    path: str
    label: Text
    registered: str
    proposed: str
    because: Text
    due: str = ""


class DeadlineReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything due for one record on one day; what needs doing first comes first."""

    checked_on: str
    input: str
    registry_id: str
    title: str
    applicability: Applicability
    deadlines: tuple[Deadline, ...]
    updates: tuple[ProposedUpdate, ...] = ()
    conduct: tuple[tuple[Text, str], ...] = ()  # what the ledger says has happened, by day


class VisitDay(msgspec.Struct, frozen=True):
    """The day on which a visit of a participant took place, as the ledger has it."""

    participant_id: str
    visit: str
    date: str
