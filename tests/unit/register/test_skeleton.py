"""A definition out of a record and the record out of that definition: nothing mapped is lost, every gap is named."""

import copy
import json
from pathlib import Path

import msgspec
import pytest

from trialwright.catalog import load
from trialwright.cli import main
from trialwright.define import read_study
from trialwright.define.registry_elements import SAID_BY_STUDY, written_by_registry
from trialwright.define.yaml_text import render
from trialwright.model.record import RegistryRecord
from trialwright.register import draft_record, plain_protocol
from trialwright.register.skeleton import write_definition
from trialwright.register.skeleton.analysis_part import analysis_tree
from trialwright.register.skeleton.criteria_text import criteria
from trialwright.register.skeleton.outcomes import named_outcomes
from trialwright.register.skeleton.registry_part import registry_tree
from trialwright.register.skeleton.schedule_part import schedule_tree
from trialwright.register.skeleton.study_part import study_tree

from .records import DATA, PAGE, RECONSTRUCTION, SHARED, exemplary, record_of

CATALOG = load()
RECORDS = sorted((SHARED / "records").glob("*.json"))
ANSWERS: dict[str, object] = {
    "zh": "中文",
    "time_zone": "UTC",
    "route": "by mouth",
    "study_day": "-14",
    "early": "0",
    "late": "0",
    "treatment": "As registered",
    "population": "full_analysis",
    "variable": {"event": "adverse_event"},
    "intercurrent": {},
    "missing": "observed",
    "summary": [],
    "intercurrent_events": [],
    "en": "Not said",
    "country": "Austria",
    "description": "Not said",
    "kind": "OTHER",
    "enrolment_planned": "10",
    "study": "UNNAMED",
    "start_date": "2020-01",
    "first_submitted": "2020-01-01",
    "time_frame": "12 weeks",
    "measure": "Not said",
    "sites": [],
    "eligibility": [],
    "estimands": [],
}


def _answered(tree: object, key: str = "") -> object:
    """The tree with every gap answered: which answer does not matter here, only that the definition stands."""
    if isinstance(tree, dict):
        return {name: _answered(value, name) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_answered(value, key) for value in tree]
    return ANSWERS[key] if isinstance(tree, str) and tree.startswith("<decide ") else tree


def _filled_folder(record: RegistryRecord, folder: Path) -> Path:
    protocol = plain_protocol(record)
    outcomes = named_outcomes(protocol)
    for name, content in write_definition(record, CATALOG).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for name, tree in (
        ("study.yaml", study_tree(protocol, outcomes, "registered/record.json")),
        ("schedule.yaml", schedule_tree(outcomes)),
        ("analysis.yaml", analysis_tree(outcomes, CATALOG)),
        ("registration.yaml", registry_tree(protocol)),
    ):
        (folder / name).write_text(render(_answered(tree)), encoding="utf-8")
    return folder


def _leaves(piece: object, path: str = "") -> dict[str, list[object]]:
    """Every filled leaf by path, lists marked []."""
    if isinstance(piece, dict):
        found: dict[str, list[object]] = {}
        for key, value in piece.items():
            for leaf, values in _leaves(value, f"{path}.{key}" if path else key).items():
                found.setdefault(leaf, []).extend(values)
        return found
    if isinstance(piece, (list, tuple)):
        found = {}
        for value in piece:
            for leaf, values in _leaves(value, f"{path}[]").items():
                found.setdefault(leaf, []).extend(values)
        return found
    return {} if piece in ("", None) else {path: [piece]}


def _round(record: RegistryRecord, folder: Path) -> tuple[dict[str, list[object]], dict[str, list[object]]]:
    """The filled leaves of a record, and of the record that its own definition drafts."""
    study, problems = read_study(_filled_folder(record, folder), CATALOG)
    errors = [problem.sentence() for problem in problems if problem.severity == "error"]
    assert study is not None, errors
    drafted = record_of(msgspec.json.encode(draft_record(study, None)), "draft")
    return tuple(_leaves(msgspec.to_builtins(plain_protocol(one))) for one in (record, drafted))  # type: ignore[return-value]


def _unlike(before: dict[str, list[object]], after: dict[str, list[object]]) -> list[str]:
    """The mapped leaves that came out empty, or other than they went in where registration.yaml carries them."""
    ours = SAID_BY_STUDY.keys() | {"descriptionModule.detailedDescription"}
    return [
        path
        for path, values in before.items()
        if path not in written_by_registry()
        and (path not in after or (path not in ours and [_bare(v) for v in values] != [_bare(v) for v in after[path]]))
    ]


def _bare(value: object) -> object:
    """A definition keeps no white space at the ends of a line."""
    return "\n".join(line.strip() for line in value.strip().split("\n")) if isinstance(value, str) else value


@pytest.mark.parametrize("name", ["exemplary.json", "NCT03969394.json", "NCT00260546.json", "NCT02591810.xml"])
def test_no_mapped_element_is_lost_on_the_way_through_a_definition(name, tmp_path):
    assert _unlike(*_round(record_of((DATA / name).read_bytes()), tmp_path)) == []


def test_other_names_of_a_medicine_go_through_a_definition(tmp_path):
    document = json.loads((DATA / "exemplary.json").read_bytes())
    document["protocolSection"]["armsInterventionsModule"]["interventions"][0]["otherNames"] = ["A1", "A-2"]
    before, after = _round(record_of(json.dumps(document).encode()), tmp_path)
    path = "armsInterventionsModule.interventions[].otherNames[]"

    assert after[path] == before[path] == ["A1", "A-2"]


def test_no_mapped_element_of_the_seed_is_lost(tmp_path):
    assert _unlike(*_round(record_of(RECONSTRUCTION.read_bytes()), tmp_path)) == []


@pytest.mark.bulk
@pytest.mark.skipif(not RECORDS, reason="../shared/registry is not here")
@pytest.mark.parametrize("part", range(10))
def test_no_mapped_element_of_a_real_record_is_lost(part, tmp_path):
    for path in RECORDS[part::10]:
        (tmp_path / path.stem).mkdir()

        unlike = _unlike(*_round(record_of(path.read_bytes()), tmp_path / path.stem))

        assert unlike == [], path.name


def test_every_gap_of_a_skeleton_is_told_and_nothing_else(tmp_path):
    for name, content in write_definition(record_of(RECONSTRUCTION.read_bytes()), CATALOG).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    study, problems = read_study(tmp_path, CATALOG)
    text = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.yaml"))

    assert study is None
    assert {problem.code for problem in problems} == {"TW-DEF-036"}
    assert len(problems) == text.count("<decide ") - 3  # the head of three files names the mark once each
    assert "study.yaml:37 arms refractory_dermatomyositis, title, zh" in {problem.where for problem in problems}
    assert any("nearest in the catalog: imacs_doi_2004" in problem.found for problem in problems)


@pytest.mark.bulk
@pytest.mark.skipif(not RECORDS, reason="../shared/registry is not here")
def test_the_skeleton_of_every_real_record_is_read_without_another_problem_than_its_gaps(tmp_path):
    for path in RECORDS[::12]:
        folder = tmp_path / path.stem
        for name, content in write_definition(record_of(path.read_bytes()), CATALOG).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        study, problems = read_study(folder, CATALOG)

        assert study is None
        assert {problem.code for problem in problems} == {"TW-DEF-036"}, path.name


def test_what_the_copy_lost_is_a_gap_of_the_registration(tmp_path):
    record = record_of(PAGE.read_bytes())
    tree = registry_tree(plain_protocol(record), record.lost)

    assert tree["eligibilityModule"]["sex"] == "<decide sex, which the copy this was made from had lost>"
    assert "studyFirstSubmitQcDate" not in tree.get("statusModule", {})


def _visits(*frames: str) -> list[tuple[object, object, object]]:
    """Name, title and study day of the visits that a record with these time frames proposes."""
    document = copy.deepcopy(exemplary())
    document["protocolSection"]["outcomesModule"] = {
        "primaryOutcomes": [{"measure": f"Weight {number}", "timeFrame": frame} for number, frame in enumerate(frames)]
    }
    protocol = plain_protocol(record_of(json.dumps(document).encode()))
    visits = schedule_tree(named_outcomes(protocol))["visits"]
    return [(one["name"], one["title"]["en"], one["study_day"]) for one in visits[1:-1]]  # type: ignore[index]


FIRST = ("D1", "Day of the first dose", "1")


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (["Day 1 to Day 3"], [("D3", "Day 3", "3")]),
        (["Study day 1 (predose) and Study Day 12"], [("D12", "Day 12", "12")]),
        (["21 days of diet, i.e. day 1 and day 22"], [("D22", "Day 22", "22")]),
        (["12 weeks"], [("W12", "Week 12", "85")]),
        (["10 days"], [("D11", "Day 11", "11")]),
        (["Study days -7, -5, and 1"], []),
        # who names a day 0 counts one less than we do
        (["Day 0", "Day 28"], [("D29", "Day 29", "29")]),
    ],
)
def test_a_day_named_by_its_number_keeps_it_and_a_length_ends_the_day_after(frames, expected):
    assert [FIRST, *expected] == _visits(*frames)


@pytest.mark.parametrize(
    "text",
    [
        "no", "1.10", "a: b", "a #b", "- dash", "", "  led", "line\n\n  deeper\nline", "quote \" and '", "tab\there",
        "x" * 200, "word " * 60, "double  space " * 20, "{brace}", "<decide this>", "# no comment", "end:", "\u2028",
        "ends with colon: ", "* bullet\n* bullet", "é 中文: x", "&anchor", "!tag", "|", ">", "%", "@", "`", "key: |",
    ],
)  # fmt: skip
def test_any_text_is_read_back_as_it_was(text, tmp_path):
    from trialwright.catalog.strict_yaml import read_yaml

    node, problems = read_yaml(render({"key": text, "list": [text, {"inner": text}]}), "file")

    assert problems == []
    read = json.loads(json.dumps(node))
    for found in (read["key"], read["list"][0], read["list"][1]["inner"]):
        assert _bare(found) == _bare(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Inclusion Criteria:\n\n1. Adult\n2. Gout\n\nExclusion Criteria:\n\n* Cancer",
            ["inclusion: Adult", "inclusion: Gout", "exclusion: Cancer"],
        ),
        (
            "Key Inclusion Criteria\n- Adult\n  - over 18\n  - consenting\n- Gout",
            ["inclusion: Adult; over 18; consenting", "inclusion: Gout"],
        ),
        ("Adults with gout.", ["inclusion: Adults with gout."]),
        ("EXCLUSION CRITERIA:\nCancer\nPregnancy", ["exclusion: Cancer", "exclusion: Pregnancy"]),
        ("", []),
    ],
)  # fmt: skip
def test_eligibility_text_is_cut_into_criteria(text, expected):
    assert [f"{kind}: {words}" for kind, words in criteria(text)] == expected


def test_the_command_writes_a_folder_and_says_how_much_is_open(tmp_path, capsys, monkeypatch):
    target = tmp_path / "study"
    command = ["trialwright", "record", "convert", str(RECONSTRUCTION), "--to", "definition", "-o", str(target)]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr().out

    assert left.value.code == 0
    assert (target / "study.yaml").is_file()
    assert (target / "registered" / "record.json").is_file()
    assert "Still to decide: 43" in told
    with pytest.raises(SystemExit) as again:
        main()
    assert again.value.code == 2
    assert "is not empty" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["trialwright", "record", "diff", str(RECONSTRUCTION), str(target)])
    with pytest.raises(SystemExit) as compared:
        main()
    assert compared.value.code == 2
    assert capsys.readouterr().err.startswith("Nothing was compared. 43 decisions are open")
