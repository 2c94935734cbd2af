"""Two builds of a definition compared in words: what an amendment changes, one sentence a change."""

from collections.abc import Iterator
from typing import Any

import msgspec

from trialwright.define.wording import condition_text
from trialwright.model import study as m
from trialwright.model.expression import Node
from trialwright.model.quantity import PartialDate
from trialwright.model.text import Text

_LEFT_OUT = {"build", "hash", "status", "assumptions"}
_ONE_OF = {
    "arms": "arm",
    "interventions": "intervention",
    "sites": "site",
    "gates": "gate",
    "consents": "consent version",
    "eligibility": "eligibility criterion",
    "epochs": "epoch",
    "visits": "visit",
    "forms": "form",
    "outcomes": "outcome measure",
    "analysis_sets": "analysis set",
    "intercurrent_events": "intercurrent event",
    "estimands": "estimand",
    "displays": "display",
    "roles": "role",
    "signatures": "signature",
    "recipients": "recipient",
    "checks": "edit check",
    "sections": "section",
    "tiers": "dose tier",
    "benchmarks": "benchmark",
    "summary": "method",
    "fields": "field",
    "code_lists": "code list",
}

Plain = str | dict[str, "Plain"] | list[str]
"""A definition as nested words: lists of named things are keyed by name, lists of words stay lists."""


def compare_studies(before: m.Study, after: m.Study) -> list[str]:
    """
    What differs, one English sentence a change, in the order of the definition; [] where they say the same.

    Only content counts: build number, hash and status are not compared. An element that is new or gone is told once.
    """
    return list(_differences("", _plain(before), _plain(after), ""))


def _plain(value: Any) -> Plain:
    if isinstance(value, Text):
        return {"": value.en, "Chinese wording": value.zh}
    if isinstance(value, m.Provenance):
        return f"{value.kind}: {value.reason}" if value.reason else value.kind
    if isinstance(value, Node):
        return condition_text(value)  # type: ignore[arg-type]  # every node is a truth or a number
    if isinstance(value, PartialDate):
        return value.text
    if isinstance(value, m.Field):
        return {"shown when": _plain(value.shown_when), "required": _plain(value.required)}
    if isinstance(value, msgspec.Struct):
        return {field: _plain(getattr(value, field)) for field in value.__struct_fields__ if field not in _LEFT_OUT}
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return _keyed(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _keyed(values: tuple[Any, ...]) -> Plain:
    if all(isinstance(value, str) for value in values):
        return [str(value) for value in values]
    keyed: dict[str, Plain] = {}
    for position, value in enumerate(values):
        key = _key(value, position)
        keyed[key if key not in keyed else f"{key} ({position + 1})"] = _plain(value)
    return keyed


def _key(value: Any, position: int) -> str:
    for attribute in ("number", "name", "event", "code", "instrument", "method"):
        if isinstance(getattr(value, attribute, None), str):
            return str(getattr(value, attribute))
    return str(position + 1)


def _differences(where: str, before: Plain, after: Plain, key: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(new for new in after if new not in before)]:
            yield from _inside(where, before, after, name, key)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(where, before, after)
    else:
        yield f"{_upper(where)} changes from {_shown(before)} to {_shown(after)}."


def _inside(where: str, before: dict[str, Plain], after: dict[str, Plain], name: str, key: str) -> Iterator[str]:
    one = _ONE_OF.get(key)
    words = f"{one} {name}" if one else name.replace("_", " ")
    place = f"{where}, {words}" if where and words else where or words
    if name in _ONE_OF and not one:  # a list of things: its elements speak for themselves
        place = where
    if name not in before or name not in after:
        verb, value = ("is removed", before[name]) if name in before else ("is added", after[name])
        plain = f": {_shown(value)}" if isinstance(value, str) and value else ""
        yield f"{_upper(place or name)} {verb}{plain}."
        return
    yield from _differences(place, before[name], after[name], name)


def _lists(where: str, before: list[str], after: list[str]) -> Iterator[str]:
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    if gone:
        yield f"{_upper(where)}: {', '.join(gone)} removed."
    if new:
        yield f"{_upper(where)}: {', '.join(new)} added."
    if not gone and not new:
        yield f"{_upper(where)}: the order changes from {', '.join(before)} to {', '.join(after)}."


def _shown(value: Plain) -> str:
    if isinstance(value, str):
        return f'"{value}"' if value else "nothing"
    return ", ".join(value) or "nothing"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
