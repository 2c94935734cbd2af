"""What a nurse types becomes exactly what is stored, or is refused with its name."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.capture import check_plausible, in_language, parse_value
from trialwright.capture.dates import parse_date
from trialwright.capture.messages import MESSAGES
from trialwright.capture.numbers import parse_number, simplified
from trialwright.capture.parse import exact_in_item_unit
from trialwright.model.entry import Choice, Item
from trialwright.model.ledger import Blank
from trialwright.model.problem import Problem
from trialwright.model.quantity import Code, Limit, Missing, PartialDate, Quantity, Words
from trialwright.model.study import Field
from trialwright.model.text import Text

FULL_WIDTH = str.maketrans("0123456789.-,", "０１２３４５６７８９．－，")


def field(kind: str = "number", **more: object) -> Field:
    item = Item(name="vas", label=Text("Activity", "活动度"), kind=kind, **more)
    return Field(name="global.vas", instrument="global", item=item)


VAS = field(unit="cm", other_units={"mm": "1/10"}, low="0", high="10", decimals=1)
CK = field(unit="U/L", other_units={"µkat/L": "60"}, low="0", high="1000")
GRADE = field("choice", choices=(Choice("1", Text("mild", "轻度")), Choice("2", Text("moderate", "中度"))))
DAY, MONTH = field("date"), field("partial_date")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("5.5", "5.5"), ("５．５", "5.5"), ("5,5", "5.5"), ("5，5", "5.5"), ("5。5", "5.5"), (" 5.5 ", "5.5"),
        ("+5.5", "5.5"), (".5", "0.5"), ("5.", "5"), ("05.5", "5.5"), ("5.50", "5.5"), ("-0", "0"), ("−1", "-1"),
        ("5.5 cm", "5.5"), ("٥٫٥", "5.5"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_was_meant(typed, stored):
    assert Quantity(stored, "cm") == parse_value(VAS, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("high", "TW-CAP-001"), ("5.5.5", "TW-CAP-001"), ("--5", "TW-CAP-001"), ("1e3", "TW-CAP-004"),
        ("<0.5", "TW-CAP-002"), ("＜０．５", "TW-CAP-002"), ("≥ 5", "TW-CAP-002"), ("5.55", "TW-CAP-005"),
        ("5 kg", "TW-CAP-004"), ("nan", "TW-CAP-001"), ("inf", "TW-CAP-001"), ("5\x00", "TW-CAP-004"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_number_is_refused_by_name(typed, code):
    got = parse_value(VAS, typed)

    assert isinstance(got, Problem)
    assert (code, "global.vas") == (got.code, got.where)


@pytest.mark.parametrize(
    ("typed", "decimals", "stored"),
    [
        ("1,250", 0, "1250"), ("1,250", 1, "1250"), ("0,125", None, "0.125"), ("1,250.5", 1, "1250.5"),
        ("1.250,5", 1, "1250.5"), ("1 250", None, "1250"), ("1 250,5", None, "1250.5"), ("1,250,000", None, "1250000"),
        ("1250,5", None, "1250.5"), ("1.250", None, "1.250"),
    ],
)  # fmt: skip
def test_thousands_are_told_from_decimals_where_only_one_reading_is_left(typed, decimals, stored):
    assert stored == parse_number(simplified(typed), decimals)


def test_a_number_without_end_is_refused_and_not_computed():
    assert parse_value(CK, "1" * 5000).code == "TW-CAP-001"


def test_a_number_that_can_be_read_in_two_ways_is_refused():
    got = parse_value(CK, "1,250")

    assert got.code == "TW-CAP-003"
    assert "1250 or 1.250" in got.found


@given(st.decimals(min_value=-10_000, max_value=10_000, allow_nan=False, allow_infinity=False, places=3))
def test_every_decimal_comes_back_exactly_in_any_keyboard(number):
    text = f"{number:f}"
    ways = {text, text.translate(FULL_WIDTH), f" {text} "}

    assert {Fraction(number)} == {Fraction(parse_number(simplified(way), None)) for way in ways}


@given(st.integers(-999_999, 999_999), st.integers(0, 9))
def test_a_decimal_comma_and_a_decimal_point_say_the_same(whole, tenth):
    assert parse_number(f"{whole}.{tenth}", 1) == parse_number(f"{whole},{tenth}", 1)


@given(st.text(max_size=12))
def test_any_text_at_all_gives_a_value_or_a_problem(text):
    for one in (VAS, CK, GRADE, DAY, MONTH, field("text"), field("yes_no"), field("integer")):
        got = parse_value(one, text)

        assert isinstance(got, Problem | Quantity | PartialDate | Code | Words | Missing | Blank)


@given(st.decimals(min_value=0, max_value=10, places=1))
def test_reading_a_stored_number_again_changes_nothing(number):
    once = parse_value(VAS, f"{number:f}")

    assert once == parse_value(VAS, once.text, once.unit)


def test_a_value_keeps_the_unit_it_was_typed_in_and_compares_in_the_items():
    got = parse_value(CK, "20", "μkat/L")  # the Greek letter that many keyboards give

    assert Quantity("20", "µkat/L") == got
    assert Fraction(1200) == exact_in_item_unit(CK, got)


@pytest.mark.parametrize(("unit", "behind"), [("mg/L", ""), ("", " mg/L"), ("U/L", " µkat/L")])
def test_a_unit_that_is_not_declared_or_contradicts_is_refused(unit, behind):
    assert parse_value(CK, f"1250{behind}", unit).code == "TW-CAP-004"


def test_the_unit_message_names_what_was_found_and_what_is_allowed():
    got = parse_value(CK, "1250", "mg/L")

    assert got.found == 'the unit of Activity is "mg/L"'
    assert got.expected == "The unit must be U/L or µkat/L"


@pytest.mark.parametrize("typed", ["11", "-1", "100 mm", "101 mm"])
def test_a_value_outside_the_limits_warns_and_is_stored(typed):
    stored = parse_value(VAS, typed)
    told = check_plausible(VAS, stored, dt.date(2021, 6, 30))

    assert isinstance(stored, Quantity)
    assert ([] if typed == "100 mm" else ["TW-CAP-020"]) == [p.code for p in told]
    assert all(p.severity == "warning" for p in told)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2021-03-15", "2021-03-15"), ("2021-3-5", "2021-03-05"), ("2021/03/15", "2021-03-15"),
        ("2021.3.5", "2021-03-05"), ("20210315", "2021-03-15"), ("２０２１－０３－１５", "2021-03-15"),
        ("2021年3月15日", "2021-03-15"), ("2021年3月", "2021-03"), ("2021年", "2021"), ("2021", "2021"),
        ("2021-03", "2021-03"), ("2021-UU-UU", "2021-UU-UU"), ("2021-03-uu", "2021-03-UU"),
        ("15 Mar 2021", "2021-03-15"), ("Mar 2021", "2021-03"), ("UU-MAR-2021", "2021-03-UU"),
        ("2021年3月不详", "2021-03-UU"), ("2024-02-29", "2024-02-29"),
    ],
)  # fmt: skip
def test_a_date_keeps_the_precision_it_was_typed_with(typed, stored):
    assert PartialDate(stored) == parse_value(MONTH, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("03/04/2021", "TW-CAP-010"), ("15-03-21", "TW-CAP-010"), ("2021-02-29", "TW-CAP-011"),
        ("2021-13-01", "TW-CAP-011"), ("2021-00-10", "TW-CAP-011"), ("2021-03", "TW-CAP-012"),
        ("2021-UU-15", "TW-CAP-012"), ("spring", "TW-CAP-009"), ("21-3-5", "TW-CAP-009"), ("2021-3/5", "TW-CAP-009"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_whole_day_is_refused_where_a_day_is_asked(typed, code):
    assert parse_value(DAY, typed).code == code


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_day_survives_every_way_of_writing_it(day):
    ways = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日"]

    assert {PartialDate(day.isoformat())} == {parse_date(way) for way in ways}


def test_a_future_date_warns_and_only_when_all_of_it_lies_ahead():
    today = dt.date(2021, 6, 30)

    assert [p.code for p in check_plausible(MONTH, PartialDate("2021-07"), today)] == ["TW-CAP-021"]
    assert check_plausible(MONTH, PartialDate("2021-06"), today) == []


@pytest.mark.parametrize("typed", ["1", "mild", "MILD", "轻度"])
def test_a_choice_is_known_by_code_or_word_in_either_language(typed):
    assert Code("1") == parse_value(GRADE, typed)


@pytest.mark.parametrize(
    ("typed", "code"), [("yes", "Y"), ("是", "Y"), ("1", "Y"), ("Ｙ", "Y"), ("No", "N"), ("否", "N")]
)
def test_yes_and_no_are_known_in_either_language(typed, code):
    assert Code(code) == parse_value(field("yes_no"), typed)


@pytest.mark.parametrize("one", [GRADE, field("yes_no")])
def test_a_choice_off_the_list_is_refused(one):
    assert parse_value(one, "perhaps").code == "TW-CAP-007"


def test_text_is_trimmed_and_otherwise_kept():
    assert Words("herpes  zoster\nleft") == parse_value(field("text"), "  herpes  zoster\r\nleft ")


def test_a_text_that_is_too_long_is_refused_with_its_length():
    told = parse_value(field("text"), "a" * 4001)

    assert told.code == "TW-CAP-015"
    assert "4001" in told.found


@pytest.mark.parametrize(
    ("typed", "sign", "place"),
    [
        ("a\x00b", "U+0000", 'character 2, behind "a"'), ("a\x1b[31mb", "U+001B", 'character 2, behind "a"'),
        ("left arm\nred\u202eness", "U+202E", 'character 13, behind "red"'), ("\ue000", "U+E000", "character 1"),
    ],
)  # fmt: skip
def test_a_sign_that_cannot_be_kept_is_named_with_its_place_and_without_a_word_of_length(typed, sign, place):
    told = parse_value(field("text"), typed)
    chinese = in_language(told, "zh")

    assert told.code == "TW-CAP-019"
    assert sign in told.found
    assert told.found.endswith(place)
    assert sign in chinese.found
    assert "个字符" in chinese.found
    assert "horten" not in told.sentence()


@pytest.mark.parametrize(
    ("pasted", "understood"),
    [
        ("Herpes\u00a0zoster", "Herpes zoster"), ("37.5\u202f°C at\u2009night", "37.5 °C at night"),
        ("\ufeffHerpes\u200b zo\u00adster\u2060", "Herpes zoster"), ("第一段\u3000第二段", "第一段\u3000第二段"),
        ("left\u2028right\x0bboth", "left\nright\nboth"), ("well 👩\u200d⚕\ufe0f", "well 👩\u200d⚕\ufe0f"),
        ("\u200dwell\u200d", "well"),
    ],
)  # fmt: skip
def test_what_pasting_leaves_between_words_is_understood(pasted, understood):
    assert Words(understood) == parse_value(field("text"), pasted)


@pytest.mark.parametrize(
    ("one", "pasted", "stored"),
    [
        (VAS, "\u200b5.5\u00a0cm\ufeff", Quantity("5.5", "cm")), (DAY, "\u200e2021-03-15", PartialDate("2021-03-15")),
        (GRADE, "mild\u200b", Code("1")), (field("yes_no"), "\ufeffyes", Code("Y")),
        (field("text"), "\u200b\u200d", Blank()),
    ],
)  # fmt: skip
def test_a_pasted_answer_of_any_kind_is_read_without_signs_that_nobody_sees(one, pasted, stored):
    assert stored == parse_value(one, pasted)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call 13812345678", True), ("ID 11010519491231002X", True), ("１３８１２３４５６７８", True),
        ("li.wei@example.org", True),
        ("lot 4500123456789", False), ("CK 1250, LDH 400", False), ("2021-03-15 09:30", False), ("left @ knee", False),
    ],
)  # fmt: skip
def test_a_text_that_may_tell_who_somebody_is_is_saved_with_a_warning_that_does_not_repeat_it(text, told):
    got = check_plausible(field("text"), parse_value(field("text"), text), dt.date(2021, 6, 30))

    assert [p.code for p in got] == (["TW-CAP-023"] if told else [])
    assert all(text not in p.sentence() for p in got)


AGE = field("integer", unit="a", low="18", high="100")


@pytest.mark.parametrize("typed", ["40", "40 a", "40 years", "40岁", "４０ 岁"])
def test_a_unit_is_understood_as_forms_show_it(typed):
    assert Quantity("40", "a") == parse_value(AGE, typed)


def test_messages_show_units_as_forms_do():
    (unlikely,) = check_plausible(AGE, parse_value(AGE, "120"), dt.date(2021, 6, 30))
    refused = parse_value(AGE, "40 kg")

    assert "18 years and 100 years" in unlikely.sentence() and "120 years" in unlikely.sentence()
    assert in_language(unlikely, "zh").expected == "常见范围为 18 岁 至 100 岁"
    assert "120 岁" in in_language(unlikely, "zh").found
    assert (refused.expected, in_language(refused, "zh").expected) == ("The unit must be years", "单位应为 岁")


@pytest.mark.parametrize("said", ["not done", "not_done", "Not Done", "未做"])
def test_a_reason_for_absence_is_stored_as_such(said):
    assert Missing("not done") == parse_value(VAS, "", missing=said)


def test_a_value_and_a_reason_for_absence_exclude_one_another():
    assert parse_value(VAS, "5", missing="not done").code == "TW-CAP-013"
    assert parse_value(VAS, "", missing="forgot").code == "TW-CAP-014"


def test_nothing_typed_is_a_blank_and_no_zero():
    assert Blank() == parse_value(VAS, "   ")


def test_a_problem_can_be_read_in_chinese_with_its_fields_filled():
    got = in_language(parse_value(VAS, "high"), "zh-hans")

    assert got.found == "“high”不是数字"
    assert got.expected == "活动度应填写数字，例如 12.5"


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_message_asks_for_the_same_fields_in_both_languages(code):
    for part in (MESSAGES[code].found, MESSAGES[code].expected, MESSAGES[code].cure):
        assert part.zh
        assert _fields(part.en) == _fields(part.zh)


def _fields(text: str) -> set[str]:
    return {piece.partition("}")[0] for piece in text.split("{")[1:]}


def test_a_problem_for_a_log_holds_no_value():
    got = parse_value(VAS, "secret")

    assert "secret" in got.sentence()
    assert "secret" not in got.public()


@pytest.mark.parametrize(
    ("typed", "sign", "text", "unit"),
    [
        ("<0.5", "<", "0.5", "U/L"), ("＜０．５", "<", "0.5", "U/L"), ("≥ 1000", ">=", "1000", "U/L"),
        ("<0,5 µkat/L", "<", "0.5", "µkat/L"), ("<=5", "<=", "5", "U/L"),
    ],
)  # fmt: skip
def test_edc_r12_what_a_laboratory_prints_as_a_limit_is_kept_as_a_limit(typed, sign, text, unit):
    assert Limit(sign, text, unit) == parse_value(CK, typed)


def test_a_limit_is_warned_of_and_an_approximation_is_none():
    told = check_plausible(CK, Limit("<", "0.5", "U/L"), dt.date(2021, 6, 30))

    assert [one.code for one in told] == ["TW-CAP-025"]
    assert getattr(parse_value(CK, "~5"), "code", "") == "TW-CAP-002"


def test_a_count_is_never_a_limit():
    got = parse_value(field("integer", low="0", high="10"), "<5")

    assert isinstance(got, Problem) and got.code == "TW-CAP-002"


@given(
    text=st.from_regex(r"[0-9]{1,4}(\.[0-9]{0,3})?", fullmatch=True),
    kind=st.sampled_from(["number", "integer"]),
    decimals=st.sampled_from([None, 0, 1, 2]),
    unit=st.sampled_from(["", "cm", "mm"]),
)
def test_a_number_in_plain_digits_is_read_as_the_same_one_in_full_width_digits(
    text: str, kind: str, decimals: int | None, unit: str
) -> None:
    asked = field(kind, unit="cm", other_units={"mm": "1/10"}, decimals=decimals)
    plain, wide = (parse_value(asked, typed, unit) for typed in (text, text.translate(FULL_WIDTH)))

    assert getattr(wide, "code", wide) == getattr(plain, "code", plain)


@given(
    low=st.decimals(-9, 9, places=2),
    number=st.decimals(-9, 9, places=3),
    unit=st.sampled_from(["cm", "mm"]),
)
def test_a_limit_is_held_against_a_number_exactly(low: Decimal, number: Decimal, unit: str) -> None:
    asked = field(unit="cm", other_units={"mm": "1/10"}, low=f"{low}", high=None)
    stored = Quantity(f"{number}", unit)

    below = exact_in_item_unit(asked, stored) < Fraction(low)

    assert below == bool(check_plausible(asked, stored, dt.date(2021, 1, 1)))
