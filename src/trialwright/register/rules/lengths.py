"""Length limits of the registry's form, counted on the text a person typed (Markdown escapes taken away)."""

import re
from collections.abc import Iterator

import msgspec

from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject
from trialwright.register.vocabulary import lines

_LIST_STEP = re.compile(r"(\w+)\[\]")


class Limit(msgspec.Struct, frozen=True):
    path: str
    limit: int
    verified: bool


def _limits() -> tuple[Limit, ...]:
    rows = (line.split("\t") for line in lines("length_limits"))
    return tuple(Limit(path, int(limit), seen == "verified") for path, limit, seen in rows)


def _texts(part: object, steps: list[str], path: str) -> Iterator[tuple[str, str]]:
    if not steps:
        if isinstance(part, str):
            yield path, part
        return
    name, *rest = steps
    found = getattr(part, _snake(name.removesuffix("[]")))
    if name.endswith("[]"):
        for at, piece in enumerate(found):
            yield from _texts(piece, rest, f"{path}.{name.removesuffix('[]')}[{at}]")
    else:
        yield from _texts(found, rest, f"{path}.{name}")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@rule(
    "TW-REG-941",
    "warning",
    "longer than the registry takes",
    source="PRS data element definitions, character limits (words/length_limits.txt says which were verified)",
    expected="A text within the limit of the element.",
    cure="Shorten the text.",
    example="an outcome title of 312 characters, limit 254",
    needs=(),
)
def too_long(subject: Subject) -> Iterator[Found]:
    for limit in _limits():
        for path, text in _texts(subject.protocol, limit.path.split("."), "protocolSection"):
            # the form counts a line break once and takes one character more than it documents
            if len(text) > limit.limit + 1:
                yield Found(
                    where=path,
                    found=f"The text has {len(text)} characters; the registry takes {limit.limit}.",
                    severity="warning" if limit.verified else "note",
                )


RULES = (too_long,)
