"""A record in the forms that others read: v2 JSON, the WHO items, the tabular view; and what each still owes."""

import json

import msgspec
import pytest

from trialwright.cli import main
from trialwright.model.record import RegistryRecord
from trialwright.pipeline.record_convert import convert_record
from trialwright.register import plain_protocol, read_record
from trialwright.register.reading.built import escaped
from trialwright.register.writing import (
    who_items,
    write_page,
    write_page_html,
    write_tabular,
    write_tabular_html,
    write_v2,
    write_who,
    write_who_html,
)
from trialwright.register.writing.tabular_rows import Row, tabular_sections

from .records import DATA, PAGE, RECONSTRUCTION, SHARED, exemplary, record_of

RECORDS = sorted((SHARED / "records").glob("*.json"))
HISTORIES = sorted((SHARED / "history").glob("*.json"))


def _rows(record: RegistryRecord) -> dict[str, Row]:
    return {row.label: row for section in tabular_sections(record) for row in section.rows}


def _seed() -> RegistryRecord:
    return record_of(RECONSTRUCTION.read_bytes(), "seed")


def test_v2_is_written_equal_to_what_was_read():
    data = (DATA / "exemplary.json").read_bytes()

    assert json.loads(data) == json.loads(write_v2(record_of(data)).content)


def test_the_who_items_are_24_and_name_what_is_owed():
    items = who_items(_seed())
    owed = {one.where for one in write_who(_seed()).owed}

    assert [item.number for item in items] == list(range(1, 25))
    # spec/who-trds-1.3.1.csv: the date of registration is the first submitted date, ethics review never public
    assert items[1].text == "2021-05-17"
    assert items[3].text.startswith("National Natural Science Foundation of China")
    assert items[15].text == "2021-02-01 (actual)"
    assert {"item 8", "item 21", "item 23"} <= owed


def test_a_contact_at_a_site_answers_public_queries_where_no_central_one_stands():
    document = exemplary()
    people = document["protocolSection"]["contactsLocationsModule"]
    people.pop("centralContacts", None)
    people["locations"][0]["contacts"] = [{"name": "Site Nurse", "role": "CONTACT", "phone": "1"}]
    record = record_of(json.dumps(document).encode())

    assert who_items(record)[6].text == "Site Nurse, 1"


def test_the_tabular_view_of_the_seed_says_what_its_page_said():
    """Every cell that the pasted page kept reads the same; the page is the one that was public in 2021."""
    page = plain_protocol(record_of(PAGE.read_bytes()))
    ours = plain_protocol(record_of(write_tabular(_seed()).content))
    same = msgspec.structs.replace

    assert page.outcomes_module == ours.outcomes_module
    assert page.arms_interventions_module == ours.arms_interventions_module
    assert page.description_module == ours.description_module
    assert page.design_module == ours.design_module
    assert page.identification_module == ours.identification_module
    # the reconstruction knows the status of 2025, the page that of 2021
    assert page.status_module.overall_status == "RECRUITING"
    assert page.status_module == same(ours.status_module, overall_status="RECRUITING")


def test_the_rows_stand_in_the_order_of_the_page_with_its_marks():
    rows = _rows(_seed())

    assert list(rows)[:6] == [
        "First Submitted Date",
        "First Posted Date",
        "Last Update Posted Date",
        "Actual Study Start Date",
        "Estimated Primary Completion Date",
        "Current Primary Outcome Measures",
    ]
    assert rows["First Submitted Date"].icmje
    assert not rows["Estimated Primary Completion Date"].icmje
    assert not rows["Verification Date"].icmje
    assert rows["First Submitted Date"].text == "May 17, 2021"
    assert rows["Verification Date"].text == "June 2021"


@pytest.mark.bulk
def test_the_marks_are_those_of_the_page():
    table = SHARED / "spec" / "tabular-view-rows.csv"
    if not table.exists():
        pytest.skip("../shared/registry is not here")
    import csv

    with table.open(encoding="utf-8") as lines:
        told = {row["row_label"].partition(" (")[0]: row["icmje_mark"] == "yes" for row in csv.DictReader(lines)}
    ours = {
        label.removeprefix("Actual ").removeprefix("Estimated "): row.icmje for label, row in _rows(_seed()).items()
    }
    named = {
        label.removeprefix("Actual|Estimated ").removeprefix("Estimated|Actual "): mark for label, mark in told.items()
    }
    shared = ours.keys() & named.keys()

    assert len(shared) >= 45
    assert {label: named[label] for label in shared} == {label: ours[label] for label in shared}


def test_one_version_is_the_same_as_current():
    rows = _rows(_seed())

    assert rows["Change History"].text == "No Changes Posted"
    assert {row.text for label, row in rows.items() if label.startswith("Original ")} == {"Same as current"}


def test_what_was_never_given_is_not_the_same_as_current():
    document = exemplary()
    document["protocolSection"]["outcomesModule"].pop("otherOutcomes", None)
    status = document["protocolSection"]["statusModule"]
    status["lastUpdatePostDateStruct"] = status["studyFirstPostDateStruct"] = {"date": "2020-01-01", "type": "ACTUAL"}
    rows = _rows(record_of(json.dumps(document).encode()))

    assert rows["Original Other Pre-specified Outcome Measures"].text == "Not Provided"
    assert rows["Original Primary Outcome Measures"].text == "Same as current"


def test_a_later_version_without_its_history_does_not_claim_to_know_the_original():
    document = exemplary()
    status = document["protocolSection"]["statusModule"]
    status["studyFirstPostDateStruct"] = {"date": "2020-01-01", "type": "ACTUAL"}
    status["lastUpdatePostDateStruct"] = {"date": "2021-01-01", "type": "ACTUAL"}
    written = write_tabular(record_of(json.dumps(document).encode()))

    assert b"Original Primary Outcome Measures ICMJE | Not known" in written.content
    assert "Original Primary Outcome Measures" in {cell.where for cell in written.lost}


@pytest.mark.parametrize("target", ["prs-xml", "who", "tabular", "page"])
def test_what_no_schema_knows_is_told_as_not_carried_over(target, tmp_path):
    document = {**exemplary(), "zork": 1, "nothing": None}
    document["protocolSection"]["foo"] = {"a": 2}
    document["protocolSection"]["contactsLocationsModule"]["locations"][0]["floor"] = "3"
    path = tmp_path / "record.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    written = convert_record(path, target)

    assert not isinstance(written, list)
    told = [cell.where for cell in written.lost if "schema does not know it" in cell.reason]
    assert sorted(told) == [
        "protocolSection.contactsLocationsModule.locations[0].floor",
        "protocolSection.foo",
        "zork",
    ]


def test_the_tabular_view_tells_what_it_has_no_place_for(tmp_path):
    document = exemplary()
    document["protocolSection"]["identificationModule"]["acronym"] = "ABC"
    document["protocolSection"]["conditionsModule"]["keywords"] = ["skin"]
    document["protocolSection"]["contactsLocationsModule"]["locations"] = [{"city": "Graz", "country": "Austria"}]
    path = tmp_path / "record.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    written = convert_record(path, "tabular")

    assert not isinstance(written, list)
    told = {cell.where for cell in written.lost}
    # a country has its row, a city has none
    assert {
        "protocolSection.identificationModule.acronym",
        "protocolSection.conditionsModule.keywords",
        "protocolSection.contactsLocationsModule.locations[].city",
    } <= told
    assert not any(where.endswith(("briefTitle", "country", "eligibilityCriteria", "measure")) for where in told)


@pytest.mark.bulk
@pytest.mark.skipif(not HISTORIES, reason="../shared/registry is not here")
@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name)
def test_the_original_is_the_same_exactly_where_the_history_says_so(path):
    record, told = record_of(path.read_bytes()), json.loads(path.read_bytes())["history"]["originalData"]
    rows = _rows(record)
    for label, key in (
        ("Primary Outcome Measures", "primaryOutcomes"),
        ("Secondary Outcome Measures", "secondaryOutcomes"),
        ("Responsible Party", "responsibleParty"),
        ("Study Sponsor", "leadSponsor"),
    ):
        same = rows[f"Original {label}"].text == "Same as current"

        assert same == bool(told.get(f"{key}Same")), label
        if key in told and isinstance(told[key], list):
            assert told[key][0]["measure"] in rows[f"Original {label}"].text
    assert rows["Original Estimated Enrollment"].text == str(told["enrollmentInfo"]["count"])
    changed = record.history.last_update_versions.primary_outcomes
    day = next(change.date for change in record.history.changes if change.version == changed)
    assert day[:4] in rows["Current Primary Outcome Measures"].text.split("\n")[0]


def test_the_readable_page_tells_the_record_and_what_it_owes():
    text = write_page(_seed()).content.decode()

    assert "Status:             Unknown status, last known as recruiting" in text
    assert "Participants:       20 planned" in text
    assert "Primary: IMACS score improved [12 weeks after treat with Abatacept]" in text
    assert text.count("Dose of glucocorticoids used") == 1  # a description that repeats the title is not told twice
    assert "Still owed\n----------\n- " in text
    assert max(map(len, text.splitlines())) <= 96


def test_the_readable_web_page_escapes_what_the_record_says():
    document = exemplary()
    document["protocolSection"]["descriptionModule"]["briefSummary"] = "<b>bold</b> & more"
    page = write_page_html(record_of(json.dumps(document).encode())).content.decode()

    assert "<b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in page


@pytest.mark.bulk
@pytest.mark.skipif(not RECORDS, reason="../shared/registry is not here")
def test_the_escapes_of_every_real_text_are_taken_away_and_put_back():
    """What a person reads has no escape, and what is written again reads the same when it is unescaped."""
    for path in RECORDS:
        plain_text = json.loads(msgspec.json.encode(plain_protocol(record_of(path.read_bytes()))))
        written = escaped({"protocolSection": plain_text})
        again = plain_protocol(record_of(json.dumps(written).encode()))

        assert json.loads(msgspec.json.encode(again)) == plain_text, path.name


def test_the_web_page_escapes_what_the_record_says():
    document = exemplary()
    document["protocolSection"]["identificationModule"]["briefTitle"] = "<script>alert(1)</script> & more"
    record = record_of(json.dumps(document).encode())
    for page in (write_tabular_html(record).content.decode(), write_who_html(record).content.decode()):
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_the_who_items_as_a_web_page_mark_what_is_owed():
    record = record_of(json.dumps(exemplary()).encode())
    text, page = write_who(record), write_who_html(record)
    rows = page.content.decode().split("<tr")[1:]

    assert len(rows) == 24
    assert [row.split(">")[2].split(".")[0] for row in rows if row.startswith(' class="owed"')] == ["21", "23"]
    assert page.owed == text.owed


@pytest.mark.bulk
@pytest.mark.skipif(not RECORDS, reason="../shared/registry is not here")
def test_every_real_record_is_written_in_every_form():
    for path in RECORDS:
        record = record_of(path.read_bytes())
        back = read_record(write_tabular(record).content, "view")

        assert isinstance(back, RegistryRecord), path.name
        assert plain_protocol(back).identification_module.nct_id == plain_protocol(record).identification_module.nct_id
        assert len(who_items(record)) == 24
        assert len(write_page(record).content) > 300
        assert write_tabular_html(record).content.startswith(b"<!doctype html>")


@pytest.mark.parametrize("target", ["v2", "prs-xml", "who", "tabular", "page"])
def test_the_command_writes_every_form_and_tells_what_is_owed(target, tmp_path, capsys, monkeypatch):
    written = tmp_path / "out"
    monkeypatch.setattr(
        "sys.argv", ["trialwright", "record", "convert", str(RECONSTRUCTION), "--to", target, "-o", str(written)]
    )
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr()

    assert left.value.code == 0
    assert written.stat().st_size > 1000
    assert "Still owed" in told.err
    assert "not checked against the registry's own rules" in told.err


def test_the_command_refuses_what_is_no_record_with_a_sentence(tmp_path, capsys, monkeypatch):
    (tmp_path / "letter.txt").write_text("a letter to a friend", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["trialwright", "record", "convert", str(tmp_path / "letter.txt"), "--to", "who"])
    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code in (1, 2)
    assert "TW-REG-005" in capsys.readouterr().err
