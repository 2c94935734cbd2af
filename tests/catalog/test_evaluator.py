"""Columns, row function and an oracle in plain fractions agree to the bit, at the thresholds and beyond 64 bits."""

import datetime as dt
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.oracle import SIX, doi, tis
from catalog.trees import NUMBERS, TRUTHS
from trialwright import catalog
from trialwright.catalog.evaluator import compile_row, compile_rule, evaluate_columns, evaluate_numerators
from trialwright.model.expression import (
    Add,
    Answered,
    AtLeast,
    AtMost,
    CodeIs,
    Column,
    Compare,
    Constant,
    CountTrue,
    DaysBetween,
    Known,
    Multiply,
    OrElse,
    Rule,
)
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Words

KNOWN = catalog.load()
# Tenths around the thresholds: 5.0 -> 4.0 is exactly 20 % better, 5.0 -> 6.2 and 6.3 lie around 25 % worse.
TENTHS = st.one_of(st.none(), st.integers(0, 100), st.sampled_from([0, 40, 50, 60, 63, 75, 80, 100]))
PAIRS = st.fixed_dictionaries({m: st.tuples(TENTHS, TENTHS) for m in SIX})
READINGS = {
    "rider_2004": {"improved_strict": False, "worse_strict": False, "mmt": "veto"},
    "nct01315938": {"improved_strict": False, "worse_strict": False, "mmt": "ignored"},
    "registered": {"improved_strict": True, "worse_strict": True, "mmt": "counted"},
}
VERDICT = {True: "Y", False: "N", None: "U"}


def _frame(rule, rows):
    return pl.DataFrame(rows, schema=dict.fromkeys(rule.columns, pl.Int64))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PAIRS, min_size=1, max_size=20),
    st.sampled_from(sorted(READINGS)),
    st.booleans(),
    st.sampled_from(["20", "25", "33.4", "1/3"]),
)
def test_the_definition_of_improvement_is_what_its_sentence_says(participants, reading, zero_worse, improved_by):
    parameters = {"zero_rise": "worse" if zero_worse else "not_evaluable", "improved_by_pct": improved_by}
    rule = KNOWN.rule("imacs_doi_2004", parameters, reading)
    rows = [
        {f"{m}_{part}": v for m, pair in p.items() for part, v in zip("bf", pair, strict=True)} for p in participants
    ]
    run = compile_rule(rule)
    columns = list(evaluate_columns(rule, _frame(rule, rows)).iter_rows(named=True))

    for participant, row, column in zip(participants, rows, columns, strict=True):
        pairs = {m: tuple(None if v is None else Fraction(v, 10) for v in pair) for m, pair in participant.items()}
        said = doi(pairs, improved_by=Fraction(improved_by), worse_by=25, zero_worse=zero_worse, **READINGS[reading])
        by_row = run(row)

        assert by_row == column
        assert said == (VERDICT[by_row["verdict"]], by_row["n_improved"], by_row["n_worsened"])


@settings(max_examples=60, deadline=None)
@given(st.lists(PAIRS, min_size=1, max_size=20), st.sampled_from(["adult", "juvenile"]))
def test_the_total_improvement_score_is_what_its_table_says(participants, population):
    rule = KNOWN.rule("acr_eular_2016_tis", {"population": population})
    ranges = {"phga": 100, "ptga": 100, "mmt": 80, "haq": 30, "enz": 100, "exm": 100}
    rows = []
    for p in participants:
        row = {f"{m}_{part}": v for m, pair in p.items() for part, v in zip("bf", pair, strict=True)}
        rows.append(row | {f"{m}_range": r for m, r in ranges.items()} | {f"{m}_higher_better": None for m in SIX})
    run = compile_rule(rule)
    columns = list(evaluate_columns(rule, _frame(rule, rows)).iter_rows(named=True))

    for participant, row, column in zip(participants, rows, columns, strict=True):
        points, lower, upper = tis(
            {m: (*(None if v is None else Fraction(v) for v in pair), ranges[m]) for m, pair in participant.items()}
        )
        by_row = run(row)

        assert {m: by_row[f"points_{m}"] for m in SIX} == points
        assert (lower, upper) == (by_row["lower"], by_row["upper"])
        needed = 20 if population == "adult" else 30
        assert by_row["verdict"] is (True if lower >= needed else False if upper < needed else None)
        assert {k: None if v is None else Fraction(v) for k, v in by_row.items()} == {
            k: None if v is None else Fraction(v) for k, v in column.items()
        }


_ROWS = st.lists(
    st.fixed_dictionaries({c: st.one_of(st.none(), st.integers(-(2**40), 2**40), st.integers(-3, 3)) for c in "abc"}),
    min_size=1,
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NUMBERS, TRUTHS, _ROWS)
@example(Column("a"), Compare(CountTrue(()), "<", Constant(0, 2)), [dict.fromkeys("abc")])  # 0/2 was taken for 1
def test_any_tree_gives_the_same_in_columns_and_in_rows(number, truth, rows):
    rule = Rule(("a", "b", "c"), {"number": number, "truth": truth})
    found, denominators = evaluate_numerators(rule, _frame(rule, rows))
    run = compile_rule(rule)

    for row, got in zip(rows, found.iter_rows(named=True), strict=True):
        expected = run(row)
        assert expected["truth"] is got["truth"]
        exact = None if got["number"] is None else Fraction(got["number"], denominators["number"])
        assert expected["number"] == exact


def test_a_product_beyond_64_bits_is_exact_and_not_wrapped():
    big = 2**62
    rule = Rule(("a",), {"square": Multiply(Column("a"), Column("a")), "more": Compare(Column("a"), "<", _square("a"))})
    frame = pl.DataFrame({"a": [big, 3, None]})

    got = evaluate_columns(rule, frame)

    assert [big * big, 9, None] == got["square"].to_list()
    assert got["more"].to_list() == [True, True, None]


def test_a_constant_beyond_64_bits_answers_every_row():
    # Found by hypothesis: one value in every row made a constant of it, and no row was left to answer.
    rule = Rule(("a",), {"square": Multiply(Column("a"), Column("a"))})

    assert evaluate_columns(rule, pl.DataFrame({"a": [2**40, 2**40]}))["square"].to_list() == [2**80, 2**80]


def _square(name):
    return Multiply(Column(name), Column(name))


def test_sixteen_bits_widen_before_they_overflow():
    # 30000 * 2 wraps to -5536 in Int16; the bounds must see it coming.
    rule = Rule(("a",), {"twice": Multiply(Constant(2), Column("a"))})

    assert evaluate_columns(rule, pl.DataFrame({"a": [30000, -30000]}))["twice"].to_list() == [60000, -60000]


def test_a_float_never_enters():
    rule = Rule(("a",), {"more": Compare(Column("a"), ">", Constant(1))})

    with pytest.raises(TypeError, match="integers"):
        evaluate_columns(rule, pl.DataFrame({"a": [1.5, float("nan")]}))
    with pytest.raises(TypeError, match="exact"):
        compile_row(rule.outputs["more"])({"a": float("nan")})


def test_an_absent_column_is_named():
    with pytest.raises(LookupError, match="b"):
        evaluate_columns(Rule(("b",), {"x": Answered("b")}), pl.DataFrame({"a": [1]}))


@pytest.mark.parametrize(
    ("known", "unknown", "false", "expected"),
    [(3, 0, 0, True), (2, 0, 2, False), (2, 1, 1, None), (1, 1, 2, False), (0, 3, 0, None), (3, 3, 0, True)],
)
def test_three_of_these_is_decided_as_soon_as_the_unknown_cannot_change_it(known, unknown, false, expected):
    of = (Known(True),) * known + (Known(None),) * unknown + (Known(False),) * false

    assert expected is compile_row(AtLeast(3, of))({})
    assert expected is evaluate_columns(Rule(("a",), {"x": AtLeast(3, of), "a": Column("a")}), _one())["x"][0]
    assert (None if expected is None else not expected) is compile_row(AtMost(2, of))({})


def _one():
    return pl.DataFrame({"a": [1]})


class TestRowsHoldTheValuesOfTheLedger:
    def test_a_quantity_counts_by_its_number(self):
        assert compile_row(Compare(Column("ck"), ">=", Constant(5, 2)))({"ck": Quantity("2.5", "U/L")}) is True

    def test_a_reason_for_absence_is_unknown_and_not_answered(self):
        row = {"ck": Missing("not done")}

        assert compile_row(Compare(Column("ck"), ">", Constant(0)))(row) is None
        assert compile_row(Answered("ck"))(row) is False
        assert compile_row(Answered("ck"))({}) is False

    def test_a_code_is_one_of_several(self):
        assert compile_row(CodeIs("sex", ("F",)))({"sex": Code("F")}) is True
        assert compile_row(CodeIs("sex", ("F",)))({"sex": Code("M")}) is False
        assert compile_row(CodeIs("sex", ("F",)))({}) is None

    def test_a_fact_answers_as_a_number_and_as_yes_or_no(self):
        assert compile_row(Compare(Column("dosed"), "==", Constant(1)))({"dosed": True}) is True
        assert compile_row(CodeIs("dosed", ("Y",)))({"dosed": False}) is False
        assert compile_row(CodeIs("reason", ("adverse_event",)))({"reason": "adverse_event"}) is True

    def test_words_are_no_number(self):
        with pytest.raises(TypeError, match="words"):
            compile_row(Column("note"))({"note": Words("much better")})

    @pytest.mark.parametrize(
        ("start", "expected"), [("2021-01-15", True), ("2021-01", None), ("2021-02", False), ("2021", None)]
    )
    def test_a_partial_date_decides_only_what_all_its_days_agree_on(self, start, expected):
        # At least 20 days before 10 February: 21 January at the latest.
        tree = Compare(DaysBetween("start", "visit"), ">=", Constant(20))

        assert expected is compile_row(tree)({"start": PartialDate(start), "visit": PartialDate("2021-02-10")})

    def test_days_add_up_as_a_span(self):
        tree = Compare(Add(DaysBetween("a", "b"), Constant(1)), "!=", Constant(0))

        assert compile_row(tree)({"a": PartialDate("2021-03"), "b": PartialDate("2021-05-01")}) is True

    def test_whole_dates_are_counted_in_columns_too(self):
        frame = pl.DataFrame({"a": [dt.date(2021, 2, 1), None], "b": [dt.date(2021, 3, 1)] * 2})
        rule = Rule(("a", "b"), {"days": DaysBetween("a", "b")})

        assert evaluate_columns(rule, frame)["days"].to_list() == [28, None]


def test_a_rule_of_constants_answers_every_row():
    rule = Rule((), {"yes": Known(True), "seven": Constant(7)})

    assert evaluate_columns(rule, pl.DataFrame({"a": [1, 2, 3]})).rows() == [(True, 7)] * 3


def test_an_output_that_turns_out_constant_answers_every_row():
    # Found by hypothesis: the column is read, but a constant stands before it, and one row came back for three.
    rule = Rule(("a",), {"x": OrElse(Constant(7), Column("a"))})

    assert evaluate_columns(rule, pl.DataFrame({"a": [1, None, 3]}))["x"].to_list() == [7, 7, 7]


def test_an_output_may_have_the_name_of_a_column():
    rule = Rule(("a", "b"), {"b": Add(Column("a"), Column("b")), "a": Column("b")})

    assert evaluate_columns(rule, pl.DataFrame({"a": [1], "b": [2]})).to_dicts() == [{"b": 3, "a": 2}]


def test_no_rows_give_no_answers():
    rule = KNOWN.rule("imacs_doi_2004", {})

    assert evaluate_columns(rule, _frame(rule, [])).height == 0
