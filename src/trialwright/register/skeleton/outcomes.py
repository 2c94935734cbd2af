"""The outcome measures of a record with the name of the estimand that each is to have."""

from collections import Counter

import msgspec

from trialwright.model.v2.protocol import Outcome, ProtocolSection
from trialwright.register.subject import placed_outcomes


class Placed(msgspec.Struct, frozen=True):
    """An outcome measure, its level, and its estimand's name: primary_1, secondary_3."""

    level: str
    name: str
    outcome: Outcome


def named_outcomes(protocol: ProtocolSection) -> tuple[Placed, ...]:
    """Every outcome measure in the order of the record."""
    counted: Counter[str] = Counter()
    found = []
    for placed in placed_outcomes(protocol):
        counted[placed.level] += 1
        found.append(Placed(placed.level, f"{placed.level}_{counted[placed.level]}", placed.outcome))
    return tuple(found)
