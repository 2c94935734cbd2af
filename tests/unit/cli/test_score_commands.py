"""`score` held to the sentence of its issue by a second way of computing it, and fed tables that are none."""

import csv
import itertools
import random
from fractions import Fraction

import pytest

MEASURES = ("phga", "ptga", "mmt", "haq", "enz", "exm")
HEADER = "id," + ",".join(f"{m}_{v}" for m in MEASURES for v in ("b", "f"))
ROW = "1,8,4,8,4,60,70,2,1,500,200,5,2"
READINGS = {
    "rider_2004": (20, False, 25, False, 3, 2, "veto", "worse", "undetermined"),
    "nct01315938": (20, False, 25, False, 3, 2, "ignored", "worse", "undetermined"),
    "registered": (20, True, 25, True, 3, 2, "counted", "worse", "undetermined"),
}
NAMES = ("improved_by_pct", "improved_strict", "worse_by_pct", "worse_strict", "enough", "allowed_worse",
         "mmt_worsening", "zero_rise", "missing")  # fmt: skip


def states(measure, before, after, settings):
    """What a measure may be: "+" improved, "0" unchanged, "-" worse; more than one where it is not known."""
    better_by, strict, worse_by, worse_strict, _, _, _, zero_rise, _ = settings
    if before is None or after is None:
        return "+0-"
    gain = after - before if measure == "mmt" else before - after
    if before == 0:
        if gain == 0:
            return "0"
        if gain > 0:
            return "+"
        return "-" if zero_rise == "worse" else "0-"
    percent = Fraction(gain * 100, before)
    if percent > better_by or (not strict and percent == better_by):
        return "+"
    return "-" if -percent > worse_by or (not worse_strict and -percent == worse_by) else "0"


def answer(row, settings):
    """Verdict and counts of one row by trying every completion: the issue's own words, nothing compiled."""
    _, _, _, _, enough, allowed, mmt, _, missing = settings
    possible = [states(m, *row[m], settings) for m in MEASURES]
    verdicts = set()
    for completion in itertools.product(*possible):
        worse = [m for m, state in zip(MEASURES, completion, strict=True) if state == "-"]
        counted = [m for m in worse if m != "mmt" or mmt == "counted"]
        vetoed = mmt == "veto" and "mmt" in worse
        verdicts.add(completion.count("+") >= enough and len(counted) <= allowed and not vetoed)
    verdict = "U" if len(verdicts) == 2 else "Y" if verdicts == {True} else "N"
    if missing == "nonresponder" and verdict == "U":
        verdict = "N"
    known = dict(zip(MEASURES, possible, strict=True))
    worsened = sum(state == "-" for m, state in known.items() if m != "mmt" or mmt != "ignored")
    return verdict, str(sum(state == "+" for state in possible)), str(worsened)


def table(seed, rows):
    """Small whole numbers, so that zero, equal to the threshold and missing are frequent."""
    draw = random.Random(seed)
    pick = (None, 0, 0, 4, 5, 6, 8, 10, 12, 15)
    return [{m: (draw.choice(pick), draw.choice(pick)) for m in MEASURES} for _ in range(rows)]


@pytest.mark.parametrize(
    ("reading", "changed"),
    [
        ("rider_2004", {}),
        ("nct01315938", {}),
        ("registered", {}),
        ("rider_2004", {"zero_rise": "not_evaluable"}),
        ("rider_2004", {"missing": "nonresponder", "allowed_worse": 0}),
        ("registered", {"improved_by_pct": 50, "enough": 2, "mmt_worsening": "ignored", "zero_rise": "not_evaluable"}),
    ],
)
def test_the_definition_of_improvement_is_what_its_words_say(trialwright, tmp_path, reading, changed):
    rows = table(7, 250)
    lines = [
        f"{n}," + ",".join("" if v is None else str(v) for m in MEASURES for v in row[m]) for n, row in enumerate(rows)
    ]
    (tmp_path / "in.csv").write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    said = trialwright("score", "imacs_doi_2004", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--reading", reading,
                       *(word for name, value in changed.items() for word in ("--set", f"{name}={value}")))  # fmt: skip
    settings = tuple(changed.get(name, READINGS[reading][place]) for place, name in enumerate(NAMES))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        got = [(row["doi"], row["n_improved"], row["n_worsened"]) for row in csv.DictReader(file)]

    assert said.code == 0, said.err
    assert [answer(row, settings) for row in rows] == got
    assert {"Y", "N"} <= {verdict for verdict, _, _ in got}


def test_an_answer_replaces_a_column_of_its_name_and_keeps_the_old_one(trialwright, tmp_path):
    (tmp_path / "in.csv").write_text(f"{HEADER},doi\n{ROW},old\n", "utf-8")
    trialwright("score", "imacs_doi_2004", tmp_path / "in.csv", "-o", tmp_path / "out.csv")
    header, row = csv.reader((tmp_path / "out.csv").read_text("utf-8").splitlines())

    assert header == [*HEADER.split(","), "doi_in", "doi", "n_improved", "n_worsened", "why"]
    assert row[13:15] == ["old", "Y"]


BROKEN = {
    "a missing column": (HEADER.replace("exm_f", "exm_g") + f"\n{ROW}\n", "Did you mean exm_g?"),
    "a number that is none": (f"{HEADER}\n{ROW.replace('500', 'NaN')}\n", "Leave the cell empty"),
    "a full-width digit": (f"{HEADER}\n{ROW.replace('500', '５00')}\n", "Write 500 with ordinary digits"),
    "a number of 5000 digits": (f"{HEADER}\n{ROW.replace('500', '9' * 5000)}\n", "(5000 characters)"),
    "a ragged row": (f"{HEADER}\n{ROW},9\n", "the row has 14 cells"),
    "a quote that is never closed": (f'{HEADER}\n"{ROW}\n', "do not fit together"),
    "UTF-16": (f"{HEADER}\n{ROW}\n".encode("utf-16"), "it is not UTF-8"),
    "nothing": ("", "it is empty"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_table_that_cannot_be_scored_is_told_and_nothing_is_written(trialwright, tmp_path, name):
    content, says = BROKEN[name]
    (tmp_path / "in.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    said = trialwright("score", "imacs_doi_2004", tmp_path / "in.csv", "-o", tmp_path / "out.csv")

    assert said.code == 2
    assert says in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(trialwright, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{ROW}\r\n".encode())

    assert trialwright("score", "imacs_doi_2004", tmp_path / "in.csv", "-o", tmp_path / "out.csv").code == 0


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("missing=perhaps", "Expected one of undetermined, nonresponder"),
        ("mising=undetermined", "Did you mean missing?"),
        ("improved_by_pct=-1", "Expected a number of at least 0"),
        ("allowed_worse=-1", "Expected a whole number of at least 0"),
        ("enough=0", "Expected a whole number of at least 1"),
        ("enough=2.5", "Expected a whole number"),
        ("improved_by_pct=" + "9" * 5000, "Expected a number such as"),
        ("improved_by_pct=１０", "Expected a number such as"),
        ("measures=foo", "Expected a list"),
        ("missing", "expected name=value"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(trialwright, tmp_path, setting, says):
    (tmp_path / "in.csv").write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    said = trialwright("score", "imacs_doi_2004", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--set", setting)

    assert said.code == 2
    assert says in said.err
