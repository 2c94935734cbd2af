"""Reading records: whatever comes is a record, or told why not; nothing is lost in silence."""

import json

import pytest

from trialwright.model.record import RegistryRecord
from trialwright.register import read_record
from trialwright.register.markdown import unescape, unescape_json

from .records import DATA, PAGE, RECONSTRUCTION, exemplary, record_of


def _codes(data: bytes) -> list[str]:
    answer = read_record(data, "file")
    assert isinstance(answer, list)
    return [problem.code for problem in answer]


@pytest.mark.parametrize("name", ["NCT03969394.json", "NCT00260546.json", "exemplary.json"])
def test_a_v2_record_is_kept_whole(name):
    data = (DATA / name).read_bytes()

    assert json.loads(data) == json.loads(bytes(record_of(data).document))


def test_an_unknown_key_is_kept():
    document = exemplary() | {"somethingNew": {"a": [1, 2.5, None]}}
    document["protocolSection"]["designModule"]["tomorrow"] = "kept"

    assert document == json.loads(bytes(record_of(json.dumps(document).encode()).document))


def test_what_a_reconstruction_could_not_recover_is_lost_by_its_v2_path():
    lost = {cell.where for cell in record_of(RECONSTRUCTION.read_bytes()).lost}
    expected = {
        "protocolSection.oversightModule.isFdaRegulatedDrug",
        "protocolSection.oversightModule.isFdaRegulatedDevice",
        "protocolSection.ipdSharingStatementModule",
        "protocolSection.contactsLocationsModule.locations[].facility",
    }

    assert expected == expected & lost


def test_a_history_document_gives_its_current_version():
    record = record_of(json.dumps({"study": exemplary(), "history": {"changes": []}}).encode())

    assert record.source_format == "v2-history"


def test_a_list_of_one_record_is_that_record():
    assert record_of(json.dumps([exemplary()]).encode()).source_format == "v2"


def test_the_pasted_page_is_recognised():
    assert record_of(PAGE.read_bytes()).source_format == "tabular-text"


def test_the_page_and_the_reconstruction_agree_where_the_page_has_the_cell():
    page = json.loads(bytes(record_of(PAGE.read_bytes()).document))["protocolSection"]
    full = json.loads(RECONSTRUCTION.read_bytes())["protocolSection"]
    for module in ("outcomesModule", "armsInterventionsModule", "descriptionModule"):
        assert full[module] == page[module]
    for key in ("phases", "designInfo", "enrollmentInfo", "studyType"):
        assert full["designModule"][key] == page["designModule"][key]
    for key in ("startDateStruct", "completionDateStruct", "studyFirstSubmitDate", "statusVerifiedDate"):
        assert full["statusModule"][key] == page["statusModule"][key]
    for key in ("briefTitle", "officialTitle", "nctId", "orgStudyIdInfo"):
        assert full["identificationModule"][key] == page["identificationModule"][key]


def test_the_lost_cells_of_the_page_are_named_one_by_one():
    lost = {cell.where.removeprefix("protocolSection.") for cell in record_of(PAGE.read_bytes()).lost}
    expected = {
        "conditionsModule.conditions",
        "eligibilityModule.eligibilityCriteria",
        "eligibilityModule.sex",
        "oversightModule.isFdaRegulatedDrug",
        "oversightModule.isFdaRegulatedDevice",
        "ipdSharingStatementModule.ipdSharing",
        "contactsLocationsModule.centralContacts",
        "conditionsModule.keywords",
    }

    assert expected == expected & lost


def test_what_the_page_does_give_is_not_called_lost():
    lost = {cell.where.removeprefix("protocolSection.") for cell in record_of(PAGE.read_bytes()).lost}
    given = {
        "outcomesModule.primaryOutcomes",
        "designModule.phases",
        "eligibilityModule.minimumAge",
        "contactsLocationsModule.overallOfficials",
    }

    assert set() == lost & given


def test_a_page_pasted_with_tabs_and_windows_line_ends_reads_the_same():
    text = PAGE.read_text(encoding="utf-8")
    tabbed = text.replace(" | ", "\t").replace("\n", "\r\n").encode()

    assert bytes(record_of(PAGE.read_bytes()).document) == bytes(record_of(tabbed).document)


def test_a_page_with_its_bullets_has_conditions_sex_and_sharing():
    text = PAGE.read_text(encoding="utf-8")
    text = text.replace("Condition ICMJE |\n|", "Condition ICMJE | Gout\nHypertension\n|")
    text = text.replace("Sex/Gender ICMJE |\n|", "Sex/Gender ICMJE | Sexes Eligible for Study: All\n|")
    text = text.replace("IPD Sharing Statement ICMJE |\n|", "IPD Sharing Statement ICMJE | Plan to Share IPD: No\n|")
    section = json.loads(bytes(record_of(text.encode()).document))["protocolSection"]

    assert section["conditionsModule"]["conditions"] == ["Gout", "Hypertension"]
    assert section["eligibilityModule"]["sex"] == "ALL"
    assert section["ipdSharingStatementModule"]["ipdSharing"] == "NO"


def test_a_legacy_record_comes_in_v2_shape():
    record = record_of((DATA / "NCT02591810.xml").read_bytes())
    section = json.loads(bytes(record.document))["protocolSection"]

    assert record.source_format == "legacy-xml"
    assert section["identificationModule"]["nctId"] == "NCT02591810"
    assert section["designModule"]["studyType"] == "INTERVENTIONAL"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "TW-REG-001"),
        (b"  \n ", "TW-REG-001"),
        (b"\xff\xfe\x00\xd8", "TW-REG-003"),
        ("Größe".encode("latin-1"), "TW-REG-003"),
        ('{"protocolSection": {"identificationModule": {"briefTitle": "Größe"}}}'.encode("latin-1"), "TW-REG-003"),
        ('{"studies": [{"protocolSection": {"a": "Größe"}}]}'.encode("latin-1"), "TW-REG-003"),
        ('{"protocolSection": {"identificationModule": {"briefTitle": "Grö'.encode(), "TW-REG-004"),
        (b'{"protocolSection": {', "TW-REG-004"),
        (b"[" * 100_000, "TW-REG-004"),
        (b'{"a": 1}', "TW-REG-005"),
        (b"{}", "TW-REG-005"),
        (b"a letter to a friend", "TW-REG-005"),
        (b"Brief Title | something |", "TW-REG-005"),
        (b"<html><body>no record</body></html>", "TW-REG-005"),
        (b"<?xml version='1.0'?><html/>", "TW-REG-005"),
        (b'[{"protocolSection": {}}, {"protocolSection": {}}]', "TW-REG-006"),
        (b'{"studies": []}', "TW-REG-005"),
        (b"[]", "TW-REG-005"),
        (b'{"studies": [{"protocolSection": {}}, {"protocolSection": {}}]}', "TW-REG-006"),
        (b'{"protocolSection": 5}', "TW-REG-007"),
        (b"[1]", "TW-REG-007"),
        (b"<?xml version='1.0'?><clinical_study>", "TW-REG-008"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><clinical_study>&a;</clinical_study>", "TW-REG-008"),
    ],
)
def test_what_is_no_record_is_a_problem_and_never_an_exception(data, code):
    assert [code] == _codes(data)


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr("trialwright.register.problems.MOST_BYTES", 10)

    assert _codes(b"x" * 11) == ["TW-REG-002"]


def test_utf_16_with_a_mark_is_read():
    assert isinstance(read_record(PAGE.read_text(encoding="utf-8").encode("utf-16"), "page"), RegistryRecord)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [(r"\> 20 \% of \[a\]", r"> 20 \% of [a]"), (r"a \\ b", r"a \ b"), (r"\\\>", r"\>"), ("no escape", "no escape")],
)
def test_markdown_escapes_are_taken_away_alike_in_text_and_in_json(escaped, plain):
    assert plain == unescape(escaped)
    assert plain == json.loads(unescape_json(json.dumps(escaped).encode()))
