"""Names of variables as a statistics program takes them: no dot where it knows none, no longer than it allows."""

import re
from collections.abc import Container, Iterable, Iterator
from itertools import count

import msgspec


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """What a program takes as a name: characters that it does not know (a pattern), the longest, and its own words."""

    unknown: str
    longest: int
    reserved: frozenset[str]


def names_for(columns: Iterable[str], naming: Naming) -> dict[str, str]:
    """
    The name of each column, different even where capitals do not count.

    Shape:   an unknown character becomes an underscore. A column and those beside it (`NAME__unit`, `NAME__missing`)
             keep one beginning: where the longest of them is too long, the instrument gives its initials
             ("ae_serious_death"), then the end of the item is cut; where it is taken or reserved it gets a number.
    """
    families: dict[str, list[str]] = {}
    for column in columns:
        base, marks, what = column.partition("__")
        families.setdefault(base, []).append(marks + what)
    taken = {word.casefold() for word in naming.reserved}
    given: dict[str, str] = {}
    for base, ends in families.items():
        room = naming.longest - max(len(end) for end in ends)
        stem = next(each for each in _stems(base, naming.unknown, room) if not _any_taken(each, ends, taken))
        given |= {base + end: stem + end for end in ends}
        taken |= {(stem + end).casefold() for end in ends}
    return given


def _any_taken(stem: str, ends: Iterable[str], taken: Container[str]) -> bool:
    return any((stem + end).casefold() in taken for end in ends)


def _stems(base: str, unknown: str, room: int) -> Iterator[str]:
    """Beginnings that fit, the best first."""
    whole = _named(base, unknown)
    instrument, dot, item = base.rpartition(".")
    short = _named("".join(word[0] for word in re.split(r"[._]+", instrument) if word) + dot + item, unknown)
    for each in (whole, short):
        if len(each) <= room:
            yield each
    for at in count(1):
        number = f"_{at}" if at > 1 else ""
        yield short[: room - len(number)].rstrip("_.") + number


def _named(text: str, unknown: str) -> str:
    name = re.sub(unknown, "_", text)
    return name if name[:1].isalpha() else f"v_{name}"
