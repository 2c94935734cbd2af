"""What a form of a record does not show, found by leaving it out and looking whether anything changes."""

from collections.abc import Callable, Iterator

import msgspec

from trialwright.model.problem import Lost
from trialwright.model.record import RegistryRecord
from trialwright.model.v2 import V2Record
from trialwright.register.writing.written import Written

_UNKNOWN = "the registry's schema does not know it, and this form has no place for it"
_EMPTY = (b'""', b"null", b"[]", b"{}")


def unknown_pieces(record: RegistryRecord) -> tuple[Lost, ...]:
    """The unknown keys and values of a record, which only API v2 carries; labels of our own and empty ones are none."""
    return tuple(
        Lost("".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in piece.path)[1:], _UNKNOWN)
        for piece in record.kept
        if not str(piece.path[0]).startswith("_") and bytes(piece.value) not in _EMPTY
    )


def unshown_parts(
    record: RegistryRecord, write: Callable[[RegistryRecord], Written], reason: str, told: frozenset[str] = frozenset()
) -> tuple[Lost, ...]:
    """
    The parts of a record without which `write` gives the very same bytes.

    `told` are the paths of what is shown all the same: a default that stands for what is left out reads alike.

    Shape:    v2 paths, lists marked []; a part whose every element is unshown stands once, for all of them.
    """
    whole = msgspec.json.decode(msgspec.json.encode(record.typed))
    shown = write(record).content

    def unshown(parts: list[dict[str, object]], path: tuple[str, ...], where: str) -> Iterator[str]:
        for key in dict.fromkeys(key for part in parts for key in part):
            place, keys = f"{where}.{key}".removeprefix("."), (*path, key)
            typed = msgspec.convert(_without(whole, keys), V2Record)
            if write(msgspec.structs.replace(record, typed=typed)).content == shown:
                if place not in told:
                    yield place
                continue
            values = [part[key] for part in parts if key in part]
            listed = any(isinstance(value, list) for value in values)
            yield from unshown(_objects(values), keys, f"{place}[]" if listed else place)

    return tuple(Lost(where, reason) for where in unshown(_objects([whole]), (), ""))


def _objects(values: list[object]) -> list[dict[str, object]]:
    """The objects among the values, those in lists included."""
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [one for one in flat if isinstance(one, dict)]


def _without(part: object, keys: tuple[str, ...]) -> object:
    """The part without what stands at the keys, in every object of a list on the way."""
    if isinstance(part, list):
        return [_without(one, keys) for one in part]
    if not isinstance(part, dict):
        return part
    key, *rest = keys
    if not rest:
        return {name: value for name, value in part.items() if name != key}
    return {name: _without(value, tuple(rest)) if name == key else value for name, value in part.items()}
