"""A question drawn from a kept fragment is the question drawn anew, and nothing typed stays in what is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.web import drawn
from trialwright.web.blocks import Block, Cell, Line
from trialwright.web.drawn import Where, draw_line
from trialwright.web.questions import Question

WHERE = Where("en", "/participants/P1/visits/W0/forms/lab/history/")
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
CONTROLS = ["number", "vas", "text", "date", "partial_date", "scale", "radio", "select", "yes_no"]


def question(control: str, typed: str, **more: object) -> Question:
    choices = (("1", "Mild"), ("2", "Severe")) if control in ("scale", "radio", "select", "yes_no") else ()
    return Question(name="lab.ck", label="Creatine kinase", control=control, typed=typed, choices=choices, unit="U/L",
                    unit_word="U/L", low="0", high="10", stored=typed, recorded=bool(typed), **more)  # fmt: skip


def shown(asked: Question, *, compact: bool, where: Where = WHERE) -> str:
    line = Line(title="Enzymes", cells=(Cell(asked, "CK"),))
    return str(draw_line(line, Block(title="Laboratory", lines=(line,), compact=compact), where))


def anew(asked: Question, *, compact: bool) -> str:
    """The same without the kept fragments: the whole question is drawn by its template."""
    line = Line(title="Enzymes", cells=(Cell(asked, "CK"),))
    return drawn._rendered(line, "", WHERE, compact=compact)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CONTROLS), TEXTS, st.booleans())
def test_a_kept_fragment_filled_is_the_question_drawn_anew(control, typed, compact):
    asked = question(control, typed)

    assert shown(asked, compact=compact) == anew(asked, compact=compact)


@pytest.mark.parametrize("typed", ["\ue000base\ue001", "\ue000", "<b>", '"', "%(base)s", "%", "\ue0009\ue001"])
def test_what_is_typed_is_never_taken_for_a_gap(typed):
    page = shown(question("text", typed), compact=False)

    assert WHERE.base not in page.replace(f'{WHERE.base}lab.ck/"', "")
    assert "<b>" not in page


def test_no_typed_text_stays_in_what_is_kept():
    drawn._kept.cache_clear()
    shown(question("text", "Wang Xiaoming"), compact=False)
    again = shown(question("text", "stable"), compact=False)

    assert drawn._kept.cache_info().hits == 1
    assert "stable" in again
    assert "Wang" not in again


def test_the_row_of_a_log_stands_in_the_address_of_its_history():
    assert f'{WHERE.base}lab.ck/?row=2"' in shown(
        question("text", "x"), compact=False, where=Where("en", WHERE.base, "?row=2")
    )


def test_a_message_beside_a_question_is_never_kept():
    drawn._kept.cache_clear()
    page = shown(question("number", "abc", errors=("abc is no number",)), compact=False)

    assert "abc is no number" in page
    assert drawn._kept.cache_info().currsize == 0


def test_a_raised_figure_stands_nowhere_on_a_drawn_line():
    assert Question(name="x.vas", label="x", control="vas", high="10", stored="²").mark is None
