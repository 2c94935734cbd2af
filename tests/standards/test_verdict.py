"""What outside judges say of the exports: kept verdicts always, the judges themselves where they are installed."""

import json
import subprocess
import sys

import jsonschema
import pytest
from ruamel.yaml import YAML

from standards.judge import (
    CORE,
    DEFINE,
    HERE,
    ODM,
    SHARED,
    VERDICT,
    core_on_sdtm,
    core_on_usdm,
    digests_of,
    schema_errors,
)
from standards.transport import has_haven, haven_differences, pyreadstat_differences
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


def source_of_sdtm():
    return Source(
        study=packaged_study(), snapshot=snapshot_of(TABLE), analysis=None, rows=(), catalog=catalog.load(), version="1"
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdtm")
    for name, data in whole(write(source_of_sdtm())).items():
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
    for name, data in whole(write_adam(source)).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The exports of the demo that `make standards` judges."""
    out = tmp_path_factory.mktemp("demo") / "out"
    command = [sys.executable, "-m", "trialwright", "demo", "--no-serve", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return out / "exports"


def allowed(name):
    return set(YAML(typ="safe").load((HERE / "allowed.yaml").read_text("utf-8"))[name.partition(" ")[0]])


def lists_are_read_once():
    """Whether the engine's jsonpath-ng is the one that `make core` asks for."""
    told = "from importlib.metadata import version; print(version('jsonpath-ng'))"
    return subprocess.run([str(CORE), "-c", told], capture_output=True, text=True).stdout.strip() == "1.8.0"


def kept():
    return json.loads(VERDICT.read_text("utf-8"))


@pytest.mark.parametrize("name", ["sdtm json", "sdtm xpt", "usdm"])
def test_core_reported_nothing_outside_the_list_of_named_reasons(name):
    assert set(kept()["core"][name]) <= allowed(name), f"see {VERDICT.name}; `make standards` asks again"


@pytest.mark.parametrize("name", ["sdtm json", "sdtm xpt", "usdm"])
def test_core_could_evaluate_every_rule(name):
    """USDM's rules need files that the engine's wheel lacks (judge.RESOURCES): a verdict without them is not kept."""
    ended = kept()["rules"][name]

    assert set(ended) == {"issue", "pass", "skipped"}
    assert ended["pass"] > 150


def test_the_kept_verdict_found_every_document_valid():
    schemas = kept()["schemas"]

    assert {name: errors for name, errors in schemas.items() if errors} == {}
    assert {name for name in schemas if not name.endswith(".json")} == {
        *(f"{name}/{form}/define.xml" for name in ("sdtm", "adam") for form in ("json", "xpt")),
        *(f"odm/{version}/{name}.xml" for version in ODM for name in ("snapshot", "transactions")),
    }
    assert {name.partition("/")[0] for name in schemas if name.endswith(".json")} == {"sdtm", "adam", "usdm"}


@pytest.mark.parametrize("reader", ["pyreadstat", "haven"])
def test_other_programs_read_every_cell_of_the_transport_files_as_it_stands_in_dataset_json(reader):
    assert kept()["transport"][reader] == []


def test_the_kept_verdict_is_of_what_is_exported_today(demo):
    """A verdict on other bytes says nothing: with the engine at hand it must be asked again, elsewhere it is told."""
    found = digests_of(demo)
    stale = [name for name, digest in kept()["data"].items() if found[name] != digest]
    if stale and not CORE.exists():
        pytest.skip(f"the kept verdict is older than the exports of {', '.join(stale)}: `make standards` asks again")

    assert stale == [], "`make standards` asks again"


def test_a_cell_that_was_read_otherwise_is_found(tmp_path):
    """The comparison of the transport files notices: it does not pass by comparing nothing."""
    for name, data in whole(write(source_of_sdtm())).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert pyreadstat_differences(tmp_path) == []
    ae = tmp_path / "json" / "ae.json"
    ae.write_text(ae.read_text("utf-8").replace("2021-03", "2021-04", 1), "utf-8")

    assert len(pyreadstat_differences(tmp_path)) == 1
    if has_haven():
        assert len(haven_differences(tmp_path)) == 1


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
@pytest.mark.parametrize("name", ["sdtm json", "sdtm xpt", "usdm"])
def test_core_judges_the_demo_now(demo, name):
    folder, _, form = name.partition(" ")
    if name == "usdm" and not lists_are_read_once():
        pytest.skip("an engine made by an earlier `make core` counts every element of USDM twice: `make core` again")
    found, _ = core_on_sdtm(demo / folder / form) if form else core_on_usdm(demo / folder / "usdm.json")

    assert set(found) <= allowed(name), found
