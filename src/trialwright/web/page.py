"""
What a page declares, and how pages are found.

A page is a folder `pages/<name>/` with a `page.py` that holds ROUTES; its templates beside it. Nothing lists them.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable
from functools import cache, lru_cache
from urllib.parse import quote

import msgspec
from django.http import HttpRequest, HttpResponseBase

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


@cache
def _patterns() -> dict[str, str]:
    """By the name of a route its path, its parts in braces."""
    return {route.name: "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route.path) for route in routes()}


def address(name: str, **args: object) -> str:
    """The path of a route by its name. Raises KeyError for a route or a part that does not exist."""
    return _patterns()[name].format_map({part: in_address(str(text)) for part, text in args.items()})


@lru_cache(maxsize=4096)
def in_address(text: str) -> str:
    """A text as it stands in a part of a path."""
    return quote(text, safe=_PLAIN)


_PLAIN = "!$&'()*+,;=~:@"
"""What may stand in a part of a path as it is (RFC 3986)."""
