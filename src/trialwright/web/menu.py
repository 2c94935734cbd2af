"""The menu: what a reader may open, the daily pages by themselves, the others under the job they belong to."""

from typing import TYPE_CHECKING

import msgspec

from trialwright.model.text import Text

if TYPE_CHECKING:
    from trialwright.web.page import Call

GROUPS = {
    "conduct": Text(en="Conduct", zh="试验实施"),
    "results": Text(en="Results and registry", zh="结果与注册"),
    "study": Text(en="Administration", zh="管理"),
}
"""The headings of the menu by the name that a route gives as its `group`, in the order in which they stand."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One page in the menu, in the reader's language; `current` is "page" there, "true" on a page below it, else ""."""

    href: str
    label: str
    current: str


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """Pages of one job; "" is the heading of those that stand by themselves."""

    label: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.current), None)


def menu_of(call: "Call") -> list[Heading]:
    """Every page with a label that this reader may open. A heading with one page is that page by itself."""
    from trialwright.web.page import address, routes  # routes import views, views import the module that renders

    by_group: dict[str, list[Entry]] = {name: [] for name in ("", *GROUPS)}
    for route in routes() if call.reader.user else ():
        if route.navigation and route.allows(call.reader, "GET"):
            href, label = address(route.name), route.navigation.of(call.language)
            here = "page" if route.name == call.route.name else "true" if call.request.path.startswith(href) else ""
            by_group[route.group].append(Entry(href=href, label=label, current=here))
    return [
        Heading(label=GROUPS[group].of(call.language) if group and len(entries) > 1 else "", entries=tuple(entries))
        for group, entries in by_group.items()
        if entries
    ]
