"""What is worked out once for each frozen thing, kept by which thing it is: hashing a whole form would cost more."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Thing = TypeVar("_Thing")
_Other = TypeVar("_Other")
_Result = TypeVar("_Result")
MANY = 500
"""More things than a study with all its builds has; where there are more, everything kept is let go."""


def once_for_each(work: Callable[[_Thing], _Result]) -> Callable[[_Thing], _Result]:
    """
    `work`, done once for each frozen thing it is asked about. The result is shared: it must not be changed.

    The thing is held with its result, so that no other thing ever takes its place in memory.
    """
    kept: dict[int, tuple[_Thing, _Result]] = {}

    @wraps(work)
    def looked_up(thing: _Thing) -> _Result:
        found = kept.get(id(thing))
        if found is None or found[0] is not thing:
            if len(kept) > MANY:
                kept.clear()
            found = kept[id(thing)] = (thing, work(thing))
        return found[1]

    return looked_up


def once_for_both(work: Callable[[_Thing, _Other], _Result]) -> Callable[[_Thing, _Other], _Result]:
    """The same of two frozen things together."""
    kept: dict[tuple[int, int], tuple[_Thing, _Other, _Result]] = {}

    @wraps(work)
    def looked_up(thing: _Thing, other: _Other) -> _Result:
        key = (id(thing), id(other))
        found = kept.get(key)
        if found is None or found[0] is not thing or found[1] is not other:
            if len(kept) > MANY:
                kept.clear()
            found = kept[key] = (thing, other, work(thing, other))
        return found[2]

    return looked_up
