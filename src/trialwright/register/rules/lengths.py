"""Length limits of the registry's form, counted on the text a person typed (Markdown escapes taken away)."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from operator import attrgetter
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

    The limits of all paths make one tree, so that a record is walked once and not once a limit.
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
            attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower()
            here = here.below.setdefault(key, Step(key, attrgetter(attribute), many=step.endswith("[]")))
        # the registry's form takes one character more than it documents: real records hold 255 where 254 is written
        here.most, here.ceiling, here.verified = int(most), int(most) + 1, seen == "verified"
    return root


def _longer(part: object, limited: Step, path: str) -> Iterator[tuple[str, int, Step]]:
    for step in limited.below.values():
        held = step.get(part)
        if not held:
            continue
        # nearly everything is short enough, and that is told at once
        if _all_short(held, step) if step.many else step.most and len(held) <= step.ceiling:
            continue
        for at, piece in enumerate(held if step.many else (held,)):
            if step.most:
                length = len(unescape(piece)) if path.startswith(_STILL_ESCAPED) else len(piece)
                if length > step.ceiling:
                    yield f"{path}.{step.key}{f'[{at}]' if step.many else ''}", length, step
            else:
                yield from _longer(piece, step, f"{path}.{step.key}[{at}]" if step.many else f"{path}.{step.key}")


def _all_short(pieces: tuple[object, ...], limited: Step) -> bool:
    """No text in or right below the pieces of a list is too long: told without a step of Python for each."""
    if limited.most:
        return max(map(len, pieces)) <= limited.ceiling  # type: ignore[arg-type]
    for step in limited.below.values():
        if not step.most:
            return False
        texts = map(step.get, pieces)
        if max(map(len, chain.from_iterable(texts) if step.many else texts), default=0) > step.ceiling:
            return False
    return True


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
    for path, length, limit in _longer(subject.protocol, _limits(), "protocolSection"):
        yield Found(
            where=path,
            found=f"The text has {length} characters; the registry takes {limit.most}.",
            severity="warning" if limit.verified else "note",
        )


RULES = (too_long,)
