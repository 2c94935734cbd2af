"""What each file is, told from its content, and all of them read into one document."""

import codecs
import csv
import io
from collections.abc import Mapping, Sequence

import msgspec

from trialwright.export import redcap
from trialwright.export.odm import document as odm
from trialwright.export.odm.reading import Read, read
from trialwright.model.problem import Lost, Problem

_DICTIONARY = ("Variable / Field Name", "field_name")
_XML_16 = (codecs.BOM_UTF16_LE + b"<\0", codecs.BOM_UTF16_BE + b"\0<")
_WORDS = {
    "odm": "CDISC ODM", "dictionary": "REDCap data dictionary", "data": "REDCap data", "events": "REDCap events",
    "arms": "REDCap arms", "mapping": "REDCap instruments by event",
}  # fmt: skip


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """
    What some files hold together.

    `dialect` names the system that wrote them ("" for plain ODM); `kinds` what each file is; `arms` as the file
    numbers them; `counts` what was counted in the files: forms, items, participants, values.
    """

    document: odm.Document
    dialect: str
    kinds: dict[str, str]
    arms: tuple[tuple[str, str], ...] = ()
    ignored: tuple[Lost, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return odm.counted(self.document)


def read_files(files: Mapping[str, bytes]) -> Incoming | Problem:
    """
    The files as one definition with its data, in whatever order they are given.

    Problems: TW-EXP-001 or 002 where a file is not what it begins as; TW-EXP-003 where nothing has forms; TW-EXP-004
              for a table that no REDCap project writes, one that is empty or not in UTF-8 or 16; TW-EXP-005 where two
              files say the same; TW-EXP-006 for data that do not say whose they are.
    """
    kinds: dict[str, str] = {}
    files = dict(files)
    for name, data in files.items():
        told = data if _is_xml(data) else _table(name, data)
        if isinstance(told, Problem):
            return told
        files[name], kinds[name] = told, kind_of(told)
        if not kinds[name]:
            return _unknown(name, told)
    words = {name: _WORDS[kind] for name, kind in kinds.items()}
    if "odm" in kinds.values():
        return _odm(files, kinds, words)
    return _redcap(files, kinds, words)


def kind_of(data: bytes) -> str:
    """odm, dictionary, data, events, arms or mapping; "" for what is none of them. A table is in UTF-8."""
    if _is_xml(data):
        return "odm"
    text = data[:65536].decode("utf-8-sig", "replace").lstrip()
    columns = next(csv.reader(io.StringIO(text, newline="")), [])
    if any(name in columns for name in _DICTIONARY):
        return "dictionary"
    if {"unique_event_name", "form"} <= set(columns):
        return "mapping"
    if "unique_event_name" in columns:
        return "events"
    if {"arm_num", "name"} <= set(columns):
        return "arms"
    return "data" if len(columns) > 1 else ""


def _is_xml(data: bytes) -> bool:
    return data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<") or data.startswith(_XML_16)


def _table(name: str, data: bytes) -> bytes | Problem:
    """A table in UTF-8; what a spreadsheet saved as "Unicode text" is UTF-16 and says so in its first two bytes."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        return _not_text(name)
    if not text.strip():
        return _unknown(name, b"")
    return text.encode() if "\0" not in text else _not_text(name)


def _odm(files: Mapping[str, bytes], kinds: Mapping[str, str], words: dict[str, str]) -> Incoming | Problem:
    """One file with everything, or the definition in one and the data in others (OpenEDC, REDCap's XML and CSV)."""
    told: list[Read] = []
    ignored: list[Lost] = []
    for name, data in files.items():
        if kinds[name] != "odm":
            continue
        found = read(data, name)
        if isinstance(found, Problem):
            return found
        told.append(found)
        ignored += [Lost(f"{name}: {each.where}", each.reason) for each in found.ignored]
    defining = [each for each in told if each.document.metadata is not None]
    if not defining:
        return _no_forms(", ".join(files))
    if len(defining) > 1:
        return _twice(", ".join(files))
    subjects = tuple(subject for each in told for subject in each.document.subjects)
    document = msgspec.structs.replace(defining[0].document, subjects=subjects)
    tables = [name for name, kind in kinds.items() if kind == "data"]
    if tables and not subjects:
        if len(tables) > 1:
            return _twice(", ".join(tables))
        held = redcap.read_data(files[tables[0]], document, tables[0])
        if isinstance(held, Problem):
            return held
        document, tables = held.document, []
        ignored += held.ignored
    ignored += [Lost(name, f"{words[name]}: not read, the ODM file beside it holds data already") for name in tables]
    ignored += [
        Lost(name, f"{words[name]}: not read, the ODM file beside it defines the study")
        for name, kind in kinds.items()
        if kind not in ("odm", "data")
    ]
    dialect = next((each.dialect for each in told if each.dialect), "")
    return Incoming(document=document, dialect=dialect, kinds=words, ignored=tuple(ignored))


def _redcap(files: Mapping[str, bytes], kinds: Mapping[str, str], words: dict[str, str]) -> Incoming | Problem:
    by_kind: dict[str, str] = {}
    for name, kind in kinds.items():
        if kind in by_kind:
            return _twice(f"{by_kind[kind]}, {name}")
        by_kind[kind] = name
    if "dictionary" not in by_kind:
        return _no_forms(", ".join(files))
    name = by_kind["dictionary"]
    dictionary = redcap.read_dictionary(files[name], name)
    if isinstance(dictionary, Problem):
        return dictionary
    held = {kind: files[by_kind[kind]] for kind in by_kind}
    metadata = dictionary.document.metadata
    data = held.get("data", f"{redcap.record_id(metadata) if metadata is not None else ''}\n".encode())
    found = redcap.read_data(
        data, dictionary.document, by_kind.get("data", name),
        events=held.get("events", b""), mapping=held.get("mapping", b""),
    )  # fmt: skip
    if isinstance(found, Problem):
        return found
    return Incoming(
        document=found.document, dialect="REDCap", kinds=words, arms=tuple(_arms(held.get("arms", b""))),
        ignored=(*dictionary.ignored, *found.ignored),
    )  # fmt: skip


def _arms(data: bytes) -> Sequence[tuple[str, str]]:
    lines = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [(line["arm_num"], line["name"]) for line in lines]


def _unknown(name: str, data: bytes) -> Problem:
    first = data[:60].decode("utf-8-sig", "replace").splitlines()[:1]
    return Problem(
        code="TW-EXP-004",
        where=name,
        found=f"the file begins with {first[0]!r}" if first else "the file is empty",
        expected="CDISC ODM, or a table of REDCap: data dictionary, data, events, arms, instruments by event",
        cure="Export the project anew as ODM (XML), or as CSV with the raw names and codes.",
    )


def _not_text(name: str) -> Problem:
    return Problem(
        code="TW-EXP-004",
        where=name,
        found="the file is no text in UTF-8 or UTF-16",
        expected="CDISC ODM, or a table of REDCap: CSV in UTF-8, as REDCap writes it",
        cure='Export the table anew; a spreadsheet saves it as "CSV UTF-8".',
    )


def _no_forms(names: str) -> Problem:
    return Problem(
        code="TW-EXP-003",
        where=names,
        found="these files hold data or events, and no forms",
        expected="One file that defines the forms: the metadata as ODM, or REDCap's data dictionary",
        cure="Give it on the same line: trialwright import metadata.xml clinicaldata.xml --out DIR",
    )


def _twice(names: str) -> Problem:
    return Problem(
        code="TW-EXP-005",
        where=names,
        found="two of these files say the same thing",
        expected="One definition, and each table once",
        cure="Import one project at a time, each into a folder of its own.",
    )
