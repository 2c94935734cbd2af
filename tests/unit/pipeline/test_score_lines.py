"""Entries with a shape of their own: JSON lines in and out, in the same order, a bad line answered in a sentence."""

import json

import pytest

from trialwright import catalog
from trialwright.catalog.lines import LineScorer, Wrong, answers_lines, line_scorer
from trialwright.pipeline.score import Scored, score_table

KNOWN = catalog.load()
SIX = {name: [0] for name in ("dressing", "arising", "eating", "walking", "hygiene", "reach")}
GOOD = {"id": "P1", "items": {**SIX, "walking": [1]}}


def _scored(tmp_path, entry, *lines, settings=None, ending="jsonl"):
    path = tmp_path / f"in.{ending}"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    scored = score_table(entry, path, tmp_path / f"out.{ending}", "", settings or {})
    out = tmp_path / f"out.{ending}"
    return scored, [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []


def _found(line, entry="haq_di"):
    answered = line_scorer(KNOWN, entry).score(line if isinstance(line, str) else json.dumps(line))
    return answered.found if isinstance(answered, Wrong) else answered


def test_lines_come_out_in_their_order_with_what_stood_on_them(tmp_path):
    scored, out = _scored(tmp_path, "haq_di", GOOD, "", {**GOOD, "id": "P2", "aids_or_help": ["walking"]})

    assert scored == Scored(rows=2)
    assert [(line["id"], line["haq_di"], line["haq_di_decimal"]) for line in out] == [
        ("P1", "1/6", 0.1666666667),
        ("P2", "1/3", 0.3333333333),
    ]


def test_a_bad_line_is_answered_in_a_sentence_and_the_others_are_scored(tmp_path):
    scored, out = _scored(tmp_path, "haq_di", GOOD, "nonsense", {**GOOD, "id": "P3"})

    assert scored.rows == 2
    assert [problem.code for problem in scored.problems] == ["TW-SCORE-011"]
    assert "in.jsonl:2: this is not JSON" in out[1]["problem"]
    assert [out[0]["id"], out[2]["id"]] == ["P1", "P3"]


def test_an_answer_takes_the_place_of_what_had_its_name(tmp_path):
    _, (line,) = _scored(tmp_path, "haq_di", {**GOOD, "haq_di": "typed by hand"})

    assert (line["haq_di_in"], line["haq_di"]) == ("typed by hand", "1/6")


def test_an_undecided_answer_is_null_and_says_why(tmp_path):
    _, (line,) = _scored(tmp_path, "haq_di", {"items": {"dressing": [1]}})

    assert (line["haq_di"], line["alternative_di"]) == (None, None)
    assert "1 of 8 categories" in line["reason"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({}, 'the key "items" is missing'),
        ([1], "this is not an object but a list in brackets"),
        ({"items": 4}, "items: expected an object in braces, found a whole number"),
        ({"items": {"dresing": [1]}}, 'items: "dresing" is no word that may stand there'),
        ({"items": {"dressing": [True]}}, "a number is written 20, 0.05 or 1/3"),
        ({"items": {"dressing": ["many"]}}, "a number is written 20, 0.05 or 1/3"),
        ({"item": {}}, '"item" is no key here. Did you mean items?'),
        ({"items": SIX, "aids_or_help": ["foot"]}, 'aids_or_help[0]: "foot" is no word'),
        ('{"items": {"dressing": [1e999999999]}}', "a number is written 20, 0.05 or 1/3"),
        ('{"items": {"dressing": [NaN]}}', "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
    ],
)
def test_what_is_wrong_is_said_in_the_readers_words(line, told):
    assert told in _found(line)
    assert "`" not in _found(line)


def test_a_number_is_the_same_however_it_is_written():
    ways = [_found({"items": {**SIX, "reach": [way]}})[1]["haq_di"] for way in (2, "2", "4/2", 2.0, "2.00")]

    assert len(set(ways)) == 1


def test_bytes_that_are_no_text_spoil_only_their_line(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\n\xff\xfe\n")
    scored = score_table("haq_di", path, tmp_path / "out.jsonl")

    assert (scored.rows, len(scored.problems)) == (1, 1)


def test_an_entry_of_lines_says_so_when_it_is_given_a_table(tmp_path):
    scored, out = _scored(tmp_path, "haq_di", "a,b", ending="csv")

    assert ([problem.code for problem in scored], out) == (["TW-SCORE-012"], [])


def test_options_are_checked_before_a_line_is_read(tmp_path):
    scored, _ = _scored(tmp_path, "haq_di", GOOD, settings={"missing_rul": "x", "missing_rule": "seven"})

    assert [problem.code for problem in scored] == ["TW-CAT-015", "TW-CAT-016"]


def test_every_entry_of_lines_can_be_made_without_any_setting_that_has_a_default():
    assert "haq_di" in answers_lines(KNOWN)
    for name in answers_lines(KNOWN):
        made = line_scorer(KNOWN, name)
        assert isinstance(made, LineScorer) or {"TW-CAT-017"} == {problem.code for problem in made}
