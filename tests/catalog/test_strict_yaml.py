"""YAML is read strictly: text until typed, and everything that hides or overwrites is refused with its line."""

import pytest

from trialwright.catalog.strict_yaml import guess, read_yaml


def test_every_scalar_is_text_and_every_node_knows_its_line():
    node, problems = read_yaml("a: no\nb: [1.10, 12:30]\nc:\n  d: ~\n", "f.yaml")

    assert problems == []
    assert node == {"a": "no", "b": ["1.10", "12:30"], "c": {"d": "~"}}
    assert (node["a"].line, node["b"].line, node["c"].line_of("d")) == (1, 2, 4)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: [1\nb: 2\n", "TW-CAT-001", 2),
        ("a:\n\t- b\n", "TW-CAT-001", 2),
        ("a: 1\n---\nb: 1\n", "TW-CAT-002", 2),
        ("a: &x 1\n", "TW-CAT-003", 1),
        ("a: 1\nb: *x\n", "TW-CAT-003", 2),
        ("a: &x {b: 1}\n", "TW-CAT-003", 1),
        ("a: 1\nb: !!float 2\n", "TW-CAT-004", 2),
        ("a: !include other.yaml\n", "TW-CAT-004", 1),
        ("{a: 1}: 2\n", "TW-CAT-005", 1),
        ("a: 1\nb: 2\na: 3\n", "TW-CAT-006", 3),
    ],
)
def test_what_hides_or_overwrites_is_refused(text, code, line):
    problems = read_yaml(text, "f.yaml")[1]

    assert (problems[0].code, problems[0].where) == (code, f"f.yaml:{line}")
    assert problems[0].cure


def test_all_problems_come_at_once():
    problems = read_yaml("a: &x 1\na: !t 2\nb: *x\n", "f.yaml")[1]

    assert [p.code for p in problems] == ["TW-CAT-003", "TW-CAT-004", "TW-CAT-006", "TW-CAT-003"]


def test_a_full_width_colon_is_recognised():
    problems = read_yaml("名称：体重\nunit: kg\n", "f.yaml")[1]

    assert "full-width" in problems[0].cure


def test_an_empty_file_is_an_empty_mapping():
    assert read_yaml("", "f.yaml") == ({}, [])


def test_a_control_character_is_told_and_not_raised():
    node, problems = read_yaml("a: \x07\n", "f.yaml")

    assert (node, problems[0].code) == (None, "TW-CAT-001")


def test_the_likely_word_is_guessed_whatever_its_case():
    assert guess("Bilateal", ["unilateral", "bilateral"]) == "Did you mean bilateral?"
    assert guess("xyz", ["unilateral"]) == ""
