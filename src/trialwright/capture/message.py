"""The shape of what capture says: found, expected, cure, each in both languages."""

import msgspec

from trialwright.model.problem import Severity
from trialwright.model.text import Text


class Message(msgspec.Struct, frozen=True):
    found: Text
    expected: Text
    cure: Text
    severity: Severity = "error"
