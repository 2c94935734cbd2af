"""What is proved of a frame once: limits, constant columns, no nulls; nothing wraps and nothing is copied."""

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.trees import NUMBERS, TRUTHS
from trialwright import catalog
from trialwright.catalog.evaluator import compile_rule, evaluate_numerators, narrow, prove
from trialwright.catalog.evaluator.linear import implied
from trialwright.catalog.evaluator.widths import Width, widths
from trialwright.model.expression import (
    Add,
    All,
    AtLeast,
    Choose,
    Column,
    Compare,
    Constant,
    Multiply,
    OrElse,
    Rule,
    Subtract,
)

KNOWN = catalog.load()
_SMALL = st.one_of(st.none(), st.integers(-4, 4))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NUMBERS, TRUTHS, st.lists(_SMALL, min_size=1, max_size=6), st.one_of(st.none(), st.integers(-4, 4)))
def test_a_column_that_is_the_same_in_every_row_need_not_stand_in_the_frame(number, truth, column, constant):
    rule = Rule(("a", "b", "c"), {"number": number, "truth": truth})
    frame = pl.DataFrame({"a": column, "b": column[::-1]}, schema={"a": pl.Int8, "b": pl.Int64})
    found, denominators = evaluate_numerators(rule, prove(frame, {"c": constant}))
    run = compile_rule(rule)

    for row, got in zip(frame.iter_rows(named=True), found.iter_rows(named=True), strict=True):
        expected = run(row | {"c": constant})
        exact = None if got["number"] is None else Fraction(got["number"], denominators["number"])
        assert (expected["truth"], expected["number"]) == (got["truth"], exact)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys("abc", _SMALL)), min_size=2, max_size=8),
    st.integers(1, 5),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
)
def test_a_comparison_of_two_columns_is_the_same_in_its_shortest_form(rows, factor, op):
    # What the readings are made of: 5 (b - f) >= b, counted, with nulls in either column.
    gain = Subtract(Column("a"), Column("b"))
    one = Compare(Multiply(Constant(factor), gain), op, Column("a"))
    other = Compare(gain, op, Multiply(Constant(1, factor), Add(Column("c"), Column("c"))))
    rule = Rule(tuple("abc"), {"one": one, "other": other, "two": AtLeast(2, (one, other, Compare(gain, op, _zero())))})
    run = compile_rule(rule)

    found = evaluate_numerators(rule, pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.Int64))).frame

    assert [run(row) for row in rows] == found.to_dicts()


def _zero():
    return Constant(0)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2),
    st.integers(0, 2),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=8),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.sampled_from([">", ">="]),
)
def test_a_guard_is_left_out_only_where_what_stands_beside_it_implies_it(low_a, low_b, pairs, factors, op):
    # "Better at all, and by 20 percent": 5 to 5 is not better, 0 to 0 is not better by 20 percent of nothing.
    a, b = Column("a"), Column("b")
    reached = Compare(Multiply(Constant(factors[0]), a), op, Multiply(Constant(factors[1]), b))
    rule = Rule(("a", "b"), {"better": All((Compare(a, ">", b), reached))})
    rows = [{"a": max(x, low_a), "b": max(y, low_b)} for x, y in pairs]
    run = compile_rule(rule)

    found = evaluate_numerators(rule, pl.DataFrame(rows, schema=dict.fromkeys("ab", pl.Int64))).frame

    assert [run(row) for row in rows] == found.to_dicts()


_STEP = st.tuples(st.integers(1, 4), st.sampled_from([">", ">="]), st.integers(-6, 6), st.integers(0, 3))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(_STEP, st.integers(-3, 240), st.integers(1, 3)), min_size=1, max_size=5),
    st.lists(st.fixed_dictionaries(dict.fromkeys("abr", _SMALL)), min_size=1, max_size=8),
    st.integers(-3, 40),
)
@example(
    # Rising worth, and the lower step does not follow from the higher one: 5 is worth 20, and 10 if steps were added.
    # The rows round it keep the proof of widths from deciding either comparison for the whole frame.
    [((1, ">", 10, 0), 10, 1), ((1, ">", 0, 0), 20, 1)], [{"a": a, "b": 0, "r": 1} for a in (-5, 5, 20)], 0,
)  # fmt: skip
def test_points_that_rise_in_steps_are_the_same_added_up_as_chosen_one_by_one(steps, rows, bottom):
    # Levels of a table: k (a - b) > n, or more than so much of the range r; in order or not, rising or not, with nulls.
    gain, tree = Subtract(Column("a"), Column("b")), Constant(bottom)
    for (times, op, amount, of_range), worth, over in steps:
        limit = Multiply(Constant(of_range), Column("r")) if of_range else Constant(amount)
        tree = Choose(Compare(Multiply(Constant(times), gain), op, limit), Constant(worth, over), tree)
    rule = Rule(tuple("abr"), {"points": tree, "known": OrElse(tree, Constant(50)), "sum": Add(tree, tree)})
    run = compile_rule(rule)

    found, over = evaluate_numerators(rule, pl.DataFrame(rows, schema=dict.fromkeys("abr", pl.Int64)))

    got = [{n: None if v is None else Fraction(v, over.get(n, 1)) for n, v in row.items()} for row in found.to_dicts()]
    assert [run(row) for row in rows] == got


@settings(max_examples=300, deadline=None)
@given(_STEP, _STEP, st.lists(st.tuples(*[st.integers(-5, 5)] * 3), min_size=1, max_size=30), st.booleans())
def test_a_comparison_said_to_follow_from_another_does(one, other, rows, positive):
    def compared(times, op, amount, of_range):
        limit = Add(Constant(amount), Multiply(Constant(of_range), Column("r")))
        return Compare(Multiply(Constant(times), Subtract(Column("a"), Column("b"))), op, limit)

    weaker, stronger = compared(*one), compared(*other)
    if not implied(weaker, stronger, {"r": 0} if positive else {}):
        return
    run = compile_rule(Rule(tuple("abr"), {"weaker": weaker, "stronger": stronger}))
    for a, b, r in rows:
        answers = run({"a": a, "b": b, "r": abs(r) if positive else r})
        assert answers["weaker"] or not answers["stronger"], (a, b, r)


def test_more_of_a_range_implies_less_of_it_only_where_the_range_is_proved_not_to_lie_below_zero():
    gain, length = Subtract(Column("a"), Column("b")), Column("r")
    quarter, tenth = (Compare(Multiply(Constant(k), gain), ">", length) for k in (4, 10))

    assert implied(tenth, quarter, {"r": 0})
    assert not implied(tenth, quarter, {"r": -1})
    assert not implied(quarter, tenth, {"r": 0})
    assert not implied(Compare(gain, ">", Constant(5)), Compare(gain, ">=", Constant(5)), {})
    assert implied(Compare(gain, ">=", Constant(5)), Compare(gain, ">", Constant(5)), {})


def test_a_choice_with_two_users_keeps_its_own_denominator():
    # One user has halves, the other thirds.
    above = [Compare(Column("a"), ">", Constant(n)) for n in range(3)]
    shared = Choose(above[0], Constant(1), Constant(0))
    halves, thirds = (Choose(above[n], Constant(1, n + 1), shared) for n in (1, 2))
    rule = Rule(("a",), {"halves": halves, "thirds": thirds})
    run = compile_rule(rule)

    found, over = evaluate_numerators(rule, pl.DataFrame({"a": [0, 1, 2, 3]}))

    got = [{name: Fraction(n, over[name]) for name, n in row.items()} for row in found.to_dicts()]
    assert [run({"a": a}) for a in range(4)] == got


@pytest.mark.parametrize("outputs", [["points"], ["points", "known"]])
def test_an_answer_asked_for_alone_finds_its_nulls(outputs):
    # The first to ask where a column is known was once too late for it.
    points = Choose(Compare(Column("a"), ">", Constant(5)), Constant(3), Constant(1))
    rule = Rule(("a",), {"points": points, "known": OrElse(points, Constant(0))})

    found = evaluate_numerators(rule, pl.DataFrame({"a": [9, None, 1]}), outputs).frame

    assert found.to_dicts() == [
        {"points": p, "known": p or 0} if len(outputs) > 1 else {"points": p} for p in (3, None, 1)
    ]


@pytest.mark.parametrize(("highest", "dtype"), [(127, pl.Int8), (128, pl.UInt8), (255, pl.UInt8), (256, pl.Int16)])
def test_a_sum_of_points_takes_one_byte_while_it_fits(highest, dtype):
    steps = Choose(Compare(Column("a"), ">", Constant(1)), Constant(highest - 100), Constant(0))
    rule = Rule(("a",), {"sum": Add(steps, Choose(Compare(Column("a"), ">", Constant(2)), Constant(100), Constant(0)))})

    found = evaluate_numerators(rule, pl.DataFrame({"a": [1, 2, 3]})).frame["sum"]

    assert (found.dtype, found.to_list()) == (dtype, [0, highest - 100, highest])


def test_a_column_keeps_its_sign_where_a_byte_without_one_would_hold_its_sum():
    # Polars looks through every cell for a negative one when it drops the sign, which costs more than the whole rule.
    reading = {"a": (1, 100), "b": (1, 100)}
    rule = Rule(("a", "b"), {"sum": Add(Column("a"), Column("b"))})

    assert widths(rule, reading).width[Column("a")] == Width(16)
    assert widths(Rule((), {"points": Constant(200)}), {}).width[Constant(200)] == Width(8, signed=False)


def test_the_narrowest_width_that_holds_the_items_limits_is_taken_once():
    frame = pl.DataFrame({"vas": [0, 100], "ck": [20, 40_000]}, schema={"vas": pl.Int64, "ck": pl.Int64})

    wide = narrow(frame, {"vas": (0, 100), "ck": (0, 100_000)})

    assert wide.frame.schema == {"vas": pl.Int8, "ck": pl.Int32}
    assert wide.limits == {"vas": (0, 100), "ck": (20, 40_000)}  # what was found, within what was allowed


@pytest.mark.parametrize("outside", [-1, 101, 2**40])
def test_a_value_outside_its_items_limits_is_told_and_never_wrapped(outside):
    frame = pl.DataFrame({"vas": [50, outside, None]})

    with pytest.raises(OverflowError, match="vas must lie between 0 and 100"):
        narrow(frame, {"vas": (0, 100)})


def test_a_frame_over_arrays_of_numpy_is_not_copied():
    array = np.array([10, 20, 30], dtype=np.int16)
    frame = pl.DataFrame({"a": array})
    wide = prove(frame)

    assert np.shares_memory(array, wide.frame["a"].to_numpy(allow_copy=False))
    rule = Rule(("a",), {"more": Compare(Column("a"), ">", Constant(15))})
    assert evaluate_numerators(rule, wide).frame["more"].to_list() == [False, True, True]


def test_proved_limits_are_used_again_for_every_question():
    frame = pl.DataFrame({"a": [3, None, 300]}, schema={"a": pl.Int16})
    wide = prove(frame)

    assert (wide.limits, wide.holes, wide.constants) == ({"a": (3, 300)}, frozenset({"a"}), {})
    rule = Rule(("a",), {"more": Multiply(Constant(200), OrElse(Column("a"), Constant(7)))})
    assert evaluate_numerators(rule, wide).frame["more"].to_list() == [600, 1400, 60_000]


def test_a_column_of_floats_is_refused_before_anything_is_computed():
    with pytest.raises(TypeError, match="integers"):
        prove(pl.DataFrame({"a": [0.1, float("nan")]}))
