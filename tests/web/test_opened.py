"""A form that comes ready is the form laid out and drawn anew, whatever stands in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.cohorts import aba_dm
from trialwright.capture.values import fields_of
from trialwright.model.ledger import Blank, Datapoint, Slot, Stored
from trialwright.model.quantity import MISSING_REASONS, Code, Limit, Missing, PartialDate, Quantity, Words
from trialwright.model.study import Field, Form
from trialwright.model.text import Text
from trialwright.web import opened as module
from trialwright.web.blocks import blocks
from trialwright.web.drawn import Where, draw_line
from trialwright.web.opened import opened
from trialwright.web.questions import Filled

FORMS = aba_dm().forms
_TYPED = st.sampled_from("<>&'\"%\ue000\ue001") | st.characters(exclude_categories=("Cs",))
TEXTS = st.text(_TYPED, min_size=1, max_size=9)


def answers(field: Field) -> st.SearchStrategy[tuple[str, Stored] | None]:
    """What may stand in a field: what its kind expects, and what an earlier build or an import may have left there."""
    item = field.item
    codes = [choice.code for choice in item.choices] or ["Y", "N"]
    number = st.sampled_from([item.low or "0", item.high or "7", "2.5", "3"])
    return st.one_of(
        st.none(),
        st.just(("", Blank())),
        st.sampled_from(MISSING_REASONS).map(lambda reason: ("", Missing(reason))),
        st.sampled_from(codes).map(lambda code: (code, Code(code))),
        number.map(lambda text: (text, Quantity(text, item.unit))),
        st.just(("<3", Limit("<", "3", item.unit))),
        st.sampled_from(["2021-03-15", "2021-UU"]).map(lambda text: (text, PartialDate(text))),
        TEXTS.map(lambda text: (text, Words(text))),
    )


def datapoint(form: Form, field: Field, held: tuple[str, Stored]) -> Datapoint:
    raw, value = held
    return Datapoint(seq=1, replaces=0, group=1, slot=Slot("P1", "W0", form.name, field.name), raw=raw, value=value,
                     user="nurse", at_utc="2021-01-01T00:00:00.000Z", reason="", build=1, origin="typed")  # fmt: skip


@st.composite
def filled_forms(draw: st.DrawFn) -> tuple[Form, Filled, list[str]]:
    form = draw(st.sampled_from(FORMS))
    fields = fields_of(form)
    shown = [field.name for field in fields if draw(st.integers(0, 9))]
    stored = {f.name: datapoint(form, f, held) for f in fields if (held := draw(answers(f))) is not None}
    return form, Filled(stored=stored), shown


@settings(max_examples=120, deadline=None)
@given(filled_forms(), st.sampled_from(["en", "zh"]), st.sampled_from(["", "?row=2"]))
def test_a_form_that_comes_ready_is_the_form_drawn_anew(made, language, rows):
    form, filled, shown = made
    where = Where(language, "/participants/P1/visits/W0/forms/x/history/", rows)

    expected = blocks(form, filled, shown, language)
    ready = opened(form, filled, shown, language)

    for each, anew in zip(ready.filled(where) if ready else (), expected, strict=ready is not None):
        assert each.html == "\n".join(draw_line(line, anew, where) for line in anew.lines)
        told = [(b.title, b.compact, b.paired, b.limits, b.slots, b.assumed) for b in (each, anew)]
        assert told[0] == told[1]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_form_of_the_study_comes_ready(form):
    shown = [field.name for field in fields_of(form)]

    ready = opened(form, Filled(stored={}), shown, "en")

    assert ready is not None
    assert len(ready.blocks) == len(blocks(form, Filled(stored={}), shown, "en"))


@pytest.mark.parametrize("more", [{"posted": {}}, {"errors": {"x": ("wrong",)}}, {"warnings": {"x": ("odd",)}},
                                  {"earlier": {"x": "4"}}])  # fmt: skip
def test_whatever_is_out_of_the_ordinary_is_drawn_anew(more):
    form = FORMS[0]
    shown = [field.name for field in fields_of(form)]

    if "posted" in more:
        assert opened(form, Filled(stored={}), shown, "en")
        assert not opened(form, Filled(stored={}, posted={"a": "b"}), shown, "en")
    else:
        assert not opened(form, Filled(stored={}, **more), shown, "en")


def test_another_wording_of_the_site_is_another_layout():
    form = next(f for f in FORMS if any(field.item.slot for field in fields_of(f)))
    field = next(field for field in fields_of(form) if field.item.slot)
    shown = [field.name for field in fields_of(form)]

    before = opened(form, Filled(stored={}), shown, "en")
    after = opened(form, Filled(stored={}, wording={field.name: Text("Can you rise?", "能起身吗？")}), shown, "en")

    assert not any(b"Can you rise?" in piece for lines in before.lines for piece in lines)
    assert any(b"Can you rise?" in piece for lines in after.lines for piece in lines)


def test_no_typed_text_stays_in_what_is_kept():
    form = next(f for f in FORMS if any(field.item.kind == "text" for field in fields_of(f)))
    field = next(field for field in fields_of(form) if field.item.kind == "text")
    name = Filled(stored={field.name: datapoint(form, field, ("Wang Xiaoming", Words("Wang Xiaoming")))})
    module._layouts.clear()

    told = opened(form, name, [field.name], "en")

    assert any("Wang Xiaoming" in block.html for block in told.filled(Where("en", "/x/")))
    assert not any(b"Wang" in piece for lines in told.lines for piece in lines)
    kept = [look for held in module._layouts.values() for _, lines in held.blocks for line in lines
            for look in line._looks.values()]  # fmt: skip
    assert kept
    assert not any(b"Wang" in piece for look in kept for piece in look)
