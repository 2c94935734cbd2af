"""What outside judges say of the exports: kept verdicts always, the judges themselves where they are installed."""

import json
import subprocess
import sys

import jsonschema
import pytest
from ruamel.yaml import YAML

from standards.judge import CORE, DEFINE, HERE, ROOT, SHARED, VERDICT, core_findings, schema_errors
from support.results import packaged_study, read_small
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export.adam import write as write_adam
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.export.sdtm import write
from unit.export.test_adam import TABLE as TABLE_OF_ADAM

SCHEMA = SHARED / "json-schema" / "dataset-json-1.1" / "dataset.schema.json"
TABLE = """
P001 @participant_added 2021-02-01 site=nanjing
P001 @consent_given 2021-02-01 date=2021-02-01
P001 SCR visit_record.date 2021-02-01
P001 SCR demographics.birth_year 1970
P001 SCR demographics.sex F
P001 SCR disease_history.subtype dermatomyositis
P001 SCR disease_history.drug_1 methotrexate
P001 SCR disease_history.drug_1_result failed
P001 @enrolled 2021-02-09 date=2021-02-09
P001 W0 visit_record.date 2021-02-09
P001 W0 weight.weight 55.1
P001 W0 muscle_enzymes.ck <20
P001 LOG#1 dosing_log.date 2021-02-09
P001 LOG#1 dosing_log.dose 500
P001 LOG#1 adverse_event.term "皮疹"
P001 LOG#1 adverse_event.start 2021-03-UU
P001 LOG#1 adverse_event.awareness 2021-03-09
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    source = Source(
        study=packaged_study(), snapshot=snapshot_of(TABLE), analysis=None, rows=(), catalog=catalog.load(), version="1"
    )
    folder = tmp_path_factory.mktemp("sdtm")
    for name, data in whole(write(source)).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    small = read_small(TABLE_OF_ADAM)
    source = Source(
        study=small.study, snapshot=small.snapshot, analysis=small.analysis, rows=small.rows, catalog=catalog.load(),
        version="1",
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("adam")
    for name, data in write_adam(source).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "out"
    command = [sys.executable, "-m", "trialwright", "demo", "--no-serve", "--participants", "7", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return out / "exports" / "sdtm"


def allowed():
    return set(YAML(typ="safe").load((HERE / "allowed.yaml").read_text("utf-8")))


@pytest.mark.parametrize("form", ["json", "xpt"])
def test_core_reported_nothing_outside_the_list_of_named_reasons(form):
    verdict = json.loads(VERDICT.read_text("utf-8"))

    assert set(verdict[form]) <= allowed(), f"see {VERDICT.name}; `make standards` asks again"


def test_the_kept_verdict_found_the_metadata_valid():
    assert json.loads(VERDICT.read_text("utf-8"))["define"] == []


@pytest.mark.bulk
@pytest.mark.skipif(not DEFINE.exists(), reason="../shared/standards is not here")
@pytest.mark.parametrize("form", ["json", "xpt"])
def test_the_metadata_are_valid_define_xml(written, form):
    assert schema_errors(DEFINE, written / form / "define.xml") == []


@pytest.mark.bulk
@pytest.mark.skipif(not DEFINE.exists(), reason="../shared/standards is not here")
@pytest.mark.parametrize("form", ["json", "xpt"])
def test_the_metadata_of_the_analysis_are_valid_define_xml(analysed, form):
    assert schema_errors(DEFINE, analysed / form / "define.xml") == []


@pytest.mark.bulk
@pytest.mark.skipif(not SCHEMA.exists(), reason="../shared/standards is not here")
def test_every_analysis_dataset_is_valid_dataset_json(analysed):
    judge = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    wrong = {
        path.name: [error.message for error in judge.iter_errors(json.loads(path.read_text("utf-8")))]
        for path in (analysed / "json").glob("*.json")
    }

    assert set(wrong) >= {"adsl.json", "adcore.json", "adresp.json", "adgc.json", "adae.json", "adex.json", "adlb.json"}
    assert {name: errors for name, errors in wrong.items() if errors} == {}


@pytest.mark.bulk
@pytest.mark.skipif(not SCHEMA.exists(), reason="../shared/standards is not here")
def test_every_dataset_is_valid_dataset_json(written):
    judge = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    wrong = {
        path.name: [error.message for error in judge.iter_errors(json.loads(path.read_text("utf-8")))]
        for path in (written / "json").glob("*.json")
    }

    assert len(wrong) > 10
    assert {name: errors for name, errors in wrong.items() if errors} == {}


@pytest.mark.bulk
@pytest.mark.skipif(not CORE.exists(), reason="CDISC CORE is not installed here: make core (Python 3.12, 460 MB)")
@pytest.mark.parametrize("form", ["json", "xpt"])
def test_core_judges_a_small_demo_now(demo, form):
    found = core_findings(demo / form, ROOT / ".core" / "cache")

    assert set(found) <= allowed(), found
