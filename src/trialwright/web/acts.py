"""Acts of people that stand in the ledger because they matter to the trial: log-ins, grants, views of results."""

from trialwright.model.ledger import EventKind, NewEvent, Origin, Stamp
from trialwright.web.place import Place


def record(
    place: Place, kind: EventKind, *, user: str, details: dict[str, str], reason: str = "", origin: Origin = "typed"
) -> None:
    """Appends one event about a person, not about a participant."""
    stamp = Stamp(user=user, build=place.study.build, origin=origin, reason=reason)
    place.ledger.write(stamp, [NewEvent(kind=kind, details=details)])
