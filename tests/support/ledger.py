"""A clock set by hand, nonces that count, and the two items that the tests of the ledger write."""

import datetime as dt
import itertools
from collections.abc import Callable

from trialwright.model.ledger import NewDatapoint, Slot, Stamp
from trialwright.model.quantity import Quantity

START = dt.datetime(2020, 10, 1, 8, 0, tzinfo=dt.UTC)


class Ticking:
    """A clock that a test sets by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def tick(self, **by: int) -> None:
        self.now += dt.timedelta(**by)


def counted_nonces() -> Callable[[], bytes]:
    counter = itertools.count(1)
    return lambda: next(counter).to_bytes(32, "big")


def typed(reason: str = "", user: str = "nurse") -> Stamp:
    return Stamp(user=user, build=1, origin="typed", reason=reason)


def vas(text: str, participant_id: str = "P1", visit: str = "W0") -> NewDatapoint:
    return NewDatapoint(slot=Slot(participant_id, visit, "core", "physician_global.vas"), raw=text,
                        value=Quantity(text, "cm"))  # fmt: skip


def weight(text: str, participant_id: str = "P1", visit: str = "W0") -> NewDatapoint:
    return NewDatapoint(slot=Slot(participant_id, visit, "core", "weight.kg"), raw=text, value=Quantity(text, "kg"))
