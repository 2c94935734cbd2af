"""The day on which an act took place: as it was entered, or as that was last corrected."""

from collections.abc import Iterable, Sequence

import msgspec

from trialwright.model.ledger import EventKind, LedgerEvent

DATED_ACTS: tuple[EventKind, ...] = (
    "consent_given", "consent_withdrawn", "enrolled", "screen_failure", "withdrawn", "completed", "died",
)  # fmt: skip
"""Acts on a participant that say their day, and whose day may be corrected."""


def dated(events: Sequence[LedgerEvent]) -> Sequence[LedgerEvent]:
    """
    The same acts in their order, each with the day that counts; what was first entered stays in the ledger.

    Shape: of an act that was corrected, `details` hold the day as `date` and the seq of the correction as `dated_by`.
    """
    corrections = {event.details.get("of"): event for event in events if event.kind == "date_corrected"}
    if not corrections:
        return events
    return tuple(_dated(event, corrections.get(str(event.seq))) for event in events)


def inputs_of(event: LedgerEvent) -> tuple[int, ...]:
    """The entries that an act and its day rest on."""
    corrected = event.details.get("dated_by")
    return (event.seq, int(corrected)) if corrected else (event.seq,)


def days_told(events: Iterable[LedgerEvent], seq: int) -> tuple[LedgerEvent, ...]:
    """Of one participant's acts, by seq, those that say a day for the act `seq`: itself, then each correction."""
    return tuple(e for e in events if e.seq == seq or (e.kind == "date_corrected" and e.details.get("of") == str(seq)))


def _dated(event: LedgerEvent, corrected: LedgerEvent | None) -> LedgerEvent:
    if corrected is None:
        return event
    told = {"date": corrected.details["date"], "dated_by": str(corrected.seq)}
    return msgspec.structs.replace(event, details={**event.details, **told})
