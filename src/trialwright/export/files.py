"""The files of an export, one after the other and piece by piece: none of them need ever be whole in memory."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import msgspec

PIECE = 1 << 20
"""Characters or bytes that are gathered before they are handed on."""


Key = TypeVar("Key", bound=Hashable)
_LONG, _KEPT = 256, 50_000


class File(msgspec.Struct, frozen=True):
    """
    One file: its path below the folder of its format, and its bytes in order.

    Shape:   `pieces` are read once, before the next file is asked for: what follows (a manifest) may count them.
    """

    name: str
    pieces: Iterable[bytes]


def whole(files: Iterable[File]) -> dict[str, bytes]:
    """Every file by its path, all of them in memory: for whoever looks into them."""
    return {each.name: b"".join(each.pieces) for each in files}


def as_files(held: Mapping[str, bytes]) -> Iterator[File]:
    """Files that are in memory already: a format of a few small ones."""
    for name, data in held.items():
        yield File(name, (data,))


def ahead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """
    The same pieces: while one of them is summed up or written, which needs no interpreter, a thread makes the next.

    Raises:  what the making of a piece raises, when that piece is asked for.
    """
    rest = iter(pieces)
    first = list(islice(rest, 2))
    yield from first
    if len(first) < 2:
        return
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, rest, None)
        while (piece := coming.result()) is not None:
            coming = thread.submit(next, rest, None)
            yield piece


def gathered(texts: Iterable[str]) -> Iterator[bytes]:
    """The texts as UTF-8, in pieces of about a megabyte: a write for each line would take longer than the line."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= PIECE:
            yield "".join(held).encode()
            held.clear()
            size = 0
    if held:
        yield "".join(held).encode()


class Written(dict[Key, str]):
    """
    What is written for each of many things, of which most come again: worked out once, then looked up.

    The same few thousand texts stand in millions of cells. Long ones hardly ever come again and are not kept.
    """

    def __init__(self, write: Callable[[Key], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, key: Key) -> str:
        text = self._write(key)
        if len(text) < _LONG:
            if len(self) >= _KEPT:
                self.clear()
            self[key] = text
        return text


class Counted:
    """Pieces that are counted and summed up while somebody reads them; `read` says whether somebody did, to the end."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self.size = 0
        self.read = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in ahead(self._pieces):
            self._digest.update(piece)
            self.size += len(piece)
            yield piece
        self.read = True

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()
