"""Length limits of the registry's form, counted on the text a person typed (Markdown escapes taken away)."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import chain
from operator import attrgetter, gt
from typing import Any

import msgspec

from trialwright.register.markdown import unescape
from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject
from trialwright.register.vocabulary import lines

_STILL_ESCAPED = "protocolSection.contactsLocationsModule"


class Step(msgspec.Struct):
    """
    One key of the v2 tree that holds something limited: the attribute it stands in, and what is limited below it.

    The limits of all paths make one tree: a record with a text that is too long is walked along it.
    """

    key: str
    get: Callable[[object], Any]  # what stands under the key, of a part of the record
    many: bool
    most: int = 0
    ceiling: int = 0
    verified: bool = False
    below: dict[str, "Step"] = msgspec.field(default_factory=dict)


@cache
def _limits() -> Step:
    root = Step("protocolSection", lambda record: record, many=False)
    for path, most, seen in (line.split("\t") for line in lines("length_limits")):
        here = root
        for step in path.split("."):
            key = step.removesuffix("[]")
            here = here.below.setdefault(key, Step(key, attrgetter(_attribute(key)), many=step.endswith("[]")))
        # the registry's form takes one character more than it documents: real records hold 255 where 254 is written
        here.most, here.ceiling, here.verified = int(most), int(most) + 1, seen == "verified"
    return root


def _longer(part: object, limited: Step, path: str) -> Iterator[tuple[str, int, Step]]:
    for step in limited.below.values():
        held = step.get(part)
        if not held:
            continue
        for at, piece in enumerate(held if step.many else (held,)):
            if step.most:
                length = len(unescape(piece)) if path.startswith(_STILL_ESCAPED) else len(piece)
                if length > step.ceiling:
                    yield f"{path}.{step.key}{f'[{at}]' if step.many else ''}", length, step
            else:
                yield from _longer(piece, step, f"{path}.{step.key}[{at}]" if step.many else f"{path}.{step.key}")


class _AtOnce(msgspec.Struct, frozen=True):
    """All limited texts of a record, told to be short enough without a step of Python for each: nearly all are."""

    single: Callable[[object], tuple[str, ...]]
    ceilings: tuple[int, ...]
    lists: Callable[[object], tuple[tuple[object, ...], ...]]
    below: tuple[tuple[tuple[Callable[[Any], Iterable[str]], int], ...], ...]  # the texts in each list, their limits

    def all_short(self, record: object) -> bool:
        if any(map(gt, map(len, self.single(record)), self.ceilings)):
            return False
        for pieces, limits in zip(self.lists(record), self.below, strict=True):
            for texts, ceiling in limits if pieces else ():
                if max(map(len, texts(pieces)), default=0) > ceiling:
                    return False
        return True


@cache
def _at_once() -> _AtOnce:
    single: list[tuple[str, int]] = []  # the attributes, the limit
    lists: dict[str, list[tuple[Callable[[Any], Iterable[str]], int]]] = {}
    for path, most, _ in (line.split("\t") for line in lines("length_limits")):
        first, many, inside = _attribute(path).partition("[]")
        if many:
            lists.setdefault(first, []).append((_texts_of(inside.removeprefix(".")), int(most) + 1))
        else:
            single.append((first, int(most) + 1))
    return _AtOnce(
        single=attrgetter(*(first for first, _ in single)),
        ceilings=tuple(ceiling for _, ceiling in single),
        lists=attrgetter(*lists),
        below=tuple(tuple(limits) for limits in lists.values()),
    )


def _texts_of(inside: str) -> Callable[[Any], Iterable[str]]:
    if not inside:
        return iter
    get = attrgetter(inside.removesuffix("[]"))
    if inside.endswith("[]"):
        return lambda pieces: chain.from_iterable(map(get, pieces))
    return partial(map, get)


def _attribute(key: str) -> str:
    """The attribute, or the attributes with a dot between, that a key of v2 is read into."""
    return re.sub(r"(?=[A-Z])", "_", key).lower()


@rule(
    "TW-REG-941",
    "warning",
    "longer than the registry takes",
    why="The registry cuts the text or refuses the record.",
    source="PRS data element definitions, character limits (words/length_limits.txt says which were verified)",
    expected="A text within the limit of the element.",
    cure="Shorten the text.",
    example="an outcome title of 312 characters, limit 254",
    needs=(),
)
def too_long(subject: Subject) -> Iterator[Found]:
    if _at_once().all_short(subject.protocol):
        return
    for path, length, limit in _longer(subject.protocol, _limits(), "protocolSection"):
        yield Found(
            where=path,
            found=f"The text has {length} characters; the registry takes {limit.most}.",
            severity="warning" if limit.verified else "note",
        )


RULES = (too_long,)
