"""The typed v2 record under the names that rules use. Absent text is "", a list empty, a number or flag None."""

from trialwright.model.v2 import V2Record as Document
from trialwright.model.v2.protocol import ArmGroup, Intervention, Outcome, ResponsibleParty
from trialwright.model.v2.protocol import ProtocolSection as Protocol

__all__ = ["ArmGroup", "Document", "Intervention", "Outcome", "Protocol", "ResponsibleParty"]
