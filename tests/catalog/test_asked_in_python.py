"""`catalog.criterion(name).evaluate(frame)`: Polars in and out, exact, the same for one row as for many."""

import re
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright import catalog
from trialwright.catalog.evaluator import narrow

SIX = ("phga", "ptga", "mmt", "haq", "enz", "exm")
DOI = catalog.criterion("imacs_doi_2004")
TIS = catalog.criterion("acr_eular_2016_tis")
RANGES = {"phga": 10, "ptga": 10, "mmt": 80, "haq": 5, "enz": 3000, "exm": 10}


def _one(**pairs):
    """One participant; measures not named are unchanged at 5."""
    columns = {f"{m}_{part}": [5] for m in SIX for part in "bf"}
    for m, (b, f) in pairs.items():
        columns |= {f"{m}_b": [b], f"{m}_f": [f]}
    return pl.DataFrame(columns, strict=False)


def test_the_answers_stand_beside_the_columns_that_came():
    frame = _one(phga=(4, 3.2), ptga=(4, 3.2), exm=(4, 2)).with_columns(id=pl.lit("P1"), doi=pl.lit("?"))

    (row,) = DOI.evaluate(frame, reading="rider_2004").to_dicts()

    assert (row["id"], row["doi_in"], row["doi"], row["verdict"]) == ("P1", "?", "Y", True)
    assert (row["n_improved"], row["n_worsened"], row["improved_phga"], row["improved_mmt"]) == (3, 0, True, False)


@pytest.mark.parametrize(
    "written",
    [
        [4.0, 3.2],
        ["4.0", "3.2"],
        [Decimal("4.0"), Decimal("3.2")],
        ["20/5", "16/5"],
        ["4", " 3.20 "],
    ],
)
def test_twenty_percent_is_twenty_percent_however_it_is_written(written):
    # 4.0 -> 3.2 is exactly 20 %; doubles give 19.999999999999996 (endpoints reference, section 0).
    pairs = {m: tuple(written) for m in ("phga", "ptga", "exm")}

    assert DOI.evaluate(_one(**pairs))["doi"].to_list() == ["Y"]
    assert DOI.evaluate(_one(**pairs), improved_strict=True)["doi"].to_list() == ["N"]
    many = pl.concat([_one(**pairs)] * 100)
    assert set(DOI.evaluate(many)["doi"]) == {"Y"}


def test_integers_beside_their_scale_are_numerators():
    frame = _one(haq=(20, 16), phga=(40, 32), exm=(5, 4)).with_columns(haq_scale=14, phga_scale=10)

    assert DOI.evaluate(frame)["n_improved"].to_list() == [3]


@pytest.mark.parametrize(
    ("bad", "said"), [(float("nan"), "NaN"), (float("inf"), "NaN or infinity"), (1 / 7, "10/7"), ("abc", "row 1")]
)
def test_what_is_no_number_never_enters(bad, said):
    with pytest.raises(ValueError, match=said):
        DOI.evaluate(_one(phga=(bad, bad)))
    with pytest.raises(ValueError, match=said):
        DOI.evaluate(pl.concat([_one(phga=(bad, bad))] * 100))


BAD = [
    (DOI, {"phga_b": "-5"}, "column phga_b, row 1: expected no number below 0"),
    (DOI, {"phga_scale": 0}, "phga_scale must hold a number above 0"),
    (DOI, {"phga_scale": None}, "phga_scale must hold a number above 0"),
    (TIS, {"mmt_b": 60, "mmt_f": 120}, "column mmt_f, row 1: expected no more than the length of the scale"),
    (TIS, {"phga_range": -10}, "column phga_range, row 1: expected a length above 0"),
    (TIS, {"phga_range": 0}, "column phga_range, row 1: expected a length above 0"),
    (TIS, {"phga_higher_better": 2}, "column phga_higher_better, row 1: expected 1"),
    (catalog.criterion("bohan_peter"), {"rash": 2}, "column rash, row 1: expected 1"),
    (catalog.criterion("bohan_peter"), {"rash": Decimal("0.1")}, "column rash, row 1: expected 1"),
    (catalog.criterion("bohan_peter"), {"rash": Decimal("1.0")}, "column rash, row 1: expected 1"),
    (catalog.criterion("confirmed_deterioration"), {"exm_n": -1}, "column exm_n, row 1: expected no number below 0"),
]


@pytest.mark.parametrize(("criterion", "wrong", "said"), BAD, ids=[f"{c.name}-{w}" for c, w, _ in BAD])
def test_a_number_that_cannot_be_is_refused_in_one_row_and_in_many(criterion, wrong, said):
    columns = {c: 1 for c in criterion.compiled("", {}).rule.columns if not c.endswith("_scale")}
    columns |= {f"{m}_range": 150 for m in SIX} | {"mmt_range": 80} | wrong
    one = pl.DataFrame({name: [value] for name, value in columns.items()}, strict=False)

    for frame in (one, pl.concat([one] * 100)):
        with pytest.raises(ValueError, match=said):
            criterion.evaluate(frame)


def test_an_enzyme_may_lie_beyond_its_scale_and_a_length_that_the_table_knows_holds_too():
    frame = _one(haq=(1, 1)).with_columns(**{f"{m}_range": pl.lit(r) for m, r in RANGES.items()})
    high = frame.with_columns(enz_b=9000)
    far = frame.with_columns(phga_b=50, phga_range=pl.lit(None, pl.Int64))

    assert TIS.evaluate(high)["enz_points"].to_list() == [Decimal("7.5")]
    for rows in (far, pl.concat([far] * 100)):
        assert TIS.evaluate(rows)["phga_points"].unique().to_list() == [None]
        with pytest.raises(ValueError, match="column phga_b, row 1: expected no more than the length"):
            TIS.evaluate(rows, ranges="standard")
    other = (
        frame.with_columns(mmt_b=pl.lit(100, pl.Int64), mmt_range=150),
        frame.with_columns(mmt_f=pl.lit(90, pl.Int64)),
    )
    mixed = pl.concat([*[frame] * 99, *other], how="vertical_relaxed")
    with pytest.raises(ValueError, match="column mmt_f, row 101"):
        TIS.evaluate(mixed)


def test_wrong_names_are_told_with_the_likely_right_ones():
    with pytest.raises(LookupError, match=r"phga_b.*Did you mean phga_base"):
        DOI.evaluate(_one().rename({"phga_b": "phga_base"}))
    with pytest.raises(ValueError, match="Did you mean rider_2004"):
        DOI.evaluate(_one(), reading="rider2004")
    with pytest.raises(ValueError, match="Did you mean enough"):
        DOI.evaluate(_one(), enugh=3)
    with pytest.raises(ValueError, match="Did you mean verdict"):
        DOI.evaluate(_one(), answers=["verdikt"])


def test_what_is_no_frame_or_no_exact_parameter_is_told_and_one_answer_may_be_named_alone():
    with pytest.raises(TypeError, match="Polars DataFrame, found LazyFrame"):
        DOI.evaluate(_one().lazy())
    with pytest.raises(TypeError, match=r'give 20, "7.5" or a Fraction'):
        DOI.evaluate(_one(), improved_by_pct=0.2)
    with pytest.raises(ValueError, match="name=number"):
        DOI.evaluate(_one(), least_change="phga=-1")

    assert DOI.evaluate(_one(), answers="verdict").columns[-1] == "verdict"


def test_a_response_that_nobody_can_reach_is_refused():
    printo, acr = catalog.criterion("printo_20"), catalog.criterion("acr_20_50_70")
    frame = _one()
    for criterion, asked, said in (
        (DOI, {"enough": 7}, "at most 6, as many as measures has"),
        (DOI, {"measures": ["phga", "ptga"]}, "at most 2, as many as measures has. Lower enough, or name more"),
        (printo, {"enough": 7}, "at most 6"),
        (acr, {"enough": 6}, "at most 5"),
    ):
        with pytest.raises(ValueError, match=re.escape(said)):
            criterion.evaluate(frame, **asked)

    assert DOI.evaluate(frame, enough=2, measures=["phga", "ptga"])["verdict"].to_list() == [False]


def test_the_sentences_come_when_they_are_asked_for():
    (row,) = DOI.evaluate(_one(phga=(4, 3.2), mmt=(None, 5)), why=True).to_dicts()

    assert "physician global improved by 20.0 %" in row["why"]
    assert "muscle strength missing" in row["why"]
    assert "why" not in DOI.evaluate(_one()).columns


def test_the_points_are_exact_decimals_and_the_category_is_a_word():
    frame = _one(phga=(8.3, 4.3), enz=(None, 5)).with_columns(**{f"{m}_range": pl.lit(r) for m, r in RANGES.items()})

    (row,) = TIS.evaluate(frame).to_dicts()

    # 8.3 -> 4.3 is exactly 40 % of the line: 17.5 points; doubles give 20 (endpoints reference, section 0).
    assert (row["phga_points"], row["tis_lower"], row["tis_upper"]) == (Decimal("17.5"), Decimal("17.5"), 25)
    assert row["category"] == "undetermined:none..minimal"


_CELLS = st.one_of(st.none(), st.integers(0, 100), st.sampled_from([0, 40, 50, 60, 63, 75, 80, 100]))
_PEOPLE = st.lists(st.fixed_dictionaries({f"{m}_{p}": _CELLS for m in SIX for p in "bf"}), min_size=1, max_size=8)
_READINGS = st.sampled_from(sorted(DOI.readings))


def _frame(people):
    return pl.DataFrame(people, schema={f"{m}_{p}": pl.Int32 for m in SIX for p in "bf"})


def _ranged(frame):
    return frame.with_columns(**{f"{m}_range": pl.lit(100, pl.Int32) for m in SIX})


@settings(max_examples=25, deadline=None)
@given(_PEOPLE, _READINGS)
def test_one_row_and_a_thousand_rows_get_the_same_answers_to_the_bit(people, reading):
    few = _frame(people)
    many = pl.concat([few] * (1000 // len(people)))

    for criterion, frame, bulk in ((DOI, few, many), (TIS, _ranged(few), _ranged(many))):
        asked = {"reading": reading} if criterion is DOI else {}
        alone = pl.concat([criterion.evaluate(frame[i], **asked) for i in range(frame.height)])
        together = criterion.evaluate(bulk, **asked)
        assert together.schema == alone.schema
        assert together.head(few.height).equals(alone)


@settings(max_examples=25, deadline=None)
@given(_PEOPLE, st.permutations(SIX), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_of_measures_changes_an_answer(people, order, random):
    frame = _frame(people).with_row_index("id")
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=random.randrange(1000))

    expected = DOI.evaluate(frame)
    got = DOI.evaluate(shuffled, measures=list(order)).sort("id")

    assert got.select(expected.columns).equals(expected)


@settings(max_examples=25, deadline=None)
@given(_PEOPLE, st.integers(0, 8))
def test_a_table_cut_in_two_gives_what_the_whole_gives(people, cut):
    frame = pl.concat([_frame(people)] * 20)
    parts = [part for part in (frame[: cut * 20], frame[cut * 20 :]) if part.height]

    assert pl.concat([DOI.evaluate(part) for part in parts]).equals(DOI.evaluate(frame))


@settings(max_examples=25, deadline=None)
@given(_PEOPLE, st.sampled_from(SIX), st.sampled_from([10, 7, 100]))
def test_a_change_of_unit_changes_no_answer(people, measure, factor):
    frame = _frame(people)
    other = frame.with_columns(pl.col(f"{measure}_{p}") * factor for p in "bf")

    answers = ["verdict", "n_improved", "n_worsened"]
    assert DOI.evaluate(frame, answers=answers)[answers].equals(DOI.evaluate(other, answers=answers)[answers])


@settings(max_examples=150, deadline=None)
@given(_PEOPLE, st.sampled_from(SIX), st.integers(1, 40), _READINGS)
def test_a_better_value_never_unmakes_a_responder(people, measure, better, reading):
    frame = _frame(people)
    sign = 1 if measure == "mmt" else -1
    improved = frame.with_columns((pl.col(f"{measure}_f") + sign * better).clip(0, 100))
    order = {False: 0, None: 1, True: 2}

    before = DOI.evaluate(frame, reading=reading)["verdict"]
    after = DOI.evaluate(improved, reading=reading)["verdict"]
    points = [TIS.evaluate(_ranged(f), answers=["tis_lower"])["tis_lower"] for f in (frame, improved)]

    assert all(order[a] >= order[b] for a, b in zip(after, before, strict=True))
    assert (points[1] >= points[0]).all()


def test_an_explanation_names_the_measures_of_the_core_set_that_was_asked():
    frame = _one(phga=(5, 1), mmt=(30, 45)).with_columns(**{f"{m}_range": pl.lit(60) for m in SIX})

    (printo,) = TIS.evaluate(frame, core_set="printo", why=True)["why"]
    (imacs,) = TIS.evaluate(frame, why=True)["why"]

    assert "muscle strength (CMAS) 25 % of its scale better" in printo.replace("25.0", "25")
    assert "quality of life (CHQ-PhS)" in printo and "enzyme" not in printo
    assert "muscle enzyme" in imacs and "CMAS" not in imacs


def test_a_frame_proved_once_answers_every_reading():
    frame = pl.concat([_one(phga=(40, 32), ptga=(40, 32), exm=(40, 32))] * 100)
    wide = narrow(frame, {f"{m}_{p}": (0, 100) for m in SIX for p in "bf"})

    said = {r: DOI.evaluate(wide, reading=r, answers=["verdict"])["verdict"].unique().to_list() for r in DOI.readings}

    assert said == {"rider_2004": [True], "nct01315938": [True], "registered": [False]}


def test_numbers_beyond_64_bits_are_answered_exactly():
    long = "4." + "0" * 30
    less = "3.2" + "0" * 28 + "1"

    assert DOI.evaluate(_one(phga=(long, less)))["n_improved"].to_list() == [0]
    assert DOI.evaluate(pl.concat([_one(phga=(long, less))] * 70))["n_improved"].sum() == 0
    assert Fraction(less) > Fraction("3.2")
