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
from trialwright.model.quantity import Code, Missing, PartialDate, Words
from trialwright.model.study import Field, Form
from trialwright.model.text import Text
from trialwright.web.blocks import Block, Line, blocks, line_of
from trialwright.web.drawn import FREE, Where, open_line
from trialwright.web.gaps import OpenBytes, encoded, fill
from trialwright.web.questions import Filled, as_typed, control_of, question_of, shown_value

_MOST = 400
"""Forms laid out, and looks of one line, that are kept; beyond, both begin anew."""

_BETWEEN = b""
"""The gap between two lines."""

Key = tuple[object, ...]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """
    A form that comes ready.

    `blocks`: its sections; `lines`: all lines of each as one open text; `gaps`: what fills them, escaped, by the names
    of fields. Of what is typed, only `gaps` holds anything. Encoded, as it is sent.
    """

    blocks: tuple[Block, ...]
    lines: tuple[Sequence[bytes], ...]
    gaps: dict[bytes, bytes]

    def filled(self, where: Where) -> tuple[Block, ...]:
        """The sections with their lines drawn."""
        return tuple(
            # drawn by a template, with what was typed escaped in its gaps
            msgspec.structs.replace(block, html=Markup(html.decode()))  # noqa: S704
            for block, html in zip(self.blocks, self.drawn(where), strict=True)
        )

    def drawn(self, where: Where) -> list[bytes]:
        """The lines of each section as HTML."""
        held = self.gaps | {name.encode(): html.encode() for name, html in where.gaps.items()}
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
        self._cells = tuple(_Cell(fields[c.question.name], c.question.control, language) for c in line.cells)
        self._looks: dict[Key, OpenBytes] = {}

    def look(self, filled: Filled, gaps: dict[bytes, bytes]) -> OpenBytes | None:
        """How the line looks, its gaps added to `gaps`; None where what stands in it asks for another control."""
        held = filled.stored
        found = tuple([cell.look(held.get(cell.name), gaps) for cell in self._cells])
        look = self._looks.get(found)
        if look is None:
            if None in found:
                return None
            if len(self._looks) > _MOST:
                self._looks.clear()
            asked = [question_of(cell.field, filled, self._language) for cell in self._cells]
            look = self._looks[found] = encoded(open_line(line_of(asked), self._block, self._language))
        return look


class _Cell:
    """One field of a line: what of a stored value decides how it looks."""

    def __init__(self, field: Field, control: str, language: str) -> None:
        self.name, self.field, self._control, self._language = field.name, field, control, language
        self._free, self._gap = control in FREE, field.name.encode()
        # most controls are the same whatever stands in them
        self._varies = control_of(field, "\0") != control
        self._known: dict[Code | Missing | None, Key | None] = {}

    def look(self, stored: Datapoint | None, gaps: dict[bytes, bytes]) -> Key | None:
        """What decides it; what is typed is added to `gaps`. None where another control is asked for."""
        if self._free:
            text = as_typed(stored)[0]
            gaps[self._gap] = (text if text.isalnum() else escape(text)).encode()
            return self._look(stored)
        value = None if stored is None else stored.value
        if not isinstance(value, _CHOSEN):
            return self._look(stored)
        try:
            return self._known[value]
        except KeyError:
            if len(self._known) > _MOST:
                self._known.clear()
            look = self._known[value] = self._look(stored)
            return look

    def _look(self, stored: Datapoint | None) -> Key | None:
        text, unit, missing = as_typed(stored)
        if self._varies and control_of(self.field, text) != self._control:
            return None
        held = shown_value(self.field, stored, self._language) if self._control == "vas" else _something(stored)
        return (bool(text) if self._free else text, unit, missing, held, stored is None)


def _something(stored: Datapoint | None) -> bool:
    value = None if stored is None else stored.value
    if isinstance(value, _WITH_TEXT):
        return bool(value.code if isinstance(value, Code) else value.text)
    return value is not None and not isinstance(value, Blank)


_WITH_TEXT = (PartialDate, Words, Code)
_CHOSEN = (Code, Missing, type(None))
"""Answers of which there are few, and which look the same however they were typed."""


_layouts: dict[tuple[int, str, tuple[str, ...]], _Layout] = {}


def opened(form: Form, filled: Filled, shown: Sequence[str], language: str) -> Opened | None:
    """The form as it comes ready; None where the page is out of the ordinary."""
    if filled.posted is not None or filled.errors or filled.warnings or filled.marks or filled.earlier:
        return None
    layout = _layout(form, filled.wording, tuple(shown), language)
    gaps = {_BETWEEN: b"\n"}
    every = []
    for _, lines in layout.blocks:
        told: list[bytes] = []
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
