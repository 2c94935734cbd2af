"""
A form as it is opened to be filled in: stored values alone, nothing typed anew, no message and no mark beside them.

So most pages are asked for. Which lines a form has, what their labels share, and how each line looks with an answer of
some kind in it, is worked out once; a page fills what is stored into the gaps. Whatever is out of the ordinary is laid
out and drawn as ever (`blocks`, `draw_line`), and both say the same, byte for byte.
"""

from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup

from trialwright.model.ledger import Blank, Datapoint
from trialwright.model.quantity import Code, PartialDate, Words
from trialwright.model.study import Field, Form
from trialwright.model.text import Text
from trialwright.web.blocks import Block, Line, blocks, line_of
from trialwright.web.drawn import FREE, Where, fill, kept_line
from trialwright.web.questions import Filled, control_of, question_of, shown_value, typed_of

_MOST = 400
"""Forms laid out, and looks of one line, that are kept; beyond, both begin anew."""

Key = tuple[object, ...]


class _Layout:
    """The sections of one form with the same questions shown, in one language."""

    def __init__(self, form: Form, wording: Mapping[str, Text], shown: Sequence[str], language: str) -> None:
        self.form, self.wording = form, wording
        fields = {field.name: field for section in form.sections for field in section.fields}
        empty = blocks(form, Filled(stored={}, wording=wording), shown, language)
        self.blocks = tuple((block, tuple(_Line(block, line, fields) for line in block.lines)) for block in empty)


class _Line:
    """One line with its fields, the control of each, and the looks it had so far."""

    def __init__(self, block: Block, line: Line, fields: Mapping[str, Field]) -> None:
        self._block = block
        self._fields = tuple((fields[cell.question.name], cell.question.control) for cell in line.cells)
        self._looks: dict[Key, str] = {}

    def drawn(self, filled: Filled, where: Where) -> str | None:
        """None where something stands in it that asks for another control."""
        key: list[object] = []
        typed: list[str] = []
        for field, control in self._fields:
            stored = filled.stored.get(field.name)
            text, unit, missing = typed_of(field, filled, stored)
            if control_of(field, text) != control:
                return None
            free = control in FREE
            held = shown_value(field, stored, where.language) if control == "vas" else _something(stored)
            key += (bool(text) if free else text, unit, missing, held, stored is None)
            if free:
                typed.append(text)
        look = self._looks.get(found := tuple(key))
        if look is None:
            if len(self._looks) > _MOST:
                self._looks.clear()
            asked = [question_of(field, filled, where.language) for field, _ in self._fields]
            look = self._looks[found] = kept_line(line_of(asked), self._block, where.language)
        return fill(look, typed, where)


def _something(stored: Datapoint | None) -> bool:
    if stored is None or isinstance(stored.value, Blank):
        return False
    match stored.value:
        case PartialDate(text) | Words(text) | Code(text):
            return bool(text)
        case _:
            return True


_layouts: dict[tuple[int, str, tuple[str, ...]], _Layout] = {}


def opened(form: Form, filled: Filled, shown: Sequence[str], where: Where) -> tuple[Block, ...]:
    """The blocks of a form, each with its lines ready in `html`; () where the page is out of the ordinary."""
    if filled.posted is not None or filled.errors or filled.warnings or filled.marks or filled.earlier:
        return ()
    layout = _layout(form, filled.wording, tuple(shown), where.language)
    made = []
    for block, lines in layout.blocks:
        drawn = [line.drawn(filled, where) for line in lines]
        known = [html for html in drawn if html is not None]
        if len(known) < len(drawn):
            return ()
        # drawn by a template, with what was typed escaped in its gaps
        made.append(msgspec.structs.replace(block, html=Markup("\n".join(known))))  # noqa: S704
    return tuple(made)


def _layout(form: Form, wording: Mapping[str, Text], shown: tuple[str, ...], language: str) -> _Layout:
    # by identity: to compare two forms costs more than to lay one out; what is kept keeps the form itself alive
    key = (id(form), language, shown)
    held = _layouts.get(key)
    if held is None or held.form is not form or held.wording is not wording:
        if len(_layouts) > _MOST:
            _layouts.clear()
        held = _layouts[key] = _Layout(form, wording, shown, language)
    return held
