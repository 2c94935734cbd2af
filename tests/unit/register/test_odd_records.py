"""Records nobody should have written: they are checked or refused, in time, and never crash the checker."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.model.record import RegistryRecord
from trialwright.register import check_record, read_record
from trialwright.register.markdown import unescape, unescape_json

from .records import DATA, ON, PAGE, exemplary

ODD_TEXTS = [
    "",
    " ",
    "9" * 5000,
    "9999-12-31",
    "0001-01-01",
    "0000",
    "\\",
    "\\\\>",
    "\u0000",
    "𝟙𝟚 Years",
    "-1 Years",
    "а́",
]
PATHS = [
    ("statusModule", "statusVerifiedDate"),
    ("statusModule", "startDateStruct", "date"),
    ("statusModule", "completionDateStruct", "date"),
    ("statusModule", "overallStatus"),
    ("eligibilityModule", "minimumAge"),
    ("eligibilityModule", "maximumAge"),
    ("eligibilityModule", "eligibilityCriteria"),
    ("outcomesModule", "primaryOutcomes", 0, "timeFrame"),
    ("outcomesModule", "primaryOutcomes", 0, "measure"),
    ("armsInterventionsModule", "interventions", 0, "name"),
    ("armsInterventionsModule", "armGroups", 0, "label"),
    ("conditionsModule", "conditions", 0),
    ("descriptionModule", "briefSummary"),
]
# a whole check an example: no deadline, the machine may be busy
unhurried = settings(deadline=None, max_examples=60)


def _put(path, text):
    document = exemplary()
    place = document["protocolSection"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return json.dumps(document).encode()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path[-1]))
@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_an_odd_text_anywhere_is_checked(path, text):
    record = read_record(_put(path, text), "odd")

    assert isinstance(record, RegistryRecord)
    assert check_record(record, ON).input == "odd"


@unhurried
@given(st.sampled_from(PATHS), st.text(max_size=300))
def test_any_text_anywhere_is_checked(path, text):
    record = read_record(_put(path, text), "any")

    assert isinstance(record, list) or check_record(record, ON).input == "any"


@unhurried
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data):
    assert read_record(data, "bytes")


@unhurried
@given(st.integers(0, 5000), st.integers(0, 5000), st.text(max_size=5))
def test_a_page_with_any_piece_replaced_is_answered(start, length, piece):
    text = PAGE.read_text(encoding="utf-8")
    answer = read_record((text[:start] + piece + text[start + length :]).encode(), "page")

    assert isinstance(answer, list) or check_record(answer, ON).input == "page"


@unhurried
@given(st.integers(0, 9000), st.binary(max_size=4))
def test_a_legacy_record_with_any_piece_replaced_is_answered(start, piece):
    data = (DATA / "NCT02591810.xml").read_bytes()
    answer = read_record(data[:start] + piece + data[start + len(piece) :], "xml")

    assert isinstance(answer, list) or check_record(answer, ON).input == "xml"


@given(st.text(alphabet='\\>*a"[n u005c\n', max_size=40))
def test_escapes_are_taken_away_from_json_as_from_text(text):
    assert unescape(text) == json.loads(unescape_json(json.dumps(text).encode()))


@pytest.mark.parametrize("piece", ["a ", " ", "1, ", "the ", "participants who ", "12 ", "no study ", "\\>", "- "])
def test_a_very_long_text_is_read_in_time(piece):
    long = piece * (100_000 // len(piece))
    record = read_record(_put(("eligibilityModule", "eligibilityCriteria"), long), "long")
    assert isinstance(record, RegistryRecord)

    assert check_record(record, ON).input == "long"


@pytest.mark.parametrize("piece", [" ", "| ", "[ Time Frame: ", "Study Type | ", "a "])
def test_a_very_long_line_of_a_page_is_read_in_time(piece):
    assert read_record((piece * (200_000 // len(piece))).encode(), "long")
