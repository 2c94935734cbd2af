"""
A form as it is opened to be filled in: stored values alone, nothing typed anew, no message and no mark beside them.

So most pages are asked for. Which lines a form has, what their labels share, and how each line looks with an answer of
some kind in it, is worked out once; a page fills what is stored into the gaps. Whatever is out of the ordinary is laid
out and drawn as ever (`blocks`, `draw_line`), and both say the same, byte for byte.
"""

from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup, escape

from trialwright.model.ledger import Blank, Datapoint
from trialwright.model.quantity import Code, PartialDate, Words
from trialwright.model.study import Field, Form
from trialwright.model.text import Text
from trialwright.web.blocks import Block, Line, blocks, line_of
from trialwright.web.drawn import FREE, Where, open_line
from trialwright.web.gaps import OpenText, fill
from trialwright.web.questions import Filled, control_of, question_of, shown_value, typed_of

_MOST = 400
"""Forms laid out, and looks of one line, that are kept; beyond, both begin anew."""

_BETWEEN = ""
"""The gap between two lines."""

Key = tuple[object, ...]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """
    A form that comes ready.

    `blocks`: its sections; `lines`: all lines of each as one open text; `gaps`: what fills them, escaped, by the names
    of fields. Of what is typed, only `gaps` holds anything.
    """

    blocks: tuple[Block, ...]
    lines: tuple[Sequence[str], ...]
    gaps: dict[str, str]

    def filled(self, where: Where) -> tuple[Block, ...]:
        """The sections with their lines drawn."""
        return tuple(
            # drawn by a template, with what was typed escaped in its gaps
            msgspec.structs.replace(block, html=Markup(html))  # noqa: S704
            for block, html in zip(self.blocks, self.drawn(where), strict=True)
        )

    def drawn(self, where: Where) -> list[str]:
        """The lines of each section as HTML."""
        held = self.gaps | where.gaps
        return [fill(lines, held) for lines in self.lines]


class _Layout:
    """The sections of one form with the same questions shown, in one language."""

    def __init__(self, form: Form, wording: Mapping[str, Text], shown: Sequence[str], language: str) -> None:
        self.form, self.wording = form, wording
        fields = {field.name: field for section in form.sections for field in section.fields}
        empty = blocks(form, Filled(stored={}, wording=wording), shown, language)
        self.blocks = tuple(
            (block, tuple(_Line(block, line, fields, language) for line in block.lines)) for block in empty
        )


class _Line:
    """One line with its fields, the control of each, and the looks it had so far, as open texts."""

    def __init__(self, block: Block, line: Line, fields: Mapping[str, Field], language: str) -> None:
        self._block, self._language = block, language
        self._fields = tuple((fields[cell.question.name], cell.question.control) for cell in line.cells)
        # most controls are the same whatever stands in them
        self._varying = frozenset(field.name for field, control in self._fields if control_of(field, "\0") != control)
        self._looks: dict[Key, OpenText] = {}

    def look(self, filled: Filled, gaps: dict[str, str]) -> OpenText | None:
        """How the line looks, its gaps added to `gaps`; None where what stands in it asks for another control."""
        key: list[object] = []
        for field, control in self._fields:
            stored = filled.stored.get(field.name)
            text, unit, missing = typed_of(field, filled, stored)
            if field.name in self._varying and control_of(field, text) != control:
                return None
            free = control in FREE
            held = shown_value(field, stored, self._language) if control == "vas" else _something(stored)
            key += (bool(text) if free else text, unit, missing, held, stored is None)
            if free:
                gaps[field.name] = escape(text)
        look = self._looks.get(found := tuple(key))
        if look is None:
            if len(self._looks) > _MOST:
                self._looks.clear()
            asked = [question_of(field, filled, self._language) for field, _ in self._fields]
            look = self._looks[found] = open_line(line_of(asked), self._block, self._language)
        return look


def _something(stored: Datapoint | None) -> bool:
    if stored is None or isinstance(stored.value, Blank):
        return False
    match stored.value:
        case PartialDate(text) | Words(text) | Code(text):
            return bool(text)
        case _:
            return True


_layouts: dict[tuple[int, str, tuple[str, ...]], _Layout] = {}


def opened(form: Form, filled: Filled, shown: Sequence[str], language: str) -> Opened | None:
    """The form as it comes ready; None where the page is out of the ordinary."""
    if filled.posted is not None or filled.errors or filled.warnings or filled.marks or filled.earlier:
        return None
    layout = _layout(form, filled.wording, tuple(shown), language)
    gaps = {_BETWEEN: "\n"}
    every = []
    for _, lines in layout.blocks:
        told: list[str] = []
        for line in lines:
            look = line.look(filled, gaps)
            if look is None:
                return None
            told += look
            told.append(_BETWEEN)
        every.append(told[:-1])
    return Opened(blocks=tuple(block for block, _ in layout.blocks), lines=tuple(every), gaps=gaps)


def _layout(form: Form, wording: Mapping[str, Text], shown: tuple[str, ...], language: str) -> _Layout:
    # by identity: to compare two forms costs more than to lay one out; what is kept keeps the form itself alive
    key = (id(form), language, shown)
    held = _layouts.get(key)
    if held is None or held.form is not form or held.wording is not wording:
        if len(_layouts) > _MOST:
            _layouts.clear()
        held = _layouts[key] = _Layout(form, wording, shown, language)
    return held
