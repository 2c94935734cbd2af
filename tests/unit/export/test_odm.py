"""ODM: valid for others, equal when read again, and every file of another system is read with what it holds."""

import csv
import json
import random
import re
import socket
from pathlib import Path

import msgspec
import polars as pl
import pytest
from lxml import etree

from support.results import packaged_study
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export import redcap
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.export.odm import read, write, xml_13, xml_20
from trialwright.export.odm import values as values_of_odm
from trialwright.export.odm.document import counted
from trialwright.model.problem import Problem

SHARED = Path(__file__).parents[4] / "shared"
EDC = SHARED / "edc"
SCHEMAS = {
    "1.3.2": EDC / "xsd" / "odm-1.3.2" / "ODM1-3-2.xsd",
    "2.0": SHARED / "standards" / "xsd" / "odm2" / "ODM.xsd",
}
WRITERS = {"1.3.2": xml_13.write, "2.0": xml_20.write}
FILES = ["1.3.2/snapshot.xml", "1.3.2/transactions.xml", "2.0/snapshot.xml", "2.0/transactions.xml"]
here = pytest.mark.skipif(not EDC.exists(), reason="../shared/edc is not here")

TABLE = """
P001 @participant_added 2021-02-01 site=nanjing
P002 @participant_added 2021-02-02 site=nanjing
P001 SCR visit_record.date 2021-02-01
P001 W0 muscle_enzymes.ck 20 µkat/L
P001 W0 muscle_enzymes.aldolase <2 U/L
P001 W0 physician_global.vas ?not done
P001 LOG#1 adverse_event.term "皮疹 <b>&amp;"
P001 LOG#1 adverse_event.start 2021-UU-15
P001 LOG#1 adverse_event.end 2021-03-UU
P001 LOG#2 adverse_event.term "cough"
P001 UNS-2 weight.weight 61.5
P001 @row_inactivated 2021-05-01 visit=LOG form=adverse_event row=2
P001 @query_opened 2021-05-01 visit=W0 form=muscle_enzymes check=two_enzymes message=why?
"""


def snapshot():
    """The table, with one value typed twice: 20 corrected from 2, for a reason."""
    made = snapshot_of(TABLE)
    ck = made.versions.filter(pl.col("item") == "muscle_enzymes.ck")
    first = ck.with_columns(pl.lit("2").alias("text"), pl.lit(900).cast(pl.Int64).alias("seq"))
    again = ck.with_columns(
        pl.lit(901).cast(pl.Int64).alias("seq"), pl.lit(900).cast(pl.Int64).alias("replaces"),
        pl.lit("misread").alias("reason"), pl.lit(901).cast(pl.Int64).alias("group"),
    )  # fmt: skip
    rest = made.versions.filter(pl.col("item") != "muscle_enzymes.ck")
    return msgspec.structs.replace(
        made, versions=pl.concat([rest, first, again]), standing=lambda: pl.concat([rest, again])
    )


def written(held):
    source = Source(study=packaged_study(), snapshot=held, analysis=None, rows=(), catalog=catalog.load(), version="1")
    return whole(write(source))


@pytest.fixture(scope="module")
def files():
    return written(snapshot())


@pytest.mark.bulk
@here
@pytest.mark.parametrize("name", FILES)
def test_every_file_is_valid(files, name):
    judge = etree.XMLSchema(etree.parse(SCHEMAS[name.partition("/")[0]]))

    judge.validate(etree.fromstring(files[name]))
    assert [f"{error.line}: {error.message}" for error in judge.error_log] == []


@pytest.mark.parametrize("name", FILES)
def test_out_in_and_out_again_are_the_same_bytes(files, name):
    told = read(files[name], name)

    assert WRITERS[name.partition("/")[0]](told.document) == files[name]
    assert told.ignored == ()


@pytest.mark.parametrize("name", ["snapshot.xml", "transactions.xml"])
def test_both_versions_say_the_same(files, name):
    assert read(files[f"1.3.2/{name}"], name).document == read(files[f"2.0/{name}"], name).document


def values(files, name):
    document = read(files[name], name).document
    return {
        (subject.key, event.event, event.repeat, form.repeat, datum.item): datum
        for subject in document.subjects
        for event in subject.events
        for form in event.forms
        for group in form.groups
        for datum in group.data
    }


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("P001", "SE.LOG", "", "1", "I.adverse_event.adverse_event.start"), "2021---15"),
        (("P001", "SE.LOG", "", "1", "I.adverse_event.adverse_event.end"), "2021-03"),
        (("P001", "SE.LOG", "", "1", "I.adverse_event.adverse_event.term"), "皮疹 <b>&amp;"),
        (("P001", "SE.W0", "", "", "I.muscle_enzymes.muscle_enzymes.aldolase"), "<2"),
        (("P001", "SE.UNS", "2", "", "I.weight.weight.weight"), "61.5"),
    ],
)
def test_a_value_keeps_its_precision_and_its_place(files, place, expected):
    assert expected == values(files, "1.3.2/snapshot.xml")[place].value


def test_a_value_keeps_the_unit_it_was_entered_in(files):
    assert (
        values(files, "1.3.2/snapshot.xml")["P001", "SE.W0", "", "", "I.muscle_enzymes.muscle_enzymes.ck"].unit
        == "MU.µkat/L"
    )


def test_an_absent_value_says_why(files):
    datum = values(files, "1.3.2/snapshot.xml")["P001", "SE.W0", "", "", "I.physician_global.physician_global.vas"]

    assert (datum.value, datum.remarks[0].flag) == (None, "not done")


def test_a_correction_is_an_update_with_its_reason(files):
    document = read(files["1.3.2/transactions.xml"], "t").document
    told = [
        (datum.transaction, datum.value, datum.audit.reason)
        for subject in document.subjects
        for event in subject.events
        for form in event.forms
        for group in form.groups
        for datum in group.data
        if datum.item.endswith("muscle_enzymes.ck")
    ]

    assert told == [("Insert", "2", ""), ("Update", "20", "misread")]


@pytest.mark.parametrize("at_a_time", [1, 3])
def test_a_file_is_the_same_however_many_values_are_held_at_a_time(files, monkeypatch, at_a_time):
    monkeypatch.setattr(values_of_odm, "AT_A_TIME", at_a_time)

    assert files == written(snapshot())


def test_participants_without_any_value_make_a_file_too():
    made = written(snapshot_of("P001 @participant_added 2021-02-01 site=nanjing"))

    assert [subject.key for subject in read(made["2.0/snapshot.xml"], "s").document.subjects] == ["P001"]
    assert read(made["1.3.2/transactions.xml"], "t").document.subjects == ()


def test_a_participant_without_data_is_still_there(files):
    assert [subject.key for subject in read(files["2.0/snapshot.xml"], "s").document.subjects] == ["P001", "P002"]


def test_queries_and_rows_taken_back_stand_at_their_form(files):
    text = files["2.0/snapshot.xml"].decode()

    assert re.search(r'<Query [^>]*State="Open"[^>]*><Value>why\?</Value>', text)
    assert "The site took this row back" in text


ASKED = """
P001 @query_opened 2021-05-01 visit=W0 form=muscle_enzymes items=muscle_enzymes.ck message=first?
P001 @query_opened 2021-05-01 visit=W0 form=muscle_enzymes items=muscle_enzymes.ck message=second?
P001 @query_opened 2021-05-01 visit=W0 message=of_the_visit?
P001 @query_opened 2021-05-01 message=of_the_person?
P001 @query_opened 2021-05-01 visit=W12 form=muscle_enzymes message=nothing_there?
P002 @query_opened 2021-05-01 visit=SCR message=nobody_came?
"""


@pytest.mark.parametrize("version", ["1.3.2", "2.0"])
def test_every_query_stands_there_once_in_the_state_that_it_reached(version):
    held = snapshot_of(TABLE + ASKED)
    opened = {e.details["message"]: e for e in held.events if e.kind == "query_opened"}
    later = [
        msgspec.structs.replace(opened[message], kind=kind, seq=1000 + at, details={"query": str(opened[message].seq)})
        for at, (message, kind) in enumerate([
            ("first?", "query_answered"), ("first?", "query_closed"), ("of_the_visit?", "query_answered"),
        ])
    ]  # fmt: skip
    made = written(msgspec.structs.replace(held, events=(*held.events, *later)))
    name = f"{version}/snapshot.xml"
    told = read(made[name], name).document
    remarks = [
        (remark.text, remark.flag)
        for subject in told.subjects
        for place in (subject, *subject.events, *(form for event in subject.events for form in event.forms))
        for remark in place.remarks
        if remark.kind == "query"
    ]

    assert sorted(remarks) == [
        ("SCR: nobody_came?", "open"), ("W12 muscle_enzymes: nothing_there?", "open"), ("first?", "closed"),
        ("of_the_person?", "open"), ("of_the_visit?", "answered"), ("second?", "open"), ("why?", "open"),
    ]  # fmt: skip
    if SCHEMAS[version].exists():
        judge = etree.XMLSchema(etree.parse(SCHEMAS[version]))
        assert judge.validate(etree.fromstring(made[name])), judge.error_log


def test_questions_stand_in_both_languages(files):
    items = {each.name: each for each in read(files["1.3.2/snapshot.xml"], "s").document.metadata.items}

    assert {"en", "zh-Hans"} == set(items["adverse_event.term"].question)


def test_what_is_lost_is_said(files):
    told = json.loads(files["lost.json"])

    assert told["counts"]["versions"] == told["counts"]["datapoints"] + 1
    assert "ODM has no chain" in told["lost"][0]["reason"]


@pytest.mark.bulk
@here
@pytest.mark.parametrize("path", sorted(EDC.rglob("*.xml")), ids=lambda path: path.relative_to(EDC).as_posix())
def test_every_sample_is_read_with_all_it_holds(path):
    """Counted straight from the file, by the names of its elements."""
    told = read(path.read_bytes(), path.name)
    names = [etree.QName(each).localname for each in etree.parse(path).iter("*")]
    forms = [each for each in etree.parse(path).iter("{*}ItemGroupDef") if each.get("Type") == "Form"]
    keys = {each.get("SubjectKey") for each in etree.parse(path).iter("{*}SubjectData")}

    assert counted(told.document) == {
        "forms": names.count("FormDef") + len(forms),
        "items": names.count("ItemDef"),
        "participants": len(keys),
        "values": names.count("ItemData") + names.count("ItemDataBase64Binary"),
    }


@pytest.mark.bulk
@here
@pytest.mark.parametrize(
    ("sample", "dialect"),
    [
        ("redcap/simple/project.xml", "REDCap"), ("openedc/clinicaldata.xml", "OpenEDC"),
        ("odm2-cdisc/RepeatingIG-UC-D-Example.xml", ""),
    ],
)  # fmt: skip
def test_the_dialect_is_recognised(sample, dialect):
    assert dialect == read((EDC / sample).read_bytes(), sample).dialect


@pytest.mark.bulk
@here
def test_extensions_of_another_system_are_listed_and_not_dropped_in_silence():
    told = read((EDC / "redcap" / "longitudinal" / "project.xml").read_bytes(), "project.xml")

    assert "REDCap: @ArmName (12)" in [each.where for each in told.ignored]


@pytest.mark.bulk
@here
@pytest.mark.parametrize("name", ["simple", "longitudinal", "repeating-instruments"])
def test_redcap_s_own_tables_are_read_with_all_they_hold(name):
    folder = EDC / "redcap" / name
    dictionary = redcap.read_dictionary((folder / "dictionary.csv").read_bytes(), name)
    events = (folder / "event.csv").read_bytes() if (folder / "event.csv").exists() else b""
    data = (folder / "data.csv").read_bytes()
    document = redcap.read_data(data, dictionary.document, "data.csv", events=events).document
    with (folder / "dictionary.csv").open(newline="", encoding="utf-8") as file:
        fields = list(csv.DictReader(file))
    with (folder / "data.csv").open(newline="", encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    asked = [each for each in fields if each["Field Type"] != "descriptive"]
    choices = sum(
        len(each["Choices, Calculations, OR Slider Labels"].split("|")) - 1
        for each in asked
        if each["Field Type"] == "checkbox"
    )
    cells = sum(value != "" for line in records for key, value in line.items() if not key.startswith("redcap_"))

    assert counted(document) == {
        "forms": len({each["Form Name"] for each in fields}),
        "items": len(asked) + choices,
        "participants": len({next(iter(line.values())) for line in records}),
        "values": cells,
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<ODM", "TW-EXP-001"), (b"<html/>", "TW-EXP-001"), (b"", "TW-EXP-001"),
     (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ODM>&e;</ODM>', "TW-EXP-001")],
)  # fmt: skip
def test_what_is_no_odm_is_refused_in_a_sentence(data, code):
    told = read(data, "file.xml")

    assert isinstance(told, Problem)
    assert (code, "file.xml") == (told.code, told.where)


def test_an_entity_is_never_expanded():
    bomb = (
        b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="S"><GlobalVariables><StudyName>&b;</StudyName>'
        b'</GlobalVariables><MetaDataVersion OID="M" Name="N"/></Study></ODM>'
    )

    assert read(bomb, "bomb.xml").document.metadata.study_name == ""


def test_a_table_that_is_no_dictionary_is_refused_in_a_sentence():
    told = redcap.read_dictionary(b"a,b\n1,2\n", "table.csv")

    assert isinstance(told, Problem)
    assert (told.code, told.found) == ("TW-EXP-002", "the columns are a, b ...")


@pytest.mark.bulk
@here
def test_both_spellings_of_a_dictionary_ask_the_same():
    folder = EDC / "redcap" / "simple"
    told = [
        redcap.read_dictionary((folder / name).read_bytes(), "simple") for name in ("dictionary.csv", "metadata.csv")
    ]

    first, second = ([(item.oid, item.question) for item in each.document.metadata.items] for each in told)

    assert first == second


def spoiled(dice, data):
    """A file of ours with one to six things made wrong: bytes, elements, attributes, texts."""
    if dice.random() < 0.3:
        wrong = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(wrong))
            wrong[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(4))
        return bytes(wrong[: dice.randrange(len(wrong))] if dice.random() < 0.2 else wrong)
    root = etree.fromstring(data)
    for _ in range(dice.randint(1, 6)):
        node = dice.choice([each for each in root.iter() if each is not root] or [root])
        match dice.randrange(5):
            case 0 if node.getparent() is not None:
                node.getparent().remove(node)
            case 1 if node.attrib:
                node.set(dice.choice(sorted(node.attrib)), dice.choice(ODD_TEXTS))
            case 2 if node.attrib:
                del node.attrib[dice.choice(sorted(node.attrib))]
            case 3:
                node.text = dice.choice(ODD_TEXTS)
            case _:
                node.append(etree.fromstring(etree.tostring(dice.choice(list(root.iter())))))
    return etree.tostring(root)


ODD_TEXTS = (
    "",
    " ",
    "0" * 400,
    "-1",
    "1e999",
    "NaN",
    "2021-02-30",
    "<script>",
    "皮疹",
    "a" * 10_000,
    "../../x",
    "\u202e",
)


def test_failure_22_no_spoiled_file_crashes_the_reader_or_asks_the_network(files, monkeypatch):
    def refused(*_args, **_kept):
        raise AssertionError("a file was read and the network was asked")

    monkeypatch.setattr(socket, "socket", refused)
    answers = []
    for number in range(300):
        dice = random.Random(number)
        data = spoiled(dice, files[dice.choice(FILES)])
        try:
            answers.append(type(read(data, "spoiled.xml")).__name__)
        except Exception as crash:  # noqa: BLE001 - every kind of crash is what this test looks for
            answers.append(f"{number}: {type(crash).__name__}: {crash}"[:200])

    assert set(answers) == {"Read", "Problem"}
