"""Reading a registry record in whatever form it comes: the format is recognised, never asked for."""

from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import legacy_xml, tabular, v2_json

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_record(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    """
    The record in v2 shape with what its copy lost, or every reason why `data` is not one record.

    Shape:    `document` is the JSON as read (v2), or v2 JSON made of the page or the XML; unknown keys are kept.
    Missing:  a cell whose content the copy lost stands in `lost` under its v2 path; it is never guessed.
    Problems: TW-REG-001 to 008; nothing is raised for any bytes whatever.
    """
    if not data.strip():
        return [problems.empty_file(name)]
    if len(data) > problems.MOST_BYTES:
        return [problems.too_large(name, len(data))]
    if data.lstrip()[:5] == b"<?xml":
        return legacy_xml.read(data, name)
    try:
        text = data.decode(next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8"))
    except UnicodeDecodeError as error:
        packed = data.startswith((b"\x1f\x8b", b"PK\x03\x04"))
        detail = "it is a compressed file" if packed else f"{error.reason} at byte {error.start}"
        return [problems.wrong_encoding(name, detail, packed)]
    first = text.lstrip()[:1]
    if first in ("{", "["):
        return v2_json.read(data if data.lstrip()[:1] in (b"{", b"[") else text.encode(), name)
    if first == "<" and "<clinical_study" in text:
        return legacy_xml.read(text.encode(), name)
    return tabular.read(text, name)
