"""A value of an object that is computed when it is first asked for, and kept."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Held = TypeVar("Held")


class once(Generic[Held]):  # noqa: N801 - used as a decorator, like `property`
    """
    Like `functools.cached_property`, without its lock: what it decorates lives for one check, in one thread.

    A record under check asks for some thirty of them, and the lock of each costs as much as a small rule.
    """

    def __init__(self, compute: Callable[[Any], Held]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "once[Held]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> Held: ...

    def __get__(self, instance: object | None, owner: type) -> "Held | once[Held]":
        if instance is None:
            return self
        held = instance.__dict__[self._name] = self._compute(instance)
        return held
