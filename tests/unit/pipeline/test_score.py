"""A response criterion on a table, a method on JSON lines: exact, in order, and clear about what cannot be read."""

import csv
import json
from pathlib import Path

import pytest

from trialwright.pipeline.score import Scored, estimate_lines, score_table

SHARED = Path(__file__).parents[3] / ".." / "shared"
HEADER = "id,phga_b,phga_f,ptga_b,ptga_f,mmt_b,mmt_f,haq_b,haq_f,enz_b,enz_f,exm_b,exm_f"
PATIENT = "RCI-A,5.5,0.5,2.0,1.0,146,150,0,0,66,84,5.5,0"  # shared/endpoints, doi_sample_vectors.csv R01
DOI = "imacs_doi_2004"


def _table(tmp_path, *rows, header=HEADER, name="in.csv"):
    path = tmp_path / name
    path.write_text("\n".join([header, *rows, ""]), "utf-8")
    return path


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _codes(problems):
    return [problem.code for problem in problems]


def _shared(name):
    path = SHARED / "endpoints" / name
    if not path.is_file():
        pytest.skip(f"../shared/endpoints/{name} is absent")
    return path


@pytest.mark.bulk
@pytest.mark.parametrize(
    ("reading", "settings", "column"),
    [
        ("rider_2004", {"zero_rise": "not_evaluable"}, "doi_rider_mmt_veto__zeroNE"),
        ("rider_2004", {}, "doi_rider_mmt_veto__zeroWorse"),
        ("nct01315938", {}, "doi_rider_mmt_ignored__zeroWorse"),
        ("registered", {}, "doi_seed_strict_mmt_counted__zeroWorse"),
        ("rider_2004", {"missing": "nonresponder"}, "nonresponder_imputed_rider_veto_zeroWorse"),
    ],
)
def test_every_sample_vector_of_the_definition_gets_its_answer(tmp_path, reading, settings, column):
    scored = score_table(DOI, _shared("doi_sample_vectors.csv"), tmp_path / "out.csv", reading, settings)

    assert scored == Scored(rows=11)
    assert [r["doi"] for r in _rows(tmp_path / "out.csv")] == [r[column] for r in _rows(tmp_path / "out.csv")]


@pytest.mark.bulk
@pytest.mark.parametrize("population", ["adult", "juvenile"])
def test_every_sample_vector_of_the_improvement_score_gets_its_answer(tmp_path, population):
    vectors = _shared("tis_sample_vectors.csv")

    assert score_table("acr_eular_2016_tis", vectors, tmp_path / "out.csv", "", {"population": population}) == Scored(
        rows=13
    )
    for row in _rows(tmp_path / "out.csv"):
        assert row[f"category_{population}"] == row["category"], row["id"]
        for answer in ("tis_observed_sum", "tis_lower", "tis_upper"):
            assert row[f"{answer}_in"] == row[answer], row["id"]
        assert [row[f"{m}_pts"] for m in MEASURES] == [row[f"{m}_points"] for m in MEASURES], row["id"]


MEASURES = ("phga", "ptga", "mmt", "haq", "enz", "exm")


@pytest.mark.bulk
def test_the_real_patient_reached_the_definition_as_published(tmp_path):
    names = {"PhGA": "phga", "PtGA": "ptga", "MMT-8": "mmt", "HAQ-DI": "haq", "CK_U_L": "enz", "EXM": "exm"}
    measured = {names[r["measure"]]: (r["baseline"], r["end"]) for r in _rows(_shared("patient_rci_A_core_set.csv"))}
    row = ",".join(["RCI-A", *(value for m in MEASURES for value in measured[m])])
    score_table(DOI, _table(tmp_path, row), tmp_path / "out.csv", "rider_2004", {})

    (answer,) = _rows(tmp_path / "out.csv")
    assert (answer["doi"], answer["n_improved"], answer["n_worsened"]) == ("Y", "3", "1")


def test_a_value_beyond_its_scale_is_named_with_the_length(tmp_path):
    lengths = "phga_range,ptga_range,mmt_range,haq_range,enz_range,exm_range"
    path = _table(
        tmp_path,
        PATIENT + ",10,10,150,3,30,10",  # an enzyme may lie beyond its own
        PATIENT + ",10,10,80,3,30,10",
        header=f"{HEADER},{lengths}",
    )

    problems = score_table("acr_eular_2016_tis", path, tmp_path / "out.csv", "", {})

    assert [p.where.split(", ")[1] for p in problems] == ["column mmt_b", "column mmt_f"]
    assert '"146"' in problems[0].found and "mmt_range" in problems[0].expected


def test_other_columns_pass_through_and_an_answer_replaces_its_namesake(tmp_path):
    path = _table(tmp_path, PATIENT + ',N,"a, b"', header=HEADER + ",doi,note")
    score_table(DOI, path, tmp_path / "out.csv", "rider_2004", {})

    (row,) = _rows(tmp_path / "out.csv")
    assert (row["doi"], row["doi_in"], row["note"], row["phga_b"]) == ("Y", "N", "a, b", "5.5")


def test_scoring_the_answers_again_keeps_both_older_ones(tmp_path):
    score_table(DOI, _table(tmp_path, PATIENT), tmp_path / "1.csv", "", {})
    score_table(DOI, tmp_path / "1.csv", tmp_path / "2.csv", "", {})
    score_table(DOI, tmp_path / "2.csv", tmp_path / "3.csv", "", {})

    (row,) = _rows(tmp_path / "3.csv")
    assert (row["doi"], row["doi_in"], row["doi_in_in"]) == ("Y", "Y", "Y")


@pytest.mark.parametrize(
    ("cell", "cure"),
    [
        ("abc", "plain number"),
        ("５.0", "Write 5.0 with ordinary digits"),
        ("NaN", "Leave the cell empty"),
        ('"4,5"', "Write 4.5"),
        (".5", "Write 0.5"),
        ("1e3", "plain number"),
        ("1/0", "plain number"),
        ("-3", "typing error"),
        ("Infinity", "plain number"),
    ],
)
def test_a_cell_that_is_no_number_is_named_by_row_and_column(tmp_path, cell, cure):
    path = _table(tmp_path, PATIENT, PATIENT.replace("5.5", cell, 1))
    (problem,) = score_table(DOI, path, tmp_path / "out.csv", "", {})

    assert problem.code == "TW-SCORE-007"
    assert problem.where == "in.csv:3 (row 2), column phga_b"
    assert cure in problem.cure
    assert not (tmp_path / "out.csv").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_all_wrong_cells_are_told_at_once_and_a_hundred_are_enough(tmp_path):
    path = _table(tmp_path, *[PATIENT.replace("66", "x").replace("84", "y")] * 60)
    problems = score_table(DOI, path, tmp_path / "out.csv", "", {})

    assert _codes(problems) == ["TW-SCORE-007"] * 100 + ["TW-SCORE-008"]
    assert problems[-1].found.startswith("20 more")


def test_a_missing_column_is_told_with_the_likely_one(tmp_path):
    path = _table(tmp_path, PATIENT, header=HEADER.replace("phga_b", "phga_base"))
    (problem,) = score_table(DOI, path, tmp_path / "out.csv", "", {})

    assert problem.code == "TW-SCORE-004"
    assert problem.cure == "Did you mean phga_base?"


def test_semicolons_are_told_as_what_they_are(tmp_path):
    path = _table(tmp_path, PATIENT.replace(",", ";"), header=HEADER.replace(",", ";"))
    (problem,) = score_table(DOI, path, tmp_path / "out.csv", "", {})

    assert "semicolon" in problem.cure


def test_a_short_row_a_repeated_column_and_an_empty_file_are_told(tmp_path):
    short = score_table(DOI, _table(tmp_path, "1,2,3"), tmp_path / "out.csv", "", {})
    twice = score_table(DOI, _table(tmp_path, header=HEADER + ",id"), tmp_path / "out.csv", "", {})
    (tmp_path / "empty.csv").write_text("")
    empty = score_table(DOI, tmp_path / "empty.csv", tmp_path / "out.csv", "", {})

    assert (_codes(short), _codes(twice), _codes(empty)) == (["TW-SCORE-006"], ["TW-SCORE-005"], ["TW-SCORE-001"])


def test_a_table_in_another_encoding_is_told(tmp_path):
    (tmp_path / "gb.csv").write_bytes((HEADER + ",备注\n" + PATIENT + ",好\n").encode("gb18030"))
    (problem,) = score_table(DOI, tmp_path / "gb.csv", tmp_path / "out.csv", "", {})

    assert "UTF-8" in problem.found


def test_wrong_names_are_answered_with_the_likely_right_ones(tmp_path):
    path = _table(tmp_path, PATIENT)
    out = tmp_path / "out.csv"

    assert [p.cure for p in score_table("imacs_doi_204", path, out)] == ["Did you mean imacs_doi_2004?"]
    assert [p.cure for p in score_table(DOI, path, out, "rider2004")] == ["Did you mean rider_2004?"]
    assert [p.cure for p in score_table(DOI, path, out, "", {"mising": "x"})] == ["Did you mean missing?"]
    assert _codes(score_table(DOI, path, out, "", {"enough": "three", "mmt_worsening": "vetoed"})) == ["TW-CAT-016"] * 2


def test_files_that_cannot_be_used_are_told(tmp_path):
    path = _table(tmp_path, PATIENT)

    assert _codes(score_table(DOI, tmp_path / "no.csv", tmp_path / "out.csv")) == ["TW-SCORE-001"]
    assert _codes(score_table(DOI, path, tmp_path / "no" / "out.csv")) == ["TW-SCORE-002"]
    assert _codes(score_table(DOI, path, path)) == ["TW-SCORE-002"]
    assert _codes(score_table(DOI, path, tmp_path / "out.xlsx")) == ["TW-SCORE-003"]


def test_fractions_of_a_health_index_are_exact(tmp_path):
    row = "1,4.0,3.2,4.0,3.2,100,100,10/7,8/7,500,500,5,5"
    score_table(DOI, _table(tmp_path, row), tmp_path / "out.csv", "rider_2004", {})

    assert _rows(tmp_path / "out.csv")[0]["doi"] == "Y"


def test_numbers_longer_than_64_bits_are_exact(tmp_path):
    digits = "0" * 30
    row = f"1,5.{digits},4.{digits},5.{digits},4.{digits},100,100,1,1,500,500,5.{digits},4.{digits}1"
    score_table(DOI, _table(tmp_path, row), tmp_path / "out.csv", "rider_2004", {})

    (answer,) = _rows(tmp_path / "out.csv")
    assert (answer["doi"], answer["n_improved"]) == ("N", "2")
    assert "extramuscular activity better by 19.99" in answer["why"]


def test_json_lines_keep_their_numbers_and_gain_the_answers(tmp_path):
    names = HEADER.split(",")[1:]
    row = dict(zip(names, PATIENT.split(",")[1:], strict=True))
    line = json.dumps(row | {"id": 7, "more": {"a": [1.5]}, "enz_b": None}).replace('"5.5"', "5.50")
    (tmp_path / "in.jsonl").write_text(line + "\n", "utf-8")
    assert score_table(DOI, tmp_path / "in.jsonl", tmp_path / "out.jsonl", "rider_2004", {}) == Scored(rows=1)

    text = (tmp_path / "out.jsonl").read_text("utf-8")
    answer = json.loads(text)
    assert '"phga_b":5.50' in text
    assert (answer["doi"], answer["n_improved"], answer["n_worsened"], answer["more"]) == ("Y", 3, 0, {"a": [1.5]})


def test_exact_answers_in_json_are_fractions_with_a_decimal_beside_them(tmp_path):
    pairs = {f"{m}_{p}": v for m in MEASURES for p, v in (("b", 5), ("f", 5), ("range", 10))}
    (tmp_path / "in.jsonl").write_text(json.dumps(pairs | {"phga_f": 1.5, "exm_f": None}), "utf-8")
    score_table("acr_eular_2016_tis", tmp_path / "in.jsonl", tmp_path / "out.jsonl")

    answer = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
    assert (answer["phga_points"], answer["phga_points_decimal"]) == ("35/2", 17.5)
    assert answer["exm_points"] is None
    assert (answer["tis_upper"], answer["category"]) == ("75/2", "undetermined:none..minimal")


def test_a_broken_json_line_is_named(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"phga_b": NaN}\n[1]\n', "utf-8")
    problems = score_table(DOI, tmp_path / "in.jsonl", tmp_path / "out.jsonl")

    assert [(p.code, p.where) for p in problems] == [("TW-SCORE-006", "in.jsonl:1"), ("TW-SCORE-006", "in.jsonl:2")]


def test_lines_are_answered_in_order_and_a_wrong_one_keeps_its_place():
    asked = [
        '{"x": 8, "n": 18, "conf_level": 0.95}',
        "nonsense",
        '{"x": 9, "n": 8}',
        '{"x": 0, "n": 18, "method": "wilson"}',
    ]
    lines = list(estimate_lines("proportion_ci", asked))
    answers = [json.loads(line) for line, _ in lines]

    # shared/stats/reference_sample.json (R 4.2.2); tolerance 1e-9: closed form
    assert answers[0]["lower"] == pytest.approx(0.2153015073873, abs=1e-9)
    assert (answers[0]["rate"], answers[3]["lower"]) == ("4/9", 0.0)
    assert answers[3]["upper"] == pytest.approx(0.175879223646658, abs=1e-9)
    assert [_codes(problems) for _, problems in lines] == [[], ["TW-SCORE-009"], ["TW-CAT-018"], []]
    assert set(answers[1]) == set(answers[2]) == {"problems"}


@pytest.mark.bulk
def test_every_reference_value_of_the_binomial_is_met():
    path = SHARED / "stats" / "reference_sample.json"
    if not path.is_file():
        pytest.skip("../shared/stats/reference_sample.json is absent")
    for row in json.loads(path.read_text("utf-8"))["binomial"]:
        given = {"x": row["x"], "n": row["n"]}
        for method in ("clopper_pearson", "wilson"):
            asked = json.dumps(given | {"conf_level": row["conf_level"], "method": method})
            ((line, _),) = estimate_lines("proportion_ci", [asked])
            got = json.loads(line)
            assert [got["lower"], got["upper"]] == pytest.approx(row[method], abs=1e-9)
        ((line, _),) = estimate_lines("proportion_test", [json.dumps(given | {"p0": 0.2})])
        assert json.loads(line)["p_value"] == pytest.approx(row["p_greater_vs_0.2"], abs=1e-9)


def test_an_unknown_method_is_told_with_the_likely_one():
    ((line, problems),) = estimate_lines("proportion_cl", ['{"x": 1, "n": 2}'])

    assert problems[0].cure == "Did you mean proportion_ci?"
    assert "problems" in json.loads(line)
