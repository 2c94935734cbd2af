"""Wrong words on the command line: a sentence, exit 2, nothing done."""

import re

import pytest


def test_the_version_is_one_line(trialwright):
    said = trialwright("--version")

    assert said.code == 0
    assert re.fullmatch(r"trialwright \d+\.\d+\.\d+\n", said.out)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-40", "２０２６-11-23", "20261123"])
def test_a_day_that_is_none_is_told_with_an_example(trialwright, study, day):
    said = trialwright("check", study, "--on", day)

    assert said.code == 2
    assert f"--on {day}: expected a day as YYYY-MM-DD" in said.err


@pytest.mark.parametrize("moment", ["soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31"])
def test_a_moment_that_no_ledger_holds_is_told_with_an_example(trialwright, study, tmp_path, moment):
    said = trialwright("analyze", study, "-o", tmp_path / "out", "--as-of", moment)

    assert said.code == 2
    assert "expected a moment such as 2021-06-30" in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "head", ["7", "1:zz", "1:" + "z" * 64, "٣:" + "0" * 64, "-1:" + "0" * 64, "9" * 30 + ":" + "0" * 64]
)
def test_a_head_that_no_report_prints_is_refused(trialwright, study, head):
    said = trialwright("verify", study, "--head", head)

    assert said.code == 2
    assert "expected SEQ:HASH" in said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("verify", "{study}", "--format", "xml"), "--format xml: expected text or json."),
        (("check", "{study}", "--format", "xml"), "expected one of text, json, sarif."),
        (("check", "{study}", "--as", "usdm"), "--as usdm: expected study, record, sdtm or adam."),
        (("trace", "{study}", "x", "--format", "xml"), "--format xml: expected text or json."),
        (("trace", "{study}"), "Which cell?"),
        (
            ("export", "sas", "{study}", "-o", "x"),
            "FORMAT sas: expected adam, ars, csv, odm, parquet, sdtm, sharing, spss, stata, usdm or all.",
        ),
        (
            ("export", "sharing", "{study}", "-o", "x", "--fewest", "1"),
            "--fewest 1: a category of one participant tells",
        ),
        (("export", "sharing", "{study}", "-o", "x", "--key-file", "none"), "--key-file none: 0 bytes, at least 32"),
        (("serve", "{study}", "--port", "99999"), "--port 99999: expected a number from 1 to 65535"),
        (("demo", "--participants", "0"), "--participants 0: expected a number from 1 to 500."),
        (("freeze", "{study}"), "A build needs its reason"),
        (("estimate", "proportion_cl"), "Did you mean proportion_ci?"),
        (("catalog", "imacs_doi_204"), "Did you mean imacs_doi_2004?"),
        (("serve", "{study}", "--host", "0.0.0.0"), "[TW-WEB-001]"),
        (("chekc",), "Did you mean 'check'?"),
    ],
)
def test_a_wrong_word_is_told_with_what_is_allowed(trialwright, study, words, says):
    said = trialwright(*(study if word == "{study}" else word for word in words))

    assert said.code == 2
    assert says in said.err


def test_serving_at_a_taken_port_makes_no_ledger(trialwright, study, tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = trialwright("serve", study, "--db", tmp_path / "new.sqlite", "--port", taken.getsockname()[1])

    assert said.code == 2
    assert "in use by another program. A free port." in said.err
    assert not (tmp_path / "new.sqlite").exists()


def test_serving_a_broken_definition_makes_no_ledger(trialwright, study, tmp_path):
    (study / "study.yaml").write_text("study: [a\n", "utf-8")
    said = trialwright("serve", study, "--db", tmp_path / "new.sqlite", "--port", 65432)

    assert said.code == 2
    assert "study.yaml:" in said.err
    assert not (tmp_path / "new.sqlite").exists()
