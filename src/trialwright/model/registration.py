"""How a study is registered: what its definition says to the registry."""

import msgspec

from trialwright.model.quantity import PartialDate
from trialwright.model.v2.protocol import ProtocolSection


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """The public record this study is registered under; `record_path` is relative to the study folder."""

    registry: str
    registry_id: str
    record_path: str
    page_path: str = ""
    start_date: PartialDate
    first_submitted: PartialDate
    primary_completion: PartialDate | None = None
    brief_title: str = ""
    phases: tuple[str, ...] = ()  # in the registry's words: EARLY_PHASE1, PHASE2 ...
    conditions: tuple[str, ...] = ()
    primary_purpose: str = ""
    allocation: str = ""
    model: str = ""  # SINGLE_GROUP ...
    masking: str = ""
    sponsor: str = ""
    collaborators: tuple[str, ...] = ()
    elements: ProtocolSection = ProtocolSection()  # what registration.yaml says beyond, text without Markdown escapes
