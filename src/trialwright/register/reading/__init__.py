"""Reading registry records in whatever form they come: the format is recognised, never asked for."""

import io

from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import v2_json
from trialwright.register.reading.many import read_records

__all__ = ["read_record", "read_records"]


def read_record(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    """
    The record in v2 shape with what its copy lost, or every reason why `data` is not one record.

    Shape:    `typed` and `kept` together are the whole v2 document; a page or XML is mapped into v2 shape.
    Missing:  a cell whose content the copy lost stands in `lost` under its v2 path; it is never guessed.
    Problems: TW-REG-001 to 010 and 013; nothing is raised for any bytes whatever.
    """
    if len(data) > problems.MOST_BYTES:
        return [problems.too_large(name, len(data))]
    if data[:1] == b"{" and (quick := v2_json.read_quickly(data, name)) is not None:
        return quick
    found: list[RegistryRecord] = []
    count = 0
    for reading in read_records(io.BytesIO(data), name):
        if isinstance(reading, list):
            return reading
        count += 1
        found = found or [reading]
    return found[0] if count == 1 else [problems.several_records(name, count)]
