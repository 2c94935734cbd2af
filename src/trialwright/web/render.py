"""Pages as HTML: one Jinja2 environment, everything escaped, undefined names refused, both languages side by side."""

import re
import secrets
from collections.abc import Callable
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import msgspec
from django.http import HttpResponse
from markupsafe import Markup, escape

from trialwright.capture.gates import ACTS
from trialwright.model.quantity import Missing
from trialwright.model.text import Text
from trialwright.web.forgery import token_of
from trialwright.web.menu import Heading, menu_of
from trialwright.web.names import Names
from trialwright.web.wording import missing_word

if TYPE_CHECKING:
    from trialwright.web.page import Call

_here = Path(__file__).parent


@cache
def environment() -> jinja2.Environment:
    """Templates of the whole (`templates/`) and of each page (`pages/<name>/`, named `<name>/file.html`)."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([_here / "templates", _here / "pages"]),
        autoescape=True,
        auto_reload=False,  # looking at each file at each page would cost a tenth of it
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """What each load of a page has of its own: the token against forged posts, its address, and tokens for one act."""

    csrf: str
    path: str
    once: Callable[[], str]


def page(call: "Call", template: str, *, status: int = 200, **values: Any) -> HttpResponse:
    """The template filled for this reader: `say(en, zh)`, `words(Text)`, `link(name, ...)` and who is reading."""
    own = Own(csrf=token_of(call.request), path=call.request.get_full_path(), once=once)
    return HttpResponse(draw(call, template, own, **values), status=status)


def draw(call: "Call", template: str, own: Own, **values: Any) -> str:
    """The HTML of `page`."""
    from trialwright.web import page as declared  # routes import views, views import this module

    language = call.language

    def act_word(act: str) -> str:
        return ACTS[act].of(language) if act in ACTS else act

    def say(en: str, zh: str, **fields: object) -> str:
        return (zh if language == "zh" else en).format(**fields) if fields else (zh if language == "zh" else en)

    def words(text: Text) -> str:
        return text.of(language)

    def quoting(text: Text) -> Markup:
        return _quoting(text.of(language), language)

    names = Names(call.place.study, language)
    return (
        environment()
        .get_template(template)
        .render(
            say=say,
            words=words,
            quoting=quoting,
            link=declared.address,
            names=names,
            moment=names.moment,
            once=own.once,
            number=lambda value: number(value, language),
            act_word=act_word,
            language=language,
            html_language="zh-Hans" if language == "zh" else "en",
            reader=call.reader,
            may=call.reader.may,
            study=call.place.study,
            simulated=call.place.simulated,
            menu=_drawn_menu(tuple(menu_of(call)), language),
            here=call.route.name,
            path=own.path,
            csrf=own.csrf,
            **values,
        )
    )


@lru_cache(maxsize=256)
def _drawn_menu(menu: tuple[Heading, ...], language: str) -> Markup:
    """The same menu looks the same for everybody; it changes with what the reader may open, and where the reader is."""

    def say(en: str, zh: str) -> str:
        return zh if language == "zh" else en

    return Markup(environment().get_template("menu.html").render(menu=menu, say=say) if menu else "")  # noqa: S704 - drawn by a template


_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9 .,:;'’&/()%+_-]*[A-Za-z0-9)]|[A-Za-z]")


def _quoting(text: str, language: str) -> Markup:
    """Chinese words that quote a record or a law: what stands in Latin letters is marked as English."""
    if language != "zh":
        return escape(text)
    pieces, at = [], 0
    for found in _LATIN.finditer(text):
        pieces += [escape(text[at : found.start()]), Markup('<span lang="en">{}</span>').format(found.group(0))]
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])


def number(value: object, language: str = "en") -> str:
    """An exact number as a decimal for reading, to three places; a reason for absence or words as they are."""
    if isinstance(value, Fraction):
        return f"{float(value):.3f}".rstrip("0").rstrip(".")
    if isinstance(value, Missing):
        return missing_word(value.reason, language)
    return "" if value is None else str(value)


def once() -> str:
    """Of one page load: a double click or a retry with it acts once."""
    return secrets.token_hex(16)
