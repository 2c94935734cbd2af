"""Reading a definition: what is accepted, and how everything wrong is told, all at once."""

import random
from pathlib import Path

import pytest
from tests.unit.define.conftest import PACKAGED, Edit

from trialwright.catalog import Catalog
from trialwright.define import read_study
from trialwright.model.problem import Problem


def errors(folder: Path, catalog: Catalog) -> list[Problem]:
    study, problems = read_study(folder, catalog)
    assert study is None, "the definition was accepted"
    return problems


def test_the_packaged_study_has_no_problem(catalog: Catalog) -> None:
    study, problems = read_study(PACKAGED, catalog)

    assert [problem.sentence() for problem in problems] == []
    assert study is not None


ANALYSIS, STUDY, SCHEDULE, CORE = "analysis.yaml", "study.yaml", "schedule.yaml", "forms/core_set.yaml"
VAGUE = [
    # file, found, replaced by, code, words of the message
    (
        ANALYSIS,
        "      visit: W12\n    intercurrent:",
        "      visit: W13\n    intercurrent:",
        "012",
        "Did you mean W12?",
    ),
    (ANALYSIS, "      visit: W12\n    intercurrent:", "    intercurrent:", "030", "at which visit, within its window"),
    (ANALYSIS, "    missing: nonresponder\n", "", "030", "missing (the missing-data rule)"),
    (ANALYSIS, "    missing: nonresponder\n", "    missing: nonresponse\n", "008", "Did you mean nonresponder?"),
    (ANALYSIS, "    alpha: 0.05\n", "", "030", "how many responders proportion_test asks for"),
    (ANALYSIS, "    alpha: 0.05\n", "    alpha: 5 %\n", "009", "no per cent sign"),
    (
        ANALYSIS,
        "    population: full_analysis\n",
        "    population: full_analisys\n",
        "012",
        "Did you mean full_analysis?",
    ),
    (ANALYSIS, "      reading: registered\n", "", "030", "mmt_worsening of imacs_doi_2004"),
    (ANALYSIS, "      reading: registered\n", "      reading: registred\n", "012", "Did you mean registered?"),
    (ANALYSIS, "      rescue: composite\n", "", "030", "how participants with rescue are counted"),
    (ANALYSIS, "      rescue: composite\n", "      rescue: principal_stratum\n", "035", "not identified, in one arm"),
    (ANALYSIS, "      rescue: composite\n", "      resuce: composite\n", "012", "Did you mean rescue?"),
    (
        ANALYSIS,
        "      reading: registered\n      parameters: {measures: [phga, ptga, mmt, haq, enz, exm]}\n",
        "      reading: registered\n      parameters: {measures: [phga, ptga, mmt], rescue: nonresponder}\n",
        "044",
        "imacs_doi_2004 asks for rescue",
    ),
    (
        ANALYSIS,
        "      response: imacs_doi_2004\n",
        "      response: imacs_doi\n",
        "013",
        "Did you mean imacs_doi_2004?",
    ),
    (ANALYSIS, "        mmt: mmt8\n", "        mmt: mmt9\n", "013", "Did you mean mmt8?"),
    (ANALYSIS, "        mmt: mmt8\n", "        mtm: mmt8\n", "012", "Did you mean mmt?"),
    (ANALYSIS, "method: wilson", "method: wilsson", "CAT-016", "Did you mean wilson?"),
    (ANALYSIS, "    of: imacs_week_12\n", "    of: imacs_week_16\n", "034", "varies"),
    (ANALYSIS, "    includes: enrolled\n", "    includes: enroled\n", "021", "Did you mean enrolled?"),
    (ANALYSIS, "display: waterfall", "display: waterfal", "013", "Did you mean waterfall?"),
    (ANALYSIS, "number: 14.1.2,", "number: 14.1.1,", "010", "stands twice"),
    (ANALYSIS, "estimands: [adverse_events]", "estimands: [adverse_event]", "012", "Did you mean adverse_events?"),
    (SCHEDULE, "    early: 3\n", "", "030", "which measurements count as this visit"),
    (SCHEDULE, "    study_day: 15\n", "    study_day: fifteen\n", "009", "A whole number"),
    (SCHEDULE, "    study_day: 15\n", "    study_day: 0\n", "031", "there is no day 0"),
    (SCHEDULE, "    study_day: 15\n", "    study_day: 25\n", "031", "without overlap"),
    (SCHEDULE, "forms: [visit, core_set, quality_of_life]", "forms: [visit, cor_set]", "012", "Did you mean core_set?"),
    (SCHEDULE, "  - name: W2\n", "  - name: W0\n", "010", "stands twice"),
    (SCHEDULE, "kind: baseline", "kind: base", "008", "Did you mean baseline?"),
    (STUDY, "enrolment_planned: 20", "enrolment_planed: 20", "005", "Did you mean enrolment_planned?"),
    (STUDY, "enrolment_planned: 20\n", "", "006", 'the key "enrolment_planned" is missing'),
    (STUDY, "start_date: 2021-02-01", "start_date: 2021-02-31", "009", "A date such as"),
    (STUDY, "    known: no\n", "    known: maybe\n", "009", "yes or no"),
    (STUDY, "{low: 60, high: 100,", "{low: 61, high: 100,", "032", "without gap or overlap"),
    (STUDY, "met_when: demographics.age >= 18", "met_when: demographics.agee >= 18", "021", "Did you mean"),
    (STUDY, "interventions: [abatacept]", "interventions: [abatacep]", "012", "Did you mean abatacept?"),
    (STUDY, "    estimand: adverse_events\n", "    estimand: imacs_week_12\n", "033", "of the same level"),
    (STUDY, "may: [enter, sign]\n", "may: [entre, sign]\n", "008", "Did you mean enter?"),
    (STUDY, "title: {en: Assessor, zh: 评估员}", "title: {en: Assessor}", "006", 'the key "zh" is missing'),
    (STUDY, "dosing_visits: [W0,", "dosing_visits: [W1,", "012", "is not a visit of this study"),
    (STUDY, "enrolment_planned: 20", "enrolment_planned: ２０", "009", "A whole number"),
    (STUDY, "enrolment_planned: 20", "enrolment_planned: 0", "009", "At least one participant"),
    (STUDY, "event: site_opened", "event: ethics_approval", "010", "gate"),
    (STUDY, "  - name: monitor\n", "  - name: assessor\n", "010", "role"),
    (STUDY, "[W0, W2, W4, W8, W12]", "[W0, W2, W4, W8]", "031", "W12 is a dosing visit in schedule.yaml"),
    (STUDY, "record: registered/", "record: registred/", "017", "is not there"),
    (ANALYSIS, "    alpha: 0.05\n", "    alpha: 5\n", "009", "between 0 and 1"),
    (ANALYSIS, "responders: 31\n", "responders: 74\n", "009", "No more responders than participants"),
    (CORE, "instrument: mmt8", "instrument: mmt_8", "013", "Did you mean mmt8?"),
    (CORE, "scale: bilateral", "scale: both", "008", "Allowed are unilateral, bilateral"),
    (CORE, "{scale: bilateral, side: bilateral}", "{}", "030", "scale of mmt8"),
    (CORE, "holds: muscle_enzymes.ck <= 20000", "holds: muscle_enzymes.ck <= 20,000", "020", "at character 24"),
    (CORE, "optional: [aldolase,", "optional: [aldolas,", "012", "Did you mean aldolase?"),
    (CORE, "form: core_set", "form: core_set\nform: core", "CAT-006", "second time"),
    (CORE, "origin: registered", "", "011", "no origin"),
    (CORE, "core_set: yes\n", "core_set: &a yes\n", "CAT-003", "anchor"),
    (CORE, "core_set: yes\n", "core_set: !!bool yes\n", "CAT-004", "tag"),
    (CORE, "sections:\n", "sections: physician_global\nsecs:\n", "007", "a list"),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "says"), VAGUE)
def test_what_is_wrong_is_told_with_file_line_and_cure(
    edit: Edit, catalog: Catalog, file: str, old: str, new: str, code: str, says: str
) -> None:
    study, problems = read_study(edit(file, old, new), catalog)
    wanted = code if code.startswith("CAT") else f"DEF-{code}"
    parts = [(p, f"{p.where} {p.found} {p.expected} {p.cure}") for p in problems if p.code == f"TW-{wanted}"]
    told = [problem for problem, words in parts if says in words]

    assert told, [problem.sentence() for problem in problems]
    assert (study is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.where.startswith(f"{file}:") for problem in told)
    assert all(problem.cure for problem in told)


def test_the_line_is_the_line_of_the_mistake(edit: Edit, catalog: Catalog) -> None:
    folder = edit(ANALYSIS, "    alpha: 0.05\n", "    alpha: five\n")
    lines = (folder / ANALYSIS).read_text(encoding="utf-8").splitlines()

    assert {f"{ANALYSIS}:{lines.index('    alpha: five') + 1}"} == {p.where for p in errors(folder, catalog)}


def test_all_mistakes_of_all_files_are_told_at_once(edit: Edit, catalog: Catalog) -> None:
    edit(STUDY, "enrolment_planned: 20", "enrolment_planned: twenty")
    edit(SCHEDULE, "    study_day: 15\n", "    study_day: soon\n")
    edit(ANALYSIS, "    alpha: 0.05\n", "    alpha: five\n")
    folder = edit(CORE, "core_set: yes", "core_set: perhaps")

    assert [problem.where.split(":")[0] for problem in errors(folder, catalog)] == [STUDY, SCHEDULE, ANALYSIS, CORE]


def test_an_undecided_estimand_is_answered_with_the_list_of_decisions(edit: Edit, catalog: Catalog) -> None:
    start = "    treatment: Abatacept by body weight at weeks 0, 2, 4 and 8, on top of background treatment\n"
    folder = edit(ANALYSIS, start, "")
    text = (folder / ANALYSIS).read_text(encoding="utf-8")
    whole = text[text.index("    population: full_analysis\n") : text.index("    also_assumed:")]
    edit(ANALYSIS, whole, "")

    undecided = [p for p in errors(folder, catalog) if p.code == "TW-DEF-030" and "imacs_week_12" in p.where]
    decisions = [p.found.removeprefix("not decided: ").split(" ")[0] for p in undecided]

    assert decisions[:3] == ["treatment", "population", "missing"]
    assert {"variable", "summary"} <= set(decisions)
    assert all(problem.expected.startswith("It would change ") for problem in undecided)


def test_a_sensitivity_estimand_takes_what_it_leaves_out_from_the_one_it_varies(catalog: Catalog) -> None:
    study, _ = read_study(PACKAGED, catalog)
    assert study is not None
    primary, rider = study.estimand("imacs_week_12"), study.estimand("rider_week_12")

    assert rider.variable.reading == "rider_2004"
    assert primary.variable.measures == rider.variable.measures
    assert primary.intercurrent == rider.intercurrent
    assert primary.benchmarks == rider.benchmarks


def test_what_the_record_does_not_say_is_listed_as_assumed_with_file_and_line(catalog: Catalog) -> None:
    study, _ = read_study(PACKAGED, catalog)
    assert study is not None
    listed = {assumption.what for assumption in study.assumptions}

    test = "one-sided level 0.05 and an exact test against each benchmark"

    assert {"intervention abatacept", "visit W12", "core_set: haq_di", test} <= listed
    assert all(assumption.reason and ".yaml:" in assumption.where for assumption in study.assumptions)


def test_a_form_that_stands_at_no_visit_is_a_warning(edit: Edit, catalog: Catalog) -> None:
    folder = edit(SCHEDULE, "deviations, end_of_study", "end_of_study")
    study, problems = read_study(folder, catalog)

    assert study is not None
    assert [(problem.code, problem.severity) for problem in problems] == [("TW-DEF-016", "warning")]


@pytest.mark.parametrize("name", [STUDY, SCHEDULE, ANALYSIS])
def test_a_missing_file_is_named(folder: Path, catalog: Catalog, name: str) -> None:
    (folder / name).unlink()

    assert "TW-DEF-001" in {problem.code for problem in errors(folder, catalog)}


def test_an_empty_file_and_one_that_is_no_text_are_told(folder: Path, catalog: Catalog) -> None:
    (folder / SCHEDULE).write_text("", encoding="utf-8")
    (folder / ANALYSIS).write_bytes(b"\xff\xfe\x00")

    assert {"TW-DEF-002"} == {problem.code for problem in errors(folder, catalog)}


def test_comments_layout_and_key_order_do_not_change_the_hash_but_content_does(edit: Edit, catalog: Catalog) -> None:
    before, _ = read_study(PACKAGED, catalog)
    moved = edit(STUDY, "enrolment_planned: 20\n", "# moved\n")
    text = (moved / STUDY).read_text(encoding="utf-8")
    (moved / STUDY).write_text(text + "\nenrolment_planned:    20\n", encoding="utf-8")
    same, _ = read_study(moved, catalog)
    other, _ = read_study(edit(STUDY, "enrolment_planned:    20", "enrolment_planned: 21"), catalog)

    assert before is not None and same is not None and other is not None
    assert before.hash == same.hash
    assert before.hash != other.hash


def test_eligibility_asks_only_what_no_expression_decides(catalog: Catalog) -> None:
    study, _ = read_study(PACKAGED, catalog)
    assert study is not None
    asked = {field.item.name for section in study.form("eligibility").sections for field in section.fields}

    assert {criterion.name for criterion in study.eligibility if criterion.met_when is None} == asked


ODD = [
    "{}",
    "[]",
    "''",
    "~",
    "-5",
    "a: b",
    "[a, [b]]",
    "&x y",
    "*x",
    "!!int 3",
    "１２",
    "\t",
    "{a: {b: c}}",
    "'unclosed",
]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_typed_is_answered_and_never_raises(folder: Path, catalog: Catalog, seed: int) -> None:
    """A line is lost, doubled, shifted or overwritten: there is a Study or a Problem, and nothing else."""
    draw = random.Random(seed)
    path = draw.choice(sorted([*folder.glob("[sa]*.yaml"), *folder.glob("forms/*.yaml")]))
    lines = path.read_text(encoding="utf-8").splitlines()
    at = draw.randrange(len(lines))
    lines[at : at + 1] = draw.choice(
        [[], [lines[at]] * 2, ["  " + lines[at]], [lines[at][2:]], [lines[at].split(":")[0] + ": " + draw.choice(ODD)]]
    )
    path.write_text("\n".join(lines), encoding="utf-8")

    study, problems = read_study(folder, catalog)

    assert (study is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.sentence() and ":" in problem.where for problem in problems)


def test_a_default_of_the_catalog_is_not_a_decision_of_the_study(edit: Edit, catalog: Catalog) -> None:
    problems = errors(edit(ANALYSIS, "      reading: registered\n", ""), catalog)

    assert any(problem.found.startswith("not decided: zero_rise of imacs_doi_2004") for problem in problems)


def test_windows_that_overlap_are_refused(edit: Edit, catalog: Catalog) -> None:
    codes = [problem.code for problem in errors(edit(SCHEDULE, "study_day: 15\n", "study_day: 24\n"), catalog)]

    assert "TW-DEF-031" in codes


def test_an_element_without_an_origin_is_refused(edit: Edit, catalog: Catalog) -> None:
    codes = [problem.code for problem in errors(edit(CORE, "origin: registered\n", ""), catalog)]

    assert "TW-DEF-011" in codes
