"""API v2 JSON: the whole record, Markdown escapes and unknown keys as its source had them."""

import msgspec

from trialwright.model.record import RegistryRecord
from trialwright.register.writing.owed import owed_elements
from trialwright.register.writing.written import UNCHECKED, Written

REMARK = f"ClinicalTrials.gov API v2 shape, schema 2.0.5; {UNCHECKED}."


def write_v2(record: RegistryRecord) -> Written:
    """The record as indented JSON, equal to its source where that was v2; what the source lost stays lost."""
    content = msgspec.json.format(bytes(record.document), indent=2) + b"\n"
    return Written(content=content, lost=record.lost, owed=owed_elements(record), remarks=(REMARK,))
