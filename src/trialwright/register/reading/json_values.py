"""JSON values one after another out of a stream, without holding the stream: lines, an array, or values in a row."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

# A whole string is passed over at once; a quotation mark that begins an unfinished one stops the search there.
# Possessive, so that a hostile string cannot make it look twice.
_MARKS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
_AFTER_SCALAR = re.compile(rb"[,\]\n{]")
_BLANKS = b" \t\r\n,"
_CHUNK = 1 << 18


class TooLongError(Exception):
    """A value that goes beyond the limit, so that nobody can say where the next one begins."""


class Value(msgspec.Struct, frozen=True):
    """The bytes of one value, and where it stands: "line 12" or "record 3"."""

    data: bytes
    place: str


def values(stream: BinaryIO, start: bytes, most: int) -> Iterator[Value]:
    """
    Every value of `start` and then `stream`, one at a time.

    Shape:    a file whose first line is a whole value is read by lines, so that a broken line spoils no other; the
              elements of an array, or objects in a row, are told apart by their brackets.
    Missing:  text after the last whole value is given as a last value, to be refused by whoever reads it.
    Raises:   TooLongError for a value of more than `most` bytes.
    """
    rest = _Rest(stream, start, most)
    if start.lstrip()[:1] == b"[":
        rest.drop(rest.buffer.index(b"[") + 1)
        yield from _bracketed(rest, closing=True)
        return
    first = rest.line()
    if not _is_whole(first):
        rest.give_back(first)
        yield from _bracketed(rest, closing=False)
        return
    number, line = 1, first
    while line:
        if line.strip():
            yield Value(line, f"line {number}")
        number, line = number + 1, rest.line()


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


class _Rest:
    """What is read and not yet given."""

    def __init__(self, stream: BinaryIO, start: bytes, most: int) -> None:
        self._stream, self._most, self.buffer = stream, most, bytearray(start)
        self.ended = False

    def more(self) -> bool:
        """Read on, the more the longer the value already is; False at the end."""
        if len(self.buffer) > self._most:
            raise TooLongError
        chunk = self._stream.read(max(_CHUNK, len(self.buffer)))
        self.buffer += chunk
        self.ended = not chunk
        return bool(chunk)

    def drop(self, count: int) -> bytes:
        """The first `count` bytes, taken off."""
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def give_back(self, data: bytes) -> None:
        self.buffer[:0] = data

    def line(self) -> bytes:
        """The next line with its end, b"" after the last."""
        searched = 0
        while (at := self.buffer.find(b"\n", searched)) < 0:
            searched = len(self.buffer)
            if not self.more():
                return self.drop(len(self.buffer))
        return self.drop(at + 1)


def _bracketed(rest: _Rest, *, closing: bool) -> Iterator[Value]:
    """Objects told apart by their brackets; `closing` where a bracket of an array ends the file."""
    number = 1
    while True:
        while not rest.buffer.lstrip(_BLANKS) and rest.more():
            pass
        rest.drop(len(rest.buffer) - len(rest.buffer.lstrip(_BLANKS)))
        if closing and bytes(rest.buffer[:1]) in (b"", b"]"):
            yield from _end_of_array(rest, number)
            return
        if not rest.buffer:
            return
        yield Value(rest.drop(_end_of_value(rest)), f"record {number}")
        number += 1


def _end_of_array(rest: _Rest, number: int) -> Iterator[Value]:
    """Nothing where the bracket ends the file; what is missing or too much is a value that no reader takes."""
    if not rest.buffer:
        yield Value(b"[", f"record {number}")
        return
    rest.drop(1)
    while not rest.buffer.strip() and rest.more():
        pass
    if rest.buffer.strip():
        yield Value(b"] " + rest.drop(len(rest.buffer)), "after the last record")


def _end_of_value(rest: _Rest) -> int:
    """The length of the value that begins the buffer; the whole buffer where the file ends within it."""
    if bytes(rest.buffer[:1]) not in (b"{", b"["):
        return _end_of_scalar(rest)
    depth, at = 0, 0
    while True:
        for mark in _MARKS.finditer(rest.buffer, at):
            found = mark[0]
            if found == b'"':
                break
            at = mark.end()
            depth += 1 if found in b"{[" else -1 if found in b"}]" else 0
            if depth == 0:
                return at
        if not rest.more():
            return len(rest.buffer)


def _end_of_scalar(rest: _Rest) -> int:
    """No record begins so; it is cut off where the next value may begin, to be refused by itself."""
    while (found := _AFTER_SCALAR.search(rest.buffer, 1)) is None:
        if not rest.more():
            return len(rest.buffer)
    return found.start()
