"""Length limits of the registry's form, counted on the text a person typed (Markdown escapes taken away)."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject
from trialwright.register.vocabulary import lines


class Step(msgspec.Struct, frozen=True):
    """One step of a v2 path: the key, the attribute that holds it, and whether it is a list."""

    key: str
    attribute: str
    many: bool


class Limit(msgspec.Struct, frozen=True):
    steps: tuple[Step, ...]
    most: int
    verified: bool


@cache
def _limits() -> tuple[Limit, ...]:
    rows = (line.split("\t") for line in lines("length_limits"))
    return tuple(Limit(_steps(path), int(most), seen == "verified") for path, most, seen in rows)


def _steps(path: str) -> tuple[Step, ...]:
    keys = [(step.removesuffix("[]"), step.endswith("[]")) for step in path.split(".")]
    return tuple(Step(key, re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower(), many) for key, many in keys)


def _longer(part: object, steps: Sequence[Step], most: int, path: str) -> Iterator[tuple[str, int]]:
    if not steps:
        if isinstance(part, str) and len(part) > most:
            yield path, len(part)
        return
    step, rest = steps[0], steps[1:]
    held = getattr(part, step.attribute)
    if not held:
        return
    if not step.many:
        yield from _longer(held, rest, most, f"{path}.{step.key}")
        return
    for at, piece in enumerate(held):
        yield from _longer(piece, rest, most, f"{path}.{step.key}[{at}]")


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
    for limit in _limits():
        # the registry's form takes one character more than it documents: real records hold 255 where 254 is
        # written
        for path, length in _longer(subject.protocol, limit.steps, limit.most + 1, "protocolSection"):
            yield Found(
                where=path,
                found=f"The text has {length} characters; the registry takes {limit.most}.",
                severity="warning" if limit.verified else "note",
            )


RULES = (too_long,)
