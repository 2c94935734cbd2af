"""The arm of a participant: the one that enrolment named, as it was last corrected."""

from collections.abc import Iterable

from trialwright.model.ledger import EventKind, LedgerEvent

ARM_ACTS: tuple[EventKind, ...] = ("enrolled", "arm_corrected")


def arm_acts(events: Iterable[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """Of one participant's acts, by seq, those that name an arm: enrolment first, then each correction of it."""
    return tuple(event for event in events if event.kind in ARM_ACTS and event.details.get("arm"))


def arm_named(events: Iterable[LedgerEvent]) -> str:
    """
    The arm that counts.

    Missing: "" before enrolment, and in a study of one arm, whose enrolment names none.
    """
    acts = arm_acts(events)
    return acts[-1].details["arm"] if acts else ""
