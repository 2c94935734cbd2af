"""Where an element of a definition comes from, and what is assumed because the public record does not say it."""

from typing import Literal

import msgspec

OriginKind = Literal["registered", "mirror", "protocol", "assumed", "proposed"]


class Provenance(msgspec.Struct, frozen=True):
    """Where an element comes from. `assumed` and `proposed` say why, and show it wherever they appear."""

    kind: OriginKind
    reason: str = ""

    def __post_init__(self) -> None:
        if self.kind in ("assumed", "proposed") and not self.reason:
            raise ValueError(f"an element that is {self.kind} says why")


class Assumption(msgspec.Struct, frozen=True):
    """One line of the list that every report prints: what is not in the public record, and why it was assumed."""

    where: str  # path in the definition, e.g. "schedule.yaml:12 visit W4"
    what: str
    reason: str
