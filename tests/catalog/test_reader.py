"""Entries are found by folder; what is wrong with one is told with its line, and the rest is there all the same."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from trialwright import catalog
from trialwright.catalog import number_of
from trialwright.catalog.evaluator import compile_rule
from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.model.entry import Item, MethodResult, Reason
from trialwright.model.quantity import Code, Missing, Quantity, Words
from trialwright.model.text import Text

GOOD = """
title: {en: Grip strength, zh: 握力}
says: The hand squeezes a dynamometer.
source: {text: worked by hand, seen: original}
items:
  - {name: grip, label: {en: Grip, zh: 握力}, kind: number, unit: kg, other_units: {N: 10/98}, low: 0, decimals: 1}
measures:
  grip: {of: grip, better: higher}
"""


def _site(tmp_path: Path, text: str, name: str = "grip_strength", kind: str = "instruments") -> Path:
    folder = tmp_path / kind / name
    folder.mkdir(parents=True)
    (folder / "entry.yaml").write_text(text, "utf-8")
    return tmp_path


def _problems(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    return [(p.code, p.where.partition(":")[2]) for p in catalog.load(_site(tmp_path, text)).problems]


def test_a_site_adds_an_instrument_by_one_folder(tmp_path):
    known = catalog.load(_site(tmp_path, GOOD))

    assert known.problems == ()
    assert "grip_strength" in known.names("instrument")
    pair = known.pair("grip_strength", "", {"grip": Quantity("20", "kg")}, {"grip": Quantity("98", "N")})
    assert (pair.baseline, pair.now) == (20, 10)


def test_a_site_brings_its_own_arithmetic(tmp_path):
    root = _site(tmp_path, GOOD + "scores:\n  - {name: twice, label: {en: Twice, zh: 两倍}}\n")
    (root / "instruments" / "grip_strength" / "compute.py").write_text(
        "def score(answers, options):\n    return {'twice': 2 * answers['grip'].exact}\n"
    )

    assert catalog.load(root).score("grip_strength", {"grip": Quantity("20.5", "kg")}) == {"twice": 41}


def test_a_site_may_not_take_a_name_of_the_package(tmp_path):
    known = catalog.load(_site(tmp_path, GOOD, name="weight"))

    assert [p.code for p in known.problems] == ["TW-CAT-011"]
    assert known.instrument("weight").title.en != "Grip strength"


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("decimals: 1", "decimal: 1", ("TW-CAT-007", "6")),
        ("says: The hand squeezes a dynamometer.\n", "", ("TW-CAT-008", "2")),
        ("decimals: 1", "decimals: one", ("TW-CAT-009", "6")),
        ("kind: number", "kind: numeric", ("TW-CAT-009", "6")),
        ("seen: original", "seen: maybe", ("TW-CAT-009", "4")),
        ("of: grip", "of: grasp", ("TW-CAT-009", "1")),
        ("low: 0", "low: zero", ("TW-CAT-009", "1")),
        ("10/98", "1.2.3", ("TW-CAT-009", "1")),
        ("unit: kg", "choices: [nothing]", ("TW-CAT-009", "6")),
        ("unit: kg", "choices: yes_or_no", ("TW-CAT-009", "6")),
        ("measures:", "repeating: maybe\nmeasures:", ("TW-CAT-009", "7")),
        ("title:", "name: other\ntitle:", ("TW-CAT-009", "2")),
    ],
)
def test_a_broken_entry_is_told_with_its_line(tmp_path, good, bad, expected):
    assert good in GOOD

    assert expected in _problems(tmp_path, GOOD.replace(good, bad))


def test_the_likely_key_is_guessed(tmp_path):
    (problem,) = catalog.load(_site(tmp_path, GOOD.replace("decimals", "decimal"))).problems

    assert problem.cure == "Did you mean decimals?"


def test_a_broken_entry_does_not_take_the_others_with_it(tmp_path):
    _site(tmp_path, "title: [")
    known = catalog.load(_site(tmp_path, GOOD, name="second_grip"))

    assert "second_grip" in known.names("instrument")
    assert "grip_strength" not in known.names("instrument")


def test_a_folder_without_an_entry_is_told(tmp_path):
    (tmp_path / "instruments" / "Empty One").mkdir(parents=True)
    (tmp_path / "instruments" / "empty").mkdir(parents=True)

    assert [p.code for p in catalog.load(tmp_path).problems] == ["TW-CAT-012"] * 2


def test_a_code_list_is_named_instead_of_repeated(tmp_path):
    known = catalog.load(_site(tmp_path, GOOD.replace("kind: number, unit: kg", "kind: choice, choices: yes_no")))

    assert known.problems == ()
    assert known.instrument("grip_strength").items[0].choices == known.terms("yes_no").choices


def test_an_unknown_name_raises_with_the_likely_one():
    with pytest.raises(LookupError, match="Did you mean mmt8"):
        catalog.load().instrument("mmt_8")


def test_the_catalog_is_read_once():
    assert catalog.load() is catalog.load()


ITEM = Item(name="ck", label=Text("CK"), kind="number", unit="U/L", other_units={"µkat/L": "60"})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Quantity("1250.5", "U/L"), Fraction("1250.5")),
        (Quantity("0.1", "µkat/L"), 6),
        (Code("3"), 3),
        (Missing("not done"), Missing("not done")),
        (None, Missing("unknown")),
    ],
)
def test_an_answer_is_an_exact_number_in_the_items_unit(answer, expected):
    assert number_of(ITEM, answer) == expected


def test_words_are_no_number():
    with pytest.raises(ValueError, match="ck"):
        number_of(ITEM, Words("high"))


class TestWordsOfAReason:
    KNOWN = catalog.load()

    def test_measures_are_named_in_both_languages(self):
        reasons = [Reason("open", {"measures": "enz,mmt"}), ("missing", {"measure": "enz"})]
        worded = {language: self.KNOWN.word("imacs_doi_2004", reasons, language) for language in ("en", "zh-hans")}

        assert worded == {
            "en": "undetermined: the answer depends on muscle enzyme, muscle strength; muscle enzyme missing.",
            "zh-hans": "无法判定：结果取决于肌酶、肌力；肌酶缺失。",
        }

    def test_a_percentage_never_looks_like_the_threshold_it_misses(self):
        # 19.99 % would print as 20.0 %, "which is not enough": it gets the decimals that tell them apart.
        rule = self.KNOWN.rule("imacs_doi_2004", {})
        unchanged = {f"{m}_{p}": 10_000 for m in ("phga", "ptga", "mmt", "haq", "enz", "exm") for p in "bf"}
        row = unchanged | {"phga_f": 8001}
        outputs = compile_rule(rule)(row)
        reason = self.KNOWN.explain("imacs_doi_2004", outputs, {})[1]

        assert (reason.key, reason.fields["pct"]) == ("better", "19.99")

    def test_nothing_to_say_is_nothing(self):
        assert self.KNOWN.word("imacs_doi_2004", []) == ""


def test_a_running_log_answers_for_a_day():
    known = catalog.load()

    assert isinstance(known.log_value("glucocorticoid_log", "daily_dose", [], dt.date(2021, 2, 15)), Missing)


def test_a_method_says_what_is_wrong_with_its_arguments():
    known = catalog.load()
    answer = known.estimate("proportion_ci", {"x": 3, "n": 2, "conf_level": "95", "side": "lower"})

    assert [(p.code, p.cure) for p in answer] == [("TW-CAT-015", "Did you mean sides?")]
    assert isinstance(known.estimate("proportion_ci", {"x": 1, "n": Fraction(2)}), MethodResult)
    assert [p.code for p in known.estimate("imacs_doi_2004", {})] == ["TW-CAT-013"]


def test_parameters_come_from_defaults_then_the_reading_then_what_is_given():
    settled, problems = catalog.load().settings("imacs_doi_2004", "registered", {"worse_strict": "false"})

    assert problems == []
    assert (settled.truth("improved_strict"), settled.truth("worse_strict")) == (True, False)
    assert settled.number("improved_by_pct") == 20


def test_a_parameter_of_the_wrong_kind_is_told():
    given = {
        "improved_by_pct": "２０",
        "enough": "2.5",
        "missing": "maybe",
        "measures": "phga,phga",
        "worse_strict": "no!",
    }
    problems = catalog.load().settings("imacs_doi_2004", given=given)[1]

    assert [p.code for p in problems] == ["TW-CAT-016"] * 5


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        ("2.45", 1, "2.5"),
        ("-2.45", 1, "-2.5"),
        ("0.04", 1, "0.0"),
        ("-0.04", 1, "0.0"),
        ("7", 0, "7"),
        ("1/3", 3, "0.333"),
    ],
)
def test_rounding_is_half_away_from_zero(number, places, text):
    assert rounded(Fraction(number), places) == text


@pytest.mark.parametrize(("number", "text"), [("75/2", "37.5"), ("80/3", "80/3"), ("-1/8", "-0.125"), ("20", "20")])
def test_exact_numbers_print_in_full(number, text):
    assert exact_text(Fraction(number)) == text


CRITERION = """
title: {en: Grip response, zh: 握力应答}
says: Grip has improved.
source: {text: worked by hand, seen: original}
roles: {grip: {en: grip, zh: 握力}}
parameters:
  - {name: by, kind: choice, choices: [ten, twenty], says: By how much, default: ten}
calculators:
  - {beside: by, units: {grip: kg}}
"""


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("default: ten", "settled: true", "settled is for one whose default"),
        ("beside: by", "beside: bye", '"bye" is no parameter with choices'),
        ("units: {grip: kg}", "units: {grp: kg}", '"grp" is no role'),
        ("units: {grip: kg}", "parameters: {by: thirty}", "thirty"),
        ("units: {grip: kg}", "parameters: {of: ten}", '"of" is no parameter'),
        ("units: {grip: kg}", "clauses: strong", 'the clause "strong" has no words'),
    ],
)
def test_a_criterion_whose_parts_do_not_fit_together_is_told(tmp_path, good, bad, said):
    fine = catalog.load(_site(tmp_path / "fine", CRITERION, "grip_response", "criteria"))
    wrong = catalog.load(_site(tmp_path / "wrong", CRITERION.replace(good, bad), "grip_response", "criteria"))

    assert fine.problems == ()
    assert [said in problem.sentence() for problem in wrong.problems] == [True]
