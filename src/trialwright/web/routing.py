"""Addresses found by their shape: a click asks for one of a hundred, and most are told apart by how they begin."""

from collections.abc import Callable, Iterable

from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.urls.resolvers import ResolverMatch, RoutePattern

Shape = tuple[int, str]
"""How many parts an address has, and the first of them."""


class ByShape(URLResolver):
    """The patterns as Django tries them, in their order; of a path, only those that have its shape."""

    def __init__(self, patterns: Iterable[URLPattern]) -> None:
        every = list(patterns)
        super().__init__(RoutePattern(""), every)
        self._of_shape: dict[Shape, list[URLPattern]] = {}
        for pattern in every:
            self._of_shape.setdefault(_shape(str(pattern.pattern)), []).append(pattern)

    def resolve(self, path: str) -> ResolverMatch:
        for pattern in self._of_shape.get(_shape(path), ()):
            if found := pattern.resolve(path):
                return found
        return super().resolve(path)  # whatever begins otherwise; Django says what it is not


def _shape(text: str) -> Shape:
    return text.count("/"), text.partition("/")[0]


def by_shape(views: Iterable[tuple[str, Callable[..., HttpResponseBase], str]]) -> list[URLResolver]:
    """Django's patterns of paths, views and names; a part in brackets is any text without a slash."""
    return [ByShape(path(address, view, name=name) for address, view, name in views)]
