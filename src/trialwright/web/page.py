"""
What a page declares, and how pages are found.

A page is a folder `pages/<name>/` with a `page.py` that holds ROUTES; its templates beside it. Nothing lists them.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache, lru_cache

import msgspec
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from trialwright.model.text import Text
from trialwright.web import pages
from trialwright.web.place import Place
from trialwright.web.reader import Reader

PUBLIC = "public"
"""The act of a page that asks for no sign-in."""
SIGNED_IN = "signed in"
"""The act of a page for everybody with an account, roles or none."""
ANY_ROLE = "any role"
"""The act of a page that everybody with a role in the study may see."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, with everything a view needs: who asks, in which language, of which study."""

    request: HttpRequest
    place: Place
    reader: Reader
    route: "Route"

    @property
    def language(self) -> str:
        return self.reader.language

    def words(self, text: Text) -> str:
        return text.of(self.reader.language)

    def posted(self, name: str) -> str:
        """One posted text, stripped; "" when it was not sent."""
        return str(self.request.POST.get(name, "")).strip()

    @property
    def is_post(self) -> bool:
        return self.request.method == "POST"


View = Callable[..., HttpResponseBase]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """
    One address of a page. `act` is what a role must be allowed to do to see it, `post_act` to post to it
    (the same when empty); "verify|lock" is either of the two. `navigation` puts it in the menu, in `order`: by
    itself, or under the heading of its `group` (a name of menu.GROUPS).
    """

    path: str
    name: str
    view: View
    act: str
    post_act: str = ""
    post_only: bool = False
    navigation: Text | None = None
    order: int = 0
    group: str = ""
    takes_file: bool = False  # a file may be sent here, is read in memory and never kept

    def allows(self, reader: Reader, method: str) -> bool:
        act = (self.post_act or self.act) if method == "POST" else self.act
        if act in (PUBLIC, SIGNED_IN):
            return act == PUBLIC or bool(reader.user)
        return bool(reader.roles) if act == ANY_ROLE else any(each in reader.acts for each in act.split("|"))


@cache
def routes() -> tuple[Route, ...]:
    """Every route of every folder under pages/, in the order of the menu."""
    found: list[Route] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(pages.__path__) if info.ispkg):
        found.extend(importlib.import_module(f"trialwright.web.pages.{module}.page").ROUTES)
    return tuple(sorted(found, key=lambda route: (route.order, route.name)))


@cache
def paths_with_files() -> frozenset[str]:
    """The addresses to which a file may be sent."""
    return frozenset(f"/{route.path}" for route in routes() if route.takes_file)


def address(name: str, **args: object) -> str:
    """The path of a route by its name."""
    return _address(name, tuple(args.items()))


@lru_cache(maxsize=8192)
def _address(name: str, args: tuple[tuple[str, object], ...]) -> str:
    return reverse(name, kwargs=dict(args))
