"""
Questions as HTML, drawn once each: a page puts what was typed, and where its history is, into the gaps.

Most of a form's page is the same for everybody: labels, units, choices, reasons for absence. Drawing it anew took
three quarters of the time of a page. What is kept holds no value: a typed text is a gap, filled at each page and
escaped there. A question with a message beside it is always drawn anew.
"""

from functools import lru_cache

import msgspec
from markupsafe import Markup, escape

from trialwright.model.text import Text
from trialwright.web.blocks import Block, Cell, Line
from trialwright.web.gaps import OpenText, cut, fill, gap
from trialwright.web.questions import missing_choices
from trialwright.web.render import environment

FREE = frozenset({"number", "text", "date", "partial_date", "vas"})
"""Answers that are only shown in a field; a choice decides which button is pressed, and is drawn as it is."""


class Where(msgspec.Struct, frozen=True):
    """Language of the page; address of the histories of this form; what asks there for the row of a log, or ""."""

    language: str
    base: str
    rows: str = ""

    @property
    def gaps(self) -> dict[str, str]:
        """What fills the gaps of a line that lead to histories."""
        return {"base": escape(self.base), "rows": escape(self.rows)}


def draw_line(line: Line, block: Block, where: Where) -> Markup:
    """One line of a form's section: a question, or a group of a grid."""
    questions = [cell.question for cell in line.cells]
    if any(question.errors or question.warnings or question.earlier for question in questions):
        return Markup(_rendered(line, block.limits, where, compact=block.compact))  # noqa: S704 - drawn by a template
    typed = {question.name: escape(question.typed) for question in questions if question.control in FREE}
    # every piece is drawn by a template or escaped here
    return Markup(fill(open_line(line, block, where.language), typed | where.gaps))  # noqa: S704


def open_line(line: Line, block: Block, language: str) -> OpenText:
    """A line without messages as an open text: gaps for what is typed, by name, and for those of `Where`."""
    return _kept(_blanked(line), language, block.limits, block.compact)


def _blanked(line: Line) -> Line:
    cells = []
    for cell in line.cells:
        question = cell.question
        if question.control in FREE:
            on_line = question.control == "vas" and question.mark is not None  # the one answer that is drawn
            stored = question.stored if on_line or not question.stored else "x"
            typed = gap(question.name) if question.typed else ""
            question = msgspec.structs.replace(question, typed=typed, stored=stored)
        elif question.stored:
            question = msgspec.structs.replace(question, stored="x")
        cells.append(Cell(question, cell.label))
    return Line(title=line.title, cells=tuple(cells))


def _rendered(line: Line, limits: str, where: Where, *, compact: bool) -> str:
    language = where.language

    def say(en: str, zh: str, **fields: object) -> str:
        return (zh if language == "zh" else en).format(**fields) if fields else (zh if language == "zh" else en)

    def words(text: Text) -> str:
        return text.of(language)

    return environment().get_template("drawn.html").render(
        say=say, words=words, line=line, limits=limits, compact=compact, reasons=missing_choices(language),
        base=where.base, rows=where.rows,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _kept(line: Line, language: str, limits: str, compact: bool) -> OpenText:
    return cut(_rendered(line, limits, _OPEN[language], compact=compact))


_OPEN = {language: Where(language, gap("base"), gap("rows")) for language in ("en", "zh")}
