"""Nothing of a v2 record is dropped: unknown keys, unknown words, explicit empty values, escapes and precision."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.model.record import RegistryRecord
from trialwright.register import plain, plain_protocol, read_record
from trialwright.register.markdown import escape, unescape

from .records import DATA, ROOT, SHARED, exemplary, record_of

ODD = [
    {"protocolSection": {"identificationModule": {"nctId": "NCT00000000", "newKey": {"a": [1, None]}}}},
    {"protocolSection": {"designModule": {"phases": ["PHASE9", "PHASE2"]}}},
    {"protocolSection": {"designModule": {"phases": [None, "PHASE2"], "studyType": None}}},
    {"protocolSection": {"conditionsModule": {"conditions": [], "keywords": ["", "gout"]}}},
    {"protocolSection": {"conditionsModule": {}}, "derivedSection": {"miscInfoModule": {"later": True}}},
    {"protocolSection": {"descriptionModule": {"briefSummary": "", "detailedDescription": None}}},
    {"protocolSection": {"oversightModule": {"oversightHasDmc": "no", "isPpsd": None, "isUsExport": 1}}},
    {"protocolSection": {"designModule": {"enrollmentInfo": {"count": "20", "type": "ACTUAL"}}}},
    {"protocolSection": {"outcomesModule": {"primaryOutcomes": {"measure": "not a list"}}}},
    {"protocolSection": {"outcomesModule": {"primaryOutcomes": ["text", {"measure": "x", "unit": "mg"}, 7]}}},
    {"protocolSection": {"contactsLocationsModule": {"locations": [{"geoPoint": {"lat": 1, "lon": 2.5}}]}}},
    {"protocolSection": {"eligibilityModule": {"eligibilityCriteria": "a \\\\ b \\> c \\u00e9"}}, "extra": [[]]},
]


@pytest.mark.parametrize("document", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("indent", [None, 2])
def test_what_the_model_does_not_know_is_kept_in_its_place(document, indent):
    data = json.dumps(document, indent=indent).encode()

    assert document == json.loads(bytes(record_of(data).document))


def test_a_word_outside_the_vocabulary_is_kept_and_named():
    document = exemplary()
    document["protocolSection"]["statusModule"]["overallStatus"] = "BANANA"
    record = record_of(json.dumps(document).encode())
    oddity = record.oddities[0]

    assert (oddity.code, oddity.where) == ("TW-REG-007", "protocolSection.statusModule.overallStatus")
    assert "BANANA" in oddity.found
    assert "RECRUITING" in oddity.expected
    assert document == json.loads(bytes(record.document))


def test_a_key_the_registry_may_add_one_day_is_no_oddity():
    document = exemplary() | {"futureSection": {"a": 1}}

    assert record_of(json.dumps(document).encode()).oddities == ()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MODULES = ("designModule", "outcomesModule", "conditionsModule", "oversightModule", "statusModule", "other")
KEYS = ("phases", "primaryOutcomes", "conditions", "oversightHasDmc", "overallStatus", "measure", "designInfo")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(MODULES), st.dictionaries(st.sampled_from(KEYS), json_values, max_size=4))
def test_any_piece_anywhere_comes_back(module, piece):
    document = {"protocolSection": {module: piece}}
    record = read_record(json.dumps(document).encode(), "any")

    assert isinstance(record, RegistryRecord)
    assert document == json.loads(bytes(record.document))


@given(st.text(alphabet="\\><*^[]~ab\n", max_size=30))
def test_escaping_and_unescaping_gives_the_text_back(text):
    assert text == unescape(escape(text))


def test_rules_read_text_without_escapes_and_the_record_keeps_them():
    document = exemplary()
    document["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = "HbA1c \\> 7 \\[mmol\\]"
    record = record_of(json.dumps(document).encode())

    assert plain_protocol(record).eligibility_module.eligibility_criteria == "HbA1c > 7 [mmol]"
    assert plain(record).protocol_section == plain_protocol(record)
    assert record.typed.protocol_section.eligibility_module.eligibility_criteria == "HbA1c \\> 7 \\[mmol\\]"


def test_a_page_writes_the_escapes_that_the_registry_would():
    page = DATA / "NCT02591810.xml"
    record = record_of(page.read_bytes())
    criteria = record.typed.protocol_section.eligibility_module.eligibility_criteria

    assert unescape(criteria) == plain_protocol(record).eligibility_module.eligibility_criteria
    assert "\\>" in criteria or "\\<" in criteria or not set("<>") & set(criteria)


@pytest.mark.bulk
def test_the_model_is_what_its_generator_writes(tmp_path):
    schemas = SHARED / "spec" / "v2-schemas.json"
    if not schemas.exists():
        pytest.skip("../shared/registry is not here")
    tool = ROOT / "tools" / "generate_record_model.py"
    subprocess.run([sys.executable, tool, schemas, tmp_path], check=True)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", "--line-length", "120", tmp_path], check=True)
    ours = ROOT / "src" / "trialwright" / "model" / "v2"

    assert {p.name: p.read_text("utf-8") for p in tmp_path.glob("*.py")} == {
        p.name: p.read_text("utf-8") for p in ours.glob("*.py")
    }


@pytest.mark.bulk
def test_a_history_document_gives_its_current_version_and_its_summary():
    folder = SHARED / "history"
    if not folder.exists():
        pytest.skip("../shared/registry is not here")
    for path in sorted(folder.glob("*.json")):
        record = record_of(path.read_bytes())
        document = json.loads(path.read_bytes())

        assert record.source_format == "v2-history"
        assert record.history is not None
        assert len(record.history.changes) == len(document["history"]["changes"])
        assert document["study"] == json.loads(bytes(record.document))
