"""Another system's files become a study: counted against the file itself, whole or not at all, with its holes named."""

import csv
import datetime as dt
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from trialwright import catalog
from trialwright.define import freeze_study
from trialwright.export.incoming import read_files
from trialwright.model.problem import Problem
from trialwright.pipeline.moving_in import MovedIn, move_in
from trialwright.pipeline.place import open_place
from trialwright.pipeline.study import load_study

EDC = Path(__file__).parents[4] / "shared" / "edc"
here = pytest.mark.skipif(not EDC.exists(), reason="../shared/edc is not here")
TODAY = "2026-11-26"

REDCAP = {
    "longitudinal": ("dictionary.csv", "event.csv", "arm.csv", "data.csv"),
    "repeating-instruments": ("dictionary.csv", "data.csv"),
    "simple": ("dictionary.csv", "data.csv"),
}
WHOLE = [
    ("redcap/longitudinal/project.xml",), ("redcap/repeating-instruments/project.xml",),
    ("redcap/simple/project.xml",), ("redcap/simple/project-old.xml",),
    ("openedc/metadata.xml", "openedc/clinicaldata.xml"),
    ("odm2-cdisc/Inclusion_Exclusion_Simple_Workflow.xml",), ("odm2-cdisc/RepeatingIG-UC-D-Example.xml",),
]  # fmt: skip

DICTIONARY = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?\n"
    "record_id,enrolment,,text,Number,,,,,,,,\n"
    "seen,enrolment,,text,Day of the visit,,,date_ymd,,,,,y\n"
    'sex,enrolment,,radio,Sex,"1, female | 2, male",,,,,,,\n'
    "weight,enrolment,,text,Weight (kg),,,number,30,200,,,\n"
    "pregnant,enrolment,,yesno,Pregnant,,,,,,,\"[sex] = '1'\",\n"
)
DATA = "record_id,seen,sex,weight,pregnant\nA1,2026-01-05,1,61.5,0\nA2,2026-01-06,2,80,\n"


def moved(tmp_path, **files):
    told = move_in({name.replace("_", "."): text.encode() for name, text in files.items()}, tmp_path / "study",
                   catalog.load(), TODAY)  # fmt: skip
    assert isinstance(told, MovedIn), [each.sentence() for each in told]
    return told


def held(folder, study):
    with open_place(folder, str(folder / ".trialwright" / "ledger.sqlite")) as ledger:
        return ledger.snapshot().current


def test_a_dictionary_and_its_data_become_forms_and_values(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY, data_csv=DATA)
    (form,) = told.study.forms
    fields = {field.name.rpartition(".")[2]: field for section in form.sections for field in section.fields}
    rows = held(tmp_path / "study", told.study)

    assert (told.dialect, told.counts["participants"], told.entered["values"]) == ("REDCap", 2, told.counts["values"])
    assert {name: fields[name].item.kind for name in ("seen", "sex", "weight", "pregnant")} == {
        "seen": "date", "sex": "choice", "weight": "number", "pregnant": "choice",  # a yes or no of REDCap is 1 or 0
    }  # fmt: skip
    assert (str(fields["weight"].item.low), str(fields["weight"].item.high)) == ("30", "200")
    assert {choice.code: choice.label.en for choice in fields["sex"].item.choices} == {"1": "female", "2": "male"}
    assert sorted(rows["raw"].to_list()) == sorted(
        ["A1", "2026-01-05", "1", "61.5", "0", "A2", "2026-01-06", "2", "80"]
    )


def test_what_a_question_waits_for_is_a_condition_of_its_form(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY)
    fields = [field for form in told.study.forms for section in form.sections for field in section.fields]

    assert [field.name.rpartition(".")[2] for field in fields if field.shown_when is not None] == ["pregnant"]


def test_values_stand_under_who_moved_them_and_why(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY, data_csv=DATA)
    rows = held(tmp_path / "study", told.study)

    assert set(rows["origin"]) == {"import"}
    assert set(rows["user"]) == {"import"}
    assert {reason.partition(" from ")[0] for reason in rows["reason"]} == {"Moved in"}


def test_a_value_that_does_not_fit_its_list_is_kept_as_text_and_told(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY, data_csv=DATA.replace("A1,2026-01-05,1", "A1,2026-01-05,9"))

    assert "sex: asked as text: 1 of 2 values are not on its code list" in [
        f"{each.where}: {each.reason}" for each in told.ignored
    ]
    assert told.entered["values"] == told.counts["values"]


def test_the_study_can_be_opened_and_not_frozen_until_its_holes_are_decided(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY)
    _, problems = load_study(tmp_path / "study", catalog.load())
    frozen, stopped = freeze_study(tmp_path / "study", catalog.load(), "first build", dt.date(2026, 11, 26))

    assert [each for each in told.problems if each.severity == "error"] == []
    assert {"TW-DEF-052", "TW-DEF-053"} <= {each.code for each in problems}
    assert frozen is None
    assert "TW-DEF-053" in {each.code for each in stopped}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.txt": b""}, "TW-EXP-004"),
        ({"data.csv": DATA.encode()}, None),
        ({"one.csv": DICTIONARY.encode(), "two.csv": DICTIONARY.encode()}, None),
        ({"broken.xml": b"<ODM><Study"}, None),
    ],
)
def test_files_that_make_no_study_are_refused_and_leave_nothing_behind(tmp_path, files, code):
    told = move_in(files, tmp_path / "study", catalog.load(), TODAY)

    assert isinstance(told, list)
    assert all(each.code.startswith("TW-EXP-") for each in told)
    assert list(tmp_path.iterdir()) == []
    assert code is None or [each.code for each in told] == [code]


def refusal(tmp_path, files):
    told = move_in({name: data if isinstance(data, bytes) else data.encode() for name, data in files.items()},
                   tmp_path / "study", catalog.load(), TODAY)  # fmt: skip
    assert isinstance(told, list)
    assert list(tmp_path.iterdir()) == []
    (problem,) = told
    return problem


def listed(told):
    return [f"{each.where}: {each.reason}" for each in told.ignored]


NAMED = DICTIONARY.replace("seen,enrolment,,text,Day of the visit", "name,enrolment,,text,First name").replace(
    "date_ymd", ""
)


def test_data_without_the_record_id_are_refused_and_no_name_becomes_a_participant(tmp_path):
    problem = refusal(tmp_path, {"dictionary.csv": NAMED, "data.csv": "name,sex,weight\nMarcus,2,80\nNutmeg,1,61\n"})

    assert (problem.code, problem.where) == ("TW-EXP-006", "data.csv")
    assert problem.found == "the columns are name, sex, weight ..., and none of them is record_id"
    assert "Marcus" not in problem.sentence()


def test_the_record_id_is_found_in_whatever_column_it_stands(tmp_path):
    told = moved(tmp_path, dictionary_csv=NAMED, data_csv="name,sex,record_id\nMarcus,2,A1\nNutmeg,1,A2\n")

    assert set(held(tmp_path / "study", told.study)["participant_id"]) == {"A1", "A2"}


def test_a_line_without_a_record_id_is_nobody_s_and_listed(tmp_path):
    told = moved(tmp_path, dictionary_csv=NAMED, data_csv="record_id,name,sex\nA1,Marcus,2\n,Nutmeg,1\n")

    assert set(held(tmp_path / "study", told.study)["participant_id"]) == {"A1"}
    assert "data.csv: record 2: record_id is empty: 2 values are nobody's, not entered" in listed(told)


XML = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" FileType="Snapshot">
<Study OID="S"><GlobalVariables><StudyName>Mice</StudyName></GlobalVariables><MetaDataVersion OID="M" Name="M">
{events}<FormDef OID="Form.enrolment" Name="Enrolment" Repeating="No"><ItemGroupRef ItemGroupOID="enrolment.record_id"/>
<ItemGroupRef ItemGroupOID="enrolment.enrolment_complete"/></FormDef>
<ItemGroupDef OID="enrolment.record_id" Name="Enrolment" Repeating="No"><ItemRef ItemOID="record_id"/>
<ItemRef ItemOID="weight"/></ItemGroupDef>
<ItemGroupDef OID="enrolment.enrolment_complete" Name="Status" Repeating="No"><ItemRef ItemOID="enrolment_complete"/>
</ItemGroupDef><ItemDef OID="record_id" Name="record_id" DataType="text"/>
<ItemDef OID="weight" Name="weight" DataType="float"/>
<ItemDef OID="enrolment_complete" Name="enrolment_complete" DataType="text"/></MetaDataVersion></Study></ODM>"""
EVENT = (
    '<StudyEventDef OID="Event.first_arm_1" Name="First" Type="Common" Repeating="No"><FormRef '
    'FormOID="Form.enrolment"/></StudyEventDef>'
)


def test_redcap_s_forms_as_xml_take_the_data_of_its_csv(tmp_path):
    told = moved(tmp_path, metadata_xml=XML.format(events=""),
                 data_csv="record_id,weight,enrolment_complete\nA1,61.5,2\nA2,,0\n")  # fmt: skip
    rows = held(tmp_path / "study", told.study)

    assert (told.counts["participants"], told.counts["values"], told.entered["values"]) == (2, 5, 5)
    assert sorted(rows["raw"].to_list()) == sorted(["A1", "61.5", "2", "A2", "0"])
    assert {"record_id", "weight", "enrolment_complete"} == {name.rpartition(".")[2] for name in rows["item"]}


def test_the_events_of_the_xml_are_those_of_the_csv(tmp_path):
    told = moved(tmp_path, metadata_xml=XML.format(events=EVENT),
                 data_csv="record_id,redcap_event_name,weight\nA1,first_arm_1,61.5\n")  # fmt: skip

    assert len(told.study.visits) == 1
    assert told.entered["values"] == 2


def test_a_csv_beside_an_xml_that_holds_data_is_listed_as_not_read(tmp_path):
    data = '<ClinicalData StudyOID="S"><SubjectData SubjectKey="A1"/></ClinicalData></ODM>'
    whole = XML.format(events="").replace("</ODM>", data)
    told = moved(tmp_path, project_xml=whole, data_csv="record_id,weight\nA1,61.5\n")

    assert "data.csv: REDCap data: not read, the ODM file beside it holds data already" in listed(told)


def test_a_dictionary_that_names_a_field_twice_is_refused(tmp_path):
    problem = refusal(tmp_path, {"dictionary.csv": DICTIONARY + "sex,enrolment,,text,Sex again,,,,,,,,\n"})

    assert (problem.code, problem.found) == ("TW-EXP-002", "more than one line is about sex")


def test_a_field_of_an_unknown_type_is_asked_as_text_and_listed(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY + "mood,enrolment,,emoji,Mood,,,,,,,,\n")

    assert 'mood: asked as text: the field type is "emoji"' in listed(told)


def test_a_line_that_is_cut_or_too_long_is_listed_with_its_place(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY, data_csv=DATA + "A3,2026-01-07\nA4,2026-01-07,1,60,0,7\n")

    assert "data.csv:4: 2 cells where there are 5 columns: the line is cut, what would follow is not there" in listed(
        told
    )
    assert any(each.startswith("data.csv:5: 6 cells where there are 5 columns: what follows is not read") for each in
               listed(told))  # fmt: skip


def test_an_empty_table_and_one_that_is_no_text_are_told_as_what_they_are(tmp_path):
    told = [refusal(tmp_path, {"dictionary.csv": data}) for data in ("\ufeff\n", DICTIONARY.encode() + b"\xff\xfe")]

    assert {each.code for each in told} == {"TW-EXP-004"}
    assert [each.found for each in told] == ["the file is empty", "the file is no text in UTF-8 or UTF-16"]


def test_a_dictionary_in_utf_16_is_read(tmp_path):
    told = move_in(
        {"d.csv": DICTIONARY.replace("Sex", "性别").encode("utf-16")}, tmp_path / "study", catalog.load(), TODAY
    )

    assert isinstance(told, MovedIn)
    assert "性别" in [f.item.label.en for form in told.study.forms for part in form.sections for f in part.fields]


def test_a_number_that_no_participant_can_have_gets_another_and_is_told(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY, data_csv=DATA.replace("A1,", "Patient 1/2,"))
    rows = held(tmp_path / "study", told.study)

    assert set(rows["participant_id"]) == {"Patient-1-2", "A2"}
    assert any(each.where == "Patient 1/2" for each in told.ignored)


@pytest.mark.bulk
@here
@pytest.mark.parametrize("name", sorted(REDCAP))
def test_redcap_tables_move_in_with_the_counts_of_the_file(name, tmp_path):
    files = {each: (EDC / "redcap" / name / each).read_bytes() for each in REDCAP[name]}
    told = move_in(files, tmp_path / "study", catalog.load(), TODAY)
    fields = list(csv.DictReader(io.StringIO(files["dictionary.csv"].decode())))
    records = list(csv.DictReader(io.StringIO(files["data.csv"].decode())))
    cells = sum(value != "" for line in records for key, value in line.items() if not key.startswith("redcap_"))

    assert isinstance(told, MovedIn)
    assert told.counts["forms"] == len({each["Form Name"] for each in fields})
    assert told.counts["participants"] == len({next(iter(line.values())) for line in records})
    assert (
        told.counts["values"]
        == cells
        == sum(told.entered.get(key, 0) for key in ("values", "repeated", "empty", "lost"))
    )
    assert held(tmp_path / "study", told.study).height == told.entered["values"]


@pytest.mark.bulk
@here
@pytest.mark.parametrize("paths", WHOLE, ids=lambda paths: paths[0])
def test_every_xml_sample_moves_in_with_the_counts_of_the_file(paths, tmp_path):
    files = {Path(each).name: (EDC / each).read_bytes() for each in paths}
    told = move_in(files, tmp_path / "study", catalog.load(), TODAY)
    trees = [etree.fromstring(data) for data in files.values()]
    names = [etree.QName(each).localname for tree in trees for each in tree.iter("*")]
    whole = names.count("ItemData") + names.count("ItemDataBase64Binary")

    assert isinstance(told, MovedIn)
    assert told.counts["values"] == whole
    assert sum(told.entered.get(key, 0) for key in ("values", "repeated", "empty", "lost")) == whole
    assert told.counts["participants"] == len(
        {each.get("SubjectKey") for t in trees for each in t.iter("{*}SubjectData")}
    )
    assert [each for each in told.problems if each.severity == "error"] == []


def text_of(datum):
    """A value of an XML file as it stands there: ODM 1.3 has it as an attribute or as text, 2.0 as an element."""
    told = datum.get("Value")
    if told is None:
        inner = datum.find("{*}Value")
        told = (datum if inner is None else inner).text
    return (told or "").strip()


@pytest.mark.bulk
@here
@pytest.mark.parametrize("paths", WHOLE, ids=lambda paths: paths[0])
def test_every_form_item_participant_and_value_of_an_xml_sample_stands_in_the_study(paths, tmp_path):
    """Counted and compared by a reading of the file that knows none of ours."""
    files = {Path(each).name: (EDC / each).read_bytes() for each in paths}
    told = move_in(files, tmp_path / "study", catalog.load(), TODAY)
    trees = [etree.fromstring(data) for data in files.values()]
    names = Counter(etree.QName(each).localname for tree in trees for each in tree.iter("*"))
    groups = [each for tree in trees for each in tree.iter("{*}ItemGroupDef")]
    forms = names["FormDef"] + sum(each.get("Type") == "Form" for each in groups)
    expected = Counter(
        (subject.get("SubjectKey"), text_of(datum))
        for tree in trees
        for subject in tree.iter("{*}SubjectData")
        for datum in subject.iter("{*}ItemData", "{*}ItemDataBase64Binary")
    )

    assert isinstance(told, MovedIn)
    assert (told.counts["forms"], told.counts["items"]) == (forms, names["ItemDef"])
    assert len(told.study.forms) == forms + told.entered.get("forms_added", 0)
    items = [field for form in told.study.forms for section in form.sections for field in section.fields]
    assert len(items) == names["ItemDef"] + told.entered.get("items_added", 0)
    if not expected:
        assert not (tmp_path / "study" / ".trialwright" / "ledger.sqlite").exists()
        return
    with open_place(tmp_path / "study", str(tmp_path / "study" / ".trialwright" / "ledger.sqlite")) as ledger:
        versions = ledger.snapshot().versions
    found = Counter((row["participant_id"], row["raw"].strip()) for row in versions.iter_rows(named=True))
    # A picture in base 64 does not come whole, and an empty element has nothing to come: both are counted.
    shortened, empty = told.entered.get("shortened", 0), told.entered.get("empty", 0)
    assert {who for who, _ in found} == {who for who, _ in expected}
    assert ((expected - found).total(), (found - expected).total()) == (shortened + empty, shortened)
    assert all(len(text) > 4000 or not text for _, text in expected - found)


@pytest.mark.bulk
@here
def test_the_report_names_files_by_checksum_and_everything_passed_over(tmp_path):
    data = (EDC / "redcap/simple/project.xml").read_bytes()
    told = move_in({"project.xml": data}, tmp_path / "study", catalog.load(), TODAY)
    report = json.loads((tmp_path / "study" / "import.json").read_text("utf-8"))

    assert isinstance(told, MovedIn)
    assert len(report["lost"]) == len(told.ignored)
    assert report["entered"] == told.entered
    assert len(report["files"][0]["sha256"]) == 64


def test_the_kind_of_each_file_is_told_from_its_content():
    told = read_files({"x": DICTIONARY.encode(), "y": DATA.encode()})

    assert not isinstance(told, Problem)
    assert told.kinds == {"x": "REDCap data dictionary", "y": "REDCap data"}


def test_a_value_that_the_file_gives_twice_has_two_versions_and_the_last_one_holds(tmp_path):
    told = moved(tmp_path, dictionary_csv=DICTIONARY, data_csv=DATA + "A2,2026-01-06,2,81,\n")
    rows = held(tmp_path / "study", told.study)

    assert rows.filter((rows["participant_id"] == "A2") & (rows["item"].cat.ends_with("weight")))["raw"].to_list() == [
        "81"
    ]
