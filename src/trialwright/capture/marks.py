"""
Verified and reviewed: what somebody looked at, and whether it still stands as it was looked at.

A mark is an act in the ledger and covers the versions that stood there before it. A value saved later loses its mark by
itself, visibly: the act stays, the value is newer.
"""

from collections.abc import Iterable, Mapping

import msgspec

from trialwright.capture.values import Held, Place, Values
from trialwright.model.ledger import Blank, LedgerEvent, Slot

LOOKED = frozenset({"verified", "reviewed"})
"""The acts that make a mark."""


class Mark(msgspec.Struct, frozen=True):
    """Who looked and when (the act). `lost`: what was marked has changed since."""

    act: LedgerEvent
    lost: bool


def verified(events: Iterable[LedgerEvent], values: Values) -> dict[Slot, Mark]:
    """The mark of every value that was compared with its source; a mark taken back is none."""
    latest: dict[Slot, LedgerEvent] = {}
    for event in events:
        if event.kind != "verified":
            continue
        place = Place(event.participant_id, event.visit, event.form, event.row)
        for item in event.details.get("items", "").split(","):
            if event.details.get("taken_back") == "Y":
                latest.pop(place.slot(item), None)
            else:
                latest[place.slot(item)] = event
    return {slot: Mark(latest[slot], held.seq > latest[slot].seq) for slot, held in values.items() if slot in latest}


def reviewed(events: Iterable[LedgerEvent], values: Values, participant_id: str) -> dict[tuple[str, str], Mark]:
    """The mark of every form of a participant that was reviewed, by visit and form; lost with any later version."""
    newest: dict[tuple[str, str], int] = {}
    for slot, held in values.items():
        key = (slot.visit, slot.form)
        newest[key] = max(newest.get(key, 0), held.seq)
    latest: dict[tuple[str, str], LedgerEvent] = {}
    for event in events:
        if event.participant_id != participant_id:
            continue
        if event.kind == "reviewed":
            latest[event.visit, event.form] = event
        elif event.kind == "row_inactivated":
            newest[event.visit, event.form] = max(newest.get((event.visit, event.form), 0), event.seq)
    return {key: Mark(event, newest.get(key, 0) > event.seq) for key, event in latest.items()}


def standing(values: Mapping[Slot, Held], place: Place) -> dict[str, Held]:
    """Item -> what stands on one form and row: values and reasons for absence, nothing that was cleared."""
    return {
        slot.item: held
        for slot, held in values.items()
        if (slot.visit, slot.form, slot.row) == (place.visit, place.form, place.row)
        and not isinstance(held.value, Blank)
    }
