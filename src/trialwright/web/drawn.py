"""
Questions as HTML, drawn once each: a page puts what was typed, and where its history is, into the gaps.

Most of a form's page is the same for everybody: labels, units, choices, reasons for absence. Drawing it anew took
three quarters of the time of a page. What is kept holds no value: a typed text is a gap, filled at each page and
escaped there. A question with a message beside it is always drawn anew.
"""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from markupsafe import Markup, escape

from trialwright.model.text import Text
from trialwright.web.blocks import Block, Cell, Line
from trialwright.web.questions import missing_choices
from trialwright.web.render import environment

_GAP, _BASE, _ROW = "\ue000", "\ue001", "\ue002"
"""Private characters that no label holds; what is typed never meets them, for it comes in after the cut."""
FREE = frozenset({"number", "text", "date", "partial_date", "vas"})
"""Answers that are only shown in a field; a choice decides which button is pressed, and is drawn as it is."""


class Where(msgspec.Struct, frozen=True):
    """Language of the page; address of the histories of this form; the row of a log."""

    language: str
    base: str
    row: int


def draw_line(line: Line, block: Block, where: Where) -> Markup:
    """One line of a form's section: a question, or a group of a grid."""
    blank, typed = _blanked(line)
    if any(cell.question.errors or cell.question.warnings or cell.question.earlier for cell in line.cells):
        html = _rendered(blank, where.language, block.limits, compact=block.compact)
    else:
        html = _kept(blank, where.language, block.limits, block.compact)
    return Markup(fill(html, typed, where))  # noqa: S704 - every piece is drawn by a template or escaped there


def kept_line(line: Line, block: Block, language: str) -> str:
    """A line without messages, its gaps still open."""
    blank, _ = _blanked(line)
    return _kept(blank, language, block.limits, block.compact)


def fill(html: str, typed: Sequence[str], where: Where) -> str:
    """A line with what was typed in its gaps, escaped, and the addresses of this page."""
    # cut before anything typed comes in: a typed text is never looked at again
    pieces = html.replace(_BASE, where.base).replace(_ROW, f"?row={where.row}" if where.row else "").split(_GAP)
    pieces[1::2] = [str(escape(typed[int(place)])) for place in pieces[1::2]]
    return "".join(pieces)


def _blanked(line: Line) -> tuple[Line, list[str]]:
    cells, typed = [], list[str]()
    for cell in line.cells:
        question = cell.question
        if question.control in FREE:
            gap = f"{_GAP}{len(typed)}{_GAP}" if question.typed else ""
            typed.append(question.typed)
            stored = question.stored if question.control == "vas" or not question.stored else "x"
            question = msgspec.structs.replace(question, typed=gap, stored=stored)
        elif question.stored:
            question = msgspec.structs.replace(question, stored="x")
        cells.append(Cell(question, cell.label))
    return Line(title=line.title, cells=tuple(cells)), typed


def _rendered(line: Line, language: str, limits: str, *, compact: bool) -> str:
    def say(en: str, zh: str, **fields: object) -> str:
        return (zh if language == "zh" else en).format(**fields) if fields else (zh if language == "zh" else en)

    def words(text: Text) -> str:
        return text.of(language)

    return environment().get_template("drawn.html").render(
        say=say, words=words, line=line, limits=limits, compact=compact, reasons=missing_choices(language), base=_BASE,
        row=_ROW,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _kept(line: Line, language: str, limits: str, compact: bool) -> str:
    return _rendered(line, language, limits, compact=compact)
