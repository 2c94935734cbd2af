"""How a form is laid out: neighbours of one stem stand in one line under what their labels share."""

import pytest

from trialwright.catalog import load
from trialwright.model.study import Field
from trialwright.model.text import Text
from trialwright.web.blocks import blocks, line_of
from trialwright.web.questions import Filled, question_of
from web.small_study import section, small_study


def questions(instrument: str, *names: str, language: str = "en", **filled: object):
    known = {item.name: item for item in load().instrument(instrument).items}
    fields = [Field(name=f"{instrument}.{name}", instrument=instrument, item=known[name]) for name in names]
    return [question_of(field, Filled(stored={}, **filled), language) for field in fields]


@pytest.mark.parametrize(
    ("language", "title", "beyond"),
    [("en", "Deltoid, middle part", ["right", "left"]), ("zh", "三角肌中部", ["右侧", "左侧"])],
)
def test_left_and_right_of_a_muscle_stand_in_one_line(language, title, beyond):
    line = line_of(questions("mmt8", "deltoid_middle_right", "deltoid_middle_left", language=language))

    assert (title, beyond) == (line.title, [cell.label for cell in line.cells])


def test_a_category_is_the_head_of_its_questions():
    line = line_of(questions("haq_di", "dressing_1", "dressing_2", "dressing_aid"))

    assert (line.title, [cell.label for cell in line.cells]) == ("Dressing", ["1", "2", "aid or device"])


def test_a_value_and_its_limit_stand_in_one_line():
    line = line_of(questions("muscle_enzymes", "ck", "ck_uln"))

    assert (line.title, [cell.label for cell in line.cells]) == ("CK (creatine kinase)", ["", "upper limit of normal"])


def test_wording_that_the_site_supplies_stands_in_place_of_the_number():
    wording = {"haq_di.dressing_1": Text("Words of the licence", "许可文字")}
    line = line_of(questions("haq_di", "dressing_1", "dressing_2", wording=wording))

    assert [cell.label for cell in line.cells] == ["Words of the licence", "2"]
    assert [cell.question.slot for cell in line.cells] == [False, True]


def test_a_body_grid_is_paired_and_says_its_limits_once():
    form = small_study().form("physician")
    shown = [field.name for part in form.sections for field in part.fields]
    _, grid = blocks(form, Filled(stored={}), shown, "en")

    assert (grid.compact, grid.paired, grid.limits, len(grid.lines)) == (True, True, "0 – 10", 8)


def test_few_questions_stand_one_below_the_other():
    form = small_study().form("background")
    shown = [field.name for part in form.sections for field in part.fields]

    assert not any(block.compact for block in blocks(form, Filled(stored={}), shown, "zh"))
    assert section("demographics").fields
