"""Records out of a file that may hold many, one at a time: lines, an array, a page of the API, XML, packed or not."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import legacy_xml, prs_xml, v2_json
from trialwright.register.reading.json_values import TooLongError, values
from trialwright.register.reading.page_text import read_page
from trialwright.register.reading.xml import parse_xml

Reading = RegistryRecord | list[Problem]
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_START = 1 << 16


def read_records(stream: BinaryIO, name: str) -> Iterator[Reading]:
    """
    Every record of a file, in its order, each read when it is asked for; the format is recognised, never asked for.

    Shape:    API v2 JSON (one, an array, a page of the API, JSON lines), history documents, legacy XML, PRS upload XML
              and a pasted page, packed with gzip or not. `source_name` is the file, with the line or the number of the
              record where there may be several.
    Problems: TW-REG-001 to 010 in the place of a record that cannot be read; those after it are read all the same.
    """
    try:
        yield from _unpacked(stream, name)
    except TooLongError:
        yield [problems.too_large(name, problems.MOST_BYTES + 1)]
    except (OSError, EOFError, zlib.error) as error:
        yield [problems.broken_archive(name, str(error) or type(error).__name__)]


def _unpacked(stream: BinaryIO, name: str) -> Iterator[Reading]:
    start = stream.read(_START)
    packings = 0
    while start[:2] == _GZIP and packings < 2:  # a file packed twice by mistake is still a file; a bomb is not
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=_Joined(start, stream), mode="rb"))
        start, packings = stream.read(_START), packings + 1
    if not start.strip() and len(start) < _START:
        yield [problems.empty_file(name)]
        return
    mark = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "")
    if mark == "utf-8-sig":
        start = start[3:]
    if mark != "utf-16" and start.lstrip()[:1] in (b"{", b"["):
        yield from _of_json(stream, start, name)
        return
    data = start + _all_of(stream, problems.MOST_BYTES - len(start))
    yield from _of_text(data, name, mark)


class _Joined(io.RawIOBase):
    """A stream put together again after its start was looked at."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._start, self._rest = start, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # the base names a private type
        wanted = len(buffer)
        taken, self._start = self._start[:wanted], self._start[wanted:]
        taken = taken or self._rest.read(wanted)
        buffer[: len(taken)] = taken
        return len(taken)


def _all_of(stream: BinaryIO, most: int) -> bytes:
    rest = stream.read(max(most, 0) + 1)
    if len(rest) > most:
        raise TooLongError
    return rest


def _of_json(stream: BinaryIO, start: bytes, name: str) -> Iterator[Reading]:
    found = values(stream, start, problems.MOST_BYTES)
    first = next(found, None)
    if first is None:
        yield [problems.several_records(name, 0)]
        return
    second = next(found, None)
    if second is None:
        yield from _of_value(first.data, name)
        return
    yield from _of_value(first.data, f"{name}, {first.place}")
    yield from _of_value(second.data, f"{name}, {second.place}")
    del first, second
    for value in found:
        yield from _of_value(value.data, f"{name}, {value.place}")


def _of_value(data: bytes, name: str) -> Iterator[Reading]:
    """One record, or those of a page of the API."""
    page = _page_of(data) if b'"studies"' in data[:_START] or b'"studies"' in data[-_START:] else None
    if page is None:
        yield v2_json.read(data, name)
        return
    for number, one in enumerate(page, 1):
        yield v2_json.read(bytes(one), name if len(page) == 1 else f"{name}, record {number}")


class _Page(msgspec.Struct):
    studies: list[msgspec.Raw]


def _page_of(data: bytes) -> list[msgspec.Raw] | None:
    try:
        return msgspec.json.decode(data, type=_Page).studies or None
    except (msgspec.DecodeError, RecursionError):
        return None


def _of_text(data: bytes, name: str, mark: str) -> Iterator[Reading]:
    """XML or a pasted page, or JSON in another encoding."""
    if data.lstrip()[:5] == b"<?xml":
        yield from _of_xml(data, name)
        return
    try:
        text = data.decode(mark or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        packed = data.startswith((_GZIP, _ZIP))
        detail = "it is a compressed file" if packed else f"{error.reason} at byte {error.start}"
        yield [problems.wrong_encoding(name, detail, packed)]
        return
    if text.lstrip()[:1] in ("{", "["):
        yield from _of_json(io.BytesIO(), text.encode(), name)
    elif text.lstrip()[:1] == "<" and ("<clinical_study" in text or "study_collection" in text):
        yield from _of_xml(text.encode(), name)
    else:
        yield read_page(text, name)


def _of_xml(data: bytes, name: str) -> Iterator[Reading]:
    root = parse_xml(data, name)
    if isinstance(root, list):
        yield root
    elif root.tag == "clinical_study":
        yield legacy_xml.read(root, name)
    elif root.tag == "study_collection":
        yield from prs_xml.read_each(root, name)
    else:
        yield [problems.not_a_record(name, f"its root element is {root.tag[:60]!r}")]
