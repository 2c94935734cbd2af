"""The manual, in the app: the pages for people at the site, of this very release, in the reader's language."""

from functools import cache
from pathlib import Path

from django.http import HttpResponse, HttpResponseBase
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

import trialwright
from trialwright.web import answer
from trialwright.web.page import SIGNED_IN, Call, Route, address
from trialwright.web.render import page

_ORDER = {
    "en": ("enter-a-visit", "run-the-week", "report-a-serious-event", "keep-the-product-log", "sign", "check-the-data",
           "decide-on-deviations", "give-people-access", "lock-and-see-results", "administer"),
    "zh": ("coordinator", "data-manager", "administrator"),
}  # fmt: skip
"""The pages for people at the app, in the order of a reader's day; the others are for whoever has a terminal."""
_FOLDERS = {"en": "how-to", "zh": "zh"}


def view(call: Call) -> HttpResponse:
    """The titles in the reader's language."""
    return page(call, "manual/manual.html", pages=[(_href(name), _title(name)) for name in _ORDER[call.language]])


def chapter(call: Call, chapter: str) -> HttpResponseBase:
    """One page, in the language it was written in."""
    if chapter not in {name for names in _ORDER.values() for name in names}:
        raise answer.NotHere
    return page(
        call, "manual/chapter.html", title=_title(chapter), body=_body(chapter),
        written="zh-Hans" if chapter in _ORDER["zh"] else "en",
    )  # fmt: skip


def _href(name: str) -> str:
    return address("manual_chapter", chapter=name)


@cache
def _title(name: str) -> str:
    """The first heading."""
    return next(token.content for token in _tokens(name) if token.type == "inline")


@cache
def _body(name: str) -> Markup:
    """
    The page without its title, as HTML.

    Pictures are left out, for they stand in the documentation and not in the program; a link leads to another page of
    the manual or is plain text.
    """
    kept: list[Token] = []
    for token in _tokens(name)[_HEADING:]:
        if token.type == "inline":
            token.children = _shown(token.children or [])
            if all(child.type == "softbreak" for child in token.children):
                kept.pop()  # a paragraph of pictures alone
                continue
        if token.type == "paragraph_close" and kept and kept[-1].type != "inline":
            continue
        kept.append(token)
    # every character of the page is escaped by the renderer, which is told to take no HTML
    return Markup(_READER.renderer.render(kept, _READER.options, {}))  # noqa: S704


_READER = MarkdownIt("commonmark", {"html": False}).enable("table")
_HEADING = 3
"""Tokens of the title: its beginning, its words, its end."""


def _tokens(name: str) -> list[Token]:
    return _READER.parse(_file(name).read_text(encoding="utf-8"))


def _shown(children: list[Token]) -> list[Token]:
    shown, known = [], True
    for child in children:
        if child.type == "code_inline":
            child.attrs = {"translate": "no"}  # what is typed is the same in every language
        if child.type == "link_open":
            target = Path(str(child.attrs.get("href", ""))).stem
            known = any(target in names for names in _ORDER.values())
            child.attrs = {"href": _href(target)}
        if child.type != "image" and (known or child.type not in ("link_open", "link_close")):
            shown.append(child)
    return shown


def _file(name: str) -> Path:
    """Inside the installed package, or in the documentation of a checkout."""
    language = "zh" if name in _ORDER["zh"] else "en"
    package = Path(trialwright.__file__).parent
    installed = package / "manual" / language / f"{name}.md"
    return installed if installed.is_file() else package.parents[1] / "docs" / _FOLDERS[language] / f"{name}.md"


ROUTES = (
    Route(path="manual/", name="manual", view=view, act=SIGNED_IN),
    Route(path="manual/<str:chapter>/", name="manual_chapter", view=chapter, act=SIGNED_IN),
)
