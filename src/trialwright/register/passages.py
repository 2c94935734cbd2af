"""Text made cheap to ask: lower case once, plain words before patterns, one set of all words."""

import re
from collections.abc import Callable, Iterator

import msgspec

# small letters for all letters, a space for everything else
_LETTERS = bytes(at if 97 <= at <= 122 else at + 32 if 65 <= at <= 90 else 32 for at in range(256))
# the shape of a text: "a" for a small letter, "A" for a capital, a space for everything else
_SHAPES = bytes(97 if 97 <= at <= 122 else 65 if 65 <= at <= 90 else 32 for at in range(256))

# the three capitals come first: they are rare, and what stands before them is asked only where they are
_SMALL_BEFORE_CAPITALS = re.compile(rb"AAA(?:(?<= aAAA)|(?<=\AaAAA))")


def lowered(text: str) -> str:
    """
    The text with A to Z in lower case, every character at its old place, so that a match can be quoted as written.

    Other capitals stay: no pattern asks for one, some would become two characters, and a text with one sign beyond
    ASCII would cost ten times as much.
    """
    return text.lower() if text.isascii() else text.encode().lower().decode()


def on_one_line(text: str) -> str:
    """The text with one space in the place of line breaks and of several spaces."""
    line = text.replace("\n", " ")
    while "  " in line:  # four times as fast as taking it apart at its spaces
        line = line.replace("  ", " ")
    return line.strip()


def letters_of(encoded: bytes) -> str:
    """A text given as UTF-8 in lower case, with a space in the place of everything that is no letter of ASCII."""
    return encoded.translate(_LETTERS).decode("ascii")


def words_of(text: str) -> frozenset[str]:
    """Every run of letters in a text, in lower case, each once."""
    return frozenset(letters_of(text.encode()).split())


def small_before_capitals(encoded: bytes) -> Iterator[int]:
    """Where a word begins, in a text given as UTF-8, with one small letter before three capitals or more (kCCQ)."""
    for capitals in _SMALL_BEFORE_CAPITALS.finditer(encoded.translate(_SHAPES)):
        yield capitals.start() - 1


class Passage(msgspec.Struct, frozen=True, gc=False):
    """A free text of the record with its v2 path, as written and in lower case."""

    path: str
    text: str
    lower: str


class Phrase:
    """
    A pattern over lower-case text, and the plain words of which one stands wherever it matches.

    Asking for a plain word costs a fiftieth of asking for a pattern, and nearly every text answers no.
    """

    __slots__ = ("_hints", "_pattern", "match", "search")

    match: Callable[[str], re.Match[str] | None]
    search: Callable[[str], re.Match[str] | None]

    def __init__(self, pattern: str, *hints: str) -> None:
        self._pattern = re.compile(pattern)
        self._hints = hints
        self.match = self._pattern.match
        # without plain words the pattern is asked directly: one call less, some hundred times a record
        self.search = self._search if hints else self._pattern.search

    def hinted(self, lower: str) -> bool:
        """One of the plain words stands in the text, so that asking for the pattern is worth its cost."""
        for hint in self._hints:  # a loop: this is asked two hundred times a record, and `any` costs twice as much
            if hint in lower:
                return True
        return not self._hints

    def _search(self, lower: str) -> re.Match[str] | None:
        for hint in self._hints:
            if hint in lower:
                return self._pattern.search(lower)
        return None

    def finditer(self, lower: str) -> Iterator[re.Match[str]]:
        return self._pattern.finditer(lower) if self.hinted(lower) else iter(())

    def fullmatch(self, lower: str) -> re.Match[str] | None:
        return self._pattern.fullmatch(lower) if self.hinted(lower) else None


def around(text: str, start: int, end: int) -> str:
    """The sentence, line or list item in which the characters from `start` to `end` stand."""
    left = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start), text.rfind("; ", 0, start))
    ends = [at for at in (text.find("\n", end), text.find(". ", end)) if at >= 0]
    return text[left + 1 : min(ends) + 1 if ends else len(text)].strip()
