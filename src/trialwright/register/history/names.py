"""The words for a v2 path in both languages: its module, its field, and the part of the field."""

import re
from functools import cache
from importlib.resources import files

import msgspec

from trialwright.model.text import Text

_KEY = re.compile(r"\[[^\]]*\]")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Names(msgspec.Struct, frozen=True):
    modules: dict[str, tuple[str, str]]
    fields: dict[str, tuple[str, str]]
    parts: dict[str, tuple[str, str]]


@cache
def _names() -> _Names:
    data = files("trialwright.register").joinpath("words", "field_names.json").read_bytes()
    return msgspec.json.decode(data, type=_Names)


@cache
def module_words(steps: tuple[str, ...]) -> Text:
    """The name of the module a path leads through; its own name where we know none."""
    for step in steps:
        if step in _names().modules:
            return Text(*_names().modules[step])
    return Text("Record", "记录")


@cache
def field_words(steps: tuple[str, ...]) -> Text:
    """
    The name of a field, given as the steps of its path without the keys of list items.

    "Study start" for statusModule.startDateStruct.date; a field we do not know is called by its own name.
    """
    names = [step for step in steps if step not in ("protocolSection", "documentSection", "value")]
    for length in range(len(names), 0, -1):
        known = _names().fields.get(".".join(names[:length]))
        if known is not None:
            rest = [_part(step) for step in names[length:]]
            # "date" of a date says nothing
            told = [part for step, part in zip(names[length:], rest, strict=True) if step != "date"]
            return Text(", ".join([known[0], *(t.en for t in told)]), "，".join([known[1], *(t.zh for t in told)]))
    last = _part(names[-1]) if names else Text("record", "记录")
    return Text(last.en[:1].upper() + last.en[1:], last.zh)


def _part(step: str) -> Text:
    known = _names().parts.get(step)
    words = _CAPITAL.sub(" ", step).lower()
    return Text(*known) if known else Text(words, words)
