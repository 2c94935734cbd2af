"""Reading a registry record in whatever form it comes: the format is recognised, never asked for."""

from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import legacy_xml, prs_xml, tabular, v2_json
from trialwright.register.reading.xml import parse_xml

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_record(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    """
    The record in v2 shape with what its copy lost, or every reason why `data` is not one record.

    Shape:    `typed` and `kept` together are the whole v2 document; a page or XML is mapped into v2 shape.
    Missing:  a cell whose content the copy lost stands in `lost` under its v2 path; it is never guessed.
    Problems: TW-REG-001 to 010; nothing is raised for any bytes whatever.
    """
    if not data.strip():
        return [problems.empty_file(name)]
    if len(data) > problems.MOST_BYTES:
        return [problems.too_large(name, len(data))]
    if data.lstrip()[:5] == b"<?xml":
        return _read_xml(data, name)
    try:
        text = data.decode(next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8"))
    except UnicodeDecodeError as error:
        packed = data.startswith((b"\x1f\x8b", b"PK\x03\x04"))
        detail = "it is a compressed file" if packed else f"{error.reason} at byte {error.start}"
        return [problems.wrong_encoding(name, detail, packed)]
    first = text.lstrip()[:1]
    if first in ("{", "["):
        return v2_json.read(data if data.lstrip()[:1] in (b"{", b"[") else text.encode(), name)
    if first == "<" and ("<clinical_study" in text or "study_collection" in text):
        return _read_xml(text.encode(), name)
    return tabular.read(text, name)


def _read_xml(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    root = parse_xml(data, name)
    if isinstance(root, list):
        return root
    if root.tag == "clinical_study":
        return legacy_xml.read(root, name)
    if root.tag == "study_collection":
        return prs_xml.read(root, name)
    return [problems.not_a_record(name, f"its root element is {root.tag[:60]!r}")]
