"""What is proved of a frame once: limits, constant columns, no nulls; nothing wraps and nothing is copied."""

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.trees import NUMBERS, TRUTHS
from trialwright import catalog
from trialwright.catalog.evaluator import compile_rule, evaluate_numerators, narrow, prove
from trialwright.model.expression import Add, All, AtLeast, Column, Compare, Constant, Multiply, OrElse, Rule, Subtract

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
