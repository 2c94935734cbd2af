"""The condition language: what it reads, what it answers on missing data, and how it says no."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.catalog.evaluator import compile_row
from trialwright.define import Known, condition_text, parse_condition
from trialwright.model import expression as e
from trialwright.model.problem import Problem
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity

NAMES = {
    "weight.weight": Known("number", unit="kg"),
    "W0/weight.weight": Known("number", unit="kg"),
    "demographics.age": Known("number"),
    "demographics.sex": Known("code", ("F", "M")),
    "adverse_event.serious": Known("truth"),
    "adverse_event.grade": Known("code", ("1", "2", "3", "4", "5")),
    "adverse_event.term": Known("text"),
    "adverse_event.start": Known("date"),
    "adverse_event.end": Known("date"),
    "dosed": Known("truth"),
    "withdrawn": Known("truth"),
    "withdrawn_reason": Known("code", ("adverse_event", "lost", "none")),
}


def parsed(text: str) -> e.Truth:
    found = parse_condition(text, NAMES)
    assert not isinstance(found, Problem), found.sentence()
    return found


def refused(text: str) -> Problem:
    found = parse_condition(text, NAMES, "analysis.yaml:7")
    assert isinstance(found, Problem), f"{text} was accepted"
    return found


def answer(text: str, **row: object) -> bool | None:
    values = {name.replace("__", ".").replace("at_", "/"): value for name, value in row.items()}
    return compile_row(parsed(text))(values)  # type: ignore[arg-type,return-value]


WEIGHT = Quantity("60.0", "kg")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weight.weight < 60", False),
        ("weight.weight <= 60", True),
        ("weight.weight = 60.00", True),
        ("weight.weight != 60", False),
        ("weight.weight between 60 and 100", True),
        ("weight.weight * 2 - 20 > 99.9", True),
        ("2 * (weight.weight + 1) = 122", True),
        ("(weight.weight + 1) * 2 = 122", True),
        ("((weight.weight > 59) and (weight.weight < 61))", True),
        ("-weight.weight < 0", True),
        ("0.1 * weight.weight = 6", True),
    ],
)
def test_numbers_are_compared_exactly(text: str, expected: bool) -> None:
    assert expected == answer(text, weight__weight=WEIGHT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("demographics.sex is F", True),
        ("demographics.sex is not F", False),
        ("demographics.sex in (M, F)", True),
        ("demographics.sex not in (M)", True),
        ("adverse_event.serious", True),
        ("adverse_event.serious is yes", True),
        ("adverse_event.serious is Y", True),
        ("adverse_event.serious is no", False),
        ("not adverse_event.serious", False),
        ("adverse_event.grade in (3, 4, 5)", True),
        ("not adverse_event.serious or adverse_event.grade is 3", True),
    ],
)
def test_codes_are_asked_for_by_name(text: str, expected: bool) -> None:
    row = {"demographics__sex": Code("F"), "adverse_event__serious": Code("Y"), "adverse_event__grade": Code("3")}

    assert expected == answer(text, **row)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weight.weight > 60", None),  # a missing number leaves a comparison open
        ("not weight.weight > 60", None),
        ("weight.weight > 60 and adverse_event.serious is no", False),  # false whatever the weight is
        ("weight.weight > 60 or adverse_event.serious", True),  # true whatever the weight is
        ("weight.weight > 60 and adverse_event.serious", None),
        ("answered(weight.weight)", False),  # never open
        ("not answered(weight.weight)", True),
        ("count(weight.weight > 60, adverse_event.serious) >= 1", True),  # counts what is known
    ],
)
def test_missing_is_a_third_truth(text: str, expected: bool | None) -> None:
    assert expected == answer(text, weight__weight=Missing("not done"), adverse_event__serious=Code("Y"))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2021-03-01", "2021-03-01", True),
        ("2021-03-02", "2021-03-01", False),
        ("2021-03", "2021-04-01", True),  # every day of March is before
        ("2021-03", "2021-03-15", None),  # some are, some are not
        ("2021-UU-UU", "2020-12-31", False),
    ],
)
def test_dates_compare_as_far_as_they_are_known(start: str, end: str, expected: bool | None) -> None:
    row = {"adverse_event__start": PartialDate(start), "adverse_event__end": PartialDate(end)}

    assert expected == answer("adverse_event.start <= adverse_event.end", **row)
    assert expected == answer("days_between(adverse_event.start, adverse_event.end) >= 0", **row)


def test_an_item_of_another_visit_is_named_with_its_visit() -> None:
    tree = parsed("weight.weight between 0.85 * W0/weight.weight and 1.15 * W0/weight.weight")
    row = {"weight.weight": Quantity("69", "kg"), "W0/weight.weight": Quantity("60", "kg")}

    assert compile_row(tree)(row) is True
    assert compile_row(tree)({**row, "weight.weight": Quantity("69.1", "kg")}) is False


def test_facts_are_truths_and_codes() -> None:
    tree = parsed("withdrawn and withdrawn_reason in (lost, adverse_event)")

    assert e.All((e.CodeIs("withdrawn", ("Y",)), e.CodeIs("withdrawn_reason", ("lost", "adverse_event")))) == tree


def test_and_binds_closer_than_or_and_not_closest() -> None:
    tree = parsed("dosed or withdrawn and not adverse_event.serious")

    assert (
        e.AnyOf(
            (
                e.CodeIs("dosed", ("Y",)),
                e.All((e.CodeIs("withdrawn", ("Y",)), e.Not(e.CodeIs("adverse_event.serious", ("Y",))))),
            )
        )
        == tree
    )


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("weigth.weight > 3", "TW-DEF-021", 'at character 1: "weigth.weight" is not known here'),
        ("dosed and withdrawn_reason is lsot", "TW-DEF-023", "Did you mean lost?"),
        ("weight.weight >", "TW-DEF-020", "the condition ends"),
        ("weight.weight 60", "TW-DEF-020", 'at character 15: "60"'),
        ("weight.weight > 60 60", "TW-DEF-020", "follows a finished condition"),
        ("1 < weight.weight < 3", "TW-DEF-020", "Join two with and"),
        ("dosed and", "TW-DEF-020", "the condition ends"),
        ("", "TW-DEF-020", "the condition ends"),
        ("(dosed", "TW-DEF-020", '")" must follow'),
        ("dosed & withdrawn", "TW-DEF-020", '"&" cannot stand here'),
        ("weight.weight > 60kg", "TW-DEF-020", "at character 17"),
        ("adverse_event.start > 3", "TW-DEF-022", "a date is compared with a number"),
        ("adverse_event.start + 1 > 3", "TW-DEF-022", "adverse_event.start is a date"),
        ("days_between(adverse_event.start, weight.weight) > 3", "TW-DEF-022", "weight.weight is not a date"),
        ("adverse_event.term is pain", "TW-DEF-022", "is free text"),
        ("demographics.sex", "TW-DEF-020", 'Write "is"'),
        ("demographics.sex is female", "TW-DEF-023", "Its codes are F, M"),
        ("weight.weight + demographics.sex > 3", "TW-DEF-022", "demographics.sex is not a number"),
        ("answered(dosd)", "TW-DEF-021", "Did you mean dosed?"),
        ("weight.weight > ６０", "TW-DEF-020", "at character 17"),
        ("weight.weight > 60 and and dosed", "TW-DEF-020", '"and"'),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_a_cure(text: str, code: str, says: str) -> None:
    problem = refused(text)

    assert code == problem.code
    assert says in problem.sentence()
    assert problem.where == "analysis.yaml:7"


NUMBERS = st.recursive(
    st.sampled_from([e.Column("weight.weight"), e.Column("demographics.age")])
    | st.fractions(0, 100, max_denominator=8).map(lambda f: e.Constant(round(f * 8) * 125, 1000)),
    lambda inner: st.builds(e.Add, inner, inner) | st.builds(e.Subtract, inner, inner),
    max_leaves=4,
)
TRUTHS = st.recursive(
    st.builds(e.Compare, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS)
    | st.sampled_from([e.CodeIs("demographics.sex", ("F",)), e.CodeIs("dosed", ("Y",)), e.Answered("weight.weight")]),
    lambda inner: st.builds(e.Not, inner) | st.tuples(inner, inner).map(e.All) | st.tuples(inner, inner).map(e.AnyOf),
    max_leaves=8,
)


@given(TRUTHS, st.sampled_from([None, 0, 60, Fraction(1, 3)]), st.sampled_from(["F", "M", None]))
@settings(max_examples=150, deadline=None)
def test_a_condition_written_back_means_the_same(tree: e.Truth, weight: Fraction | None, sex: str | None) -> None:
    again = parsed(condition_text(tree))
    row = {"weight.weight": weight, "demographics.sex": sex, "demographics.age": 50, "dosed": "N"}

    assert compile_row(tree)(row) == compile_row(again)(row)
