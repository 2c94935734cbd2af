"""A second study, as different as the house allows, comes through the same commands: two arms, another disease."""

import csv
import json
import re
import shutil

import polars as pl
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from standards.judge import CORE, HERE, ODM, SHARED, core_on_sdtm, core_on_usdm, schema_verdicts
from standards.transport import pyreadstat_differences
from support.two_arms import DOSES, FOLDER, PEOPLE, enter
from trialwright import catalog
from trialwright.cli.main import app
from trialwright.define import read_study
from trialwright.export.odm import read

FIRST_STUDY = re.compile(
    r"abatacept|dermatomyositis|myositis|\bMMT|IMACS|\bHAQ|nanjing|NCT04946669|ABA-DM|prednison", re.IGNORECASE
)
SEPARATE = ("sdtm/json", "sdtm/xpt", "adam/json", "adam/xpt")
TREATED = {person.number: person for person in PEOPLE if person.arm}
TITLES = {"nandrolone": "Nandrolone", "testosterone": "Testosterone"}


def command(*words):
    """What the command printed, and its exit code."""
    done = CliRunner().invoke(app, [str(each) for each in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output, done.exit_code


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A copy of the definition, checked and frozen as its author would, and everybody entered and locked."""
    folder = tmp_path_factory.mktemp("second") / "study"
    shutil.copytree(FOLDER, folder)
    told, code = command("check", folder)
    assert (code, "0 errors, 0 warnings" in told) == (0, True), told
    told, code = command("freeze", folder, "--reason", "The first build", "--registered")
    assert code == 0, told
    read, problems = read_study(folder, catalog.load())
    assert read is not None, problems
    enter(folder.parent / "ledger.sqlite", read)
    return folder


@pytest.fixture(scope="module")
def exports(study):
    out = study.parent / "exports"
    told, code = command("export", "all", study, "--db", study.parent / "ledger.sqlite", "-o", out)
    assert code == 0, told
    return out


def lines(exports, name):
    """The rows of a dataset as mappings; "sdtm/dm"."""
    standard, _, dataset = name.partition("/")
    told = json.loads((exports / standard / "json" / f"{dataset}.json").read_text("utf-8"))
    names = [each["name"] for each in told["columns"]]
    return [{name: None if cell == "" else cell for name, cell in zip(names, row, strict=True)} for row in told["rows"]]


@pytest.mark.parametrize("folder", SEPARATE)
def test_our_own_checker_finds_nothing(exports, folder):
    told, code = command("check", exports / folder, "--format", "json")
    found = [(each["code"], each["where"]) for each in json.loads(told)["findings"]]

    assert code == 0
    # A note, not a finding to mend: no dictionary of event terms is shipped.
    assert found == ([("TW-SDT-010", "AE.AEDECOD")] if folder.startswith("sdtm") else [])


@pytest.mark.bulk
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/standards is not here")
def test_every_file_is_valid_by_its_schema(exports):
    told = schema_verdicts(exports)

    # Define-XML four times, ODM four times, USDM, and the datasets of both standards.
    assert len(told) > 4 + 4 + 1 + 20 + 6
    assert {name: errors for name, errors in told.items() if errors} == {}


@pytest.mark.parametrize("standard", ["sdtm", "adam"])
def test_transport_files_hold_what_dataset_json_holds(exports, standard):
    files = sorted((exports / standard / "xpt").glob("*.xpt"))

    assert len(files) == len(list((exports / standard / "json").glob("*.json")))
    assert pyreadstat_differences(exports / standard) == []


def test_everybody_is_in_the_arm_of_the_allocation(exports):
    told = {line["SUBJID"]: (line["ARMCD"], line["ACTARM"], line["ARMNRS"]) for line in lines(exports, "sdtm/dm")}

    assert told == {
        person.number: (person.arm.upper(), TITLES[person.arm], None) if person.arm else (None, None, "SCREEN FAILURE")
        for person in PEOPLE
    }


def test_what_was_given_is_the_treatment_of_the_arm(exports):
    told = {(line["USUBJID"][-4:], line["EXTRT"], line["EXDOSE"]) for line in lines(exports, "sdtm/ex")}
    names = {"nandrolone": "NANDROLONE DECANOATE", "testosterone": "TESTOSTERONE ENANTHATE"}

    assert told == {(who, names[each.arm], int(DOSES[each.arm])) for who, each in TREATED.items()}


@pytest.mark.parametrize("dataset", ["adsl", "adval", "adae", "adex", "adlb", "advs"])
def test_every_analysis_line_says_the_arm(exports, dataset):
    planned, actual = ("TRT01P", "TRT01A") if dataset == "adsl" else ("TRTP", "TRTA")
    told = {(line["SUBJID"], line[planned], line[actual]) for line in lines(exports, f"adam/{dataset}")}
    arms = {(who, TITLES[each.arm], TITLES[each.arm]) for who, each in TREATED.items()}

    assert told - {("P007", "SCREEN FAILURE", None)} <= arms
    assert dataset == "adae" or {who for who, _, _ in told} >= set(TREATED)


def test_the_trial_is_summarised_as_randomised_and_controlled(exports):
    told = [(line["TSPARMCD"], line["TSVAL"] or line["TSVALNF"]) for line in lines(exports, "sdtm/ts")]

    assert {
        ("RANDOM", "Y"), ("TCNTRL", "ACTIVE"), ("RANDQT", "0.67"), ("NARMS", "2"),
        ("INTMODEL", "PARALLEL"), ("LENGTH", "P13W"),
        ("SEXPOP", "M"), ("AGEMIN", "P40Y"), ("AGEMAX", "P80Y"), ("TRT", "NANDROLONE DECANOATE"),
        ("COMPTRT", "TESTOSTERONE ENANTHATE"), ("HLTSUBJI", "N"),
    } <= set(told)  # fmt: skip
    assert [name for name, _ in told].count("TRT") == 1


def test_the_follow_up_is_an_epoch_of_its_own(exports):
    visits = {(line["VISIT"], line["EPOCH"]) for line in lines(exports, "sdtm/vs")}
    spans = [(line["ETCD"], line["EPOCH"]) for line in lines(exports, "sdtm/se") if line["USUBJID"].endswith("P001")]

    assert {("SCREENING", "SCREENING"), ("WEEK 8", "TREATMENT"), ("WEEK 12", "FOLLOW-UP")} <= visits
    assert spans == [("SCRN", "SCREENING"), ("TRT1", "TREATMENT"), ("FOLLOWUP", "FOLLOW-UP")]


def test_who_left_and_what_was_serious_are_there(exports):
    left = [line["DSDECOD"] for line in lines(exports, "sdtm/ds") if line["USUBJID"].endswith("P003")]
    serious = [(line["AETERM"], line["AESHOSP"]) for line in lines(exports, "sdtm/ae") if line["AESER"] == "Y"]

    assert left[-1] == "LOST TO FOLLOW-UP"
    assert serious == [("Pneumonia", "Y")]


def test_questions_of_the_study_s_own_are_analysed_where_they_have_a_place(exports):
    blood = {(line["USUBJID"][-4:], line["AVISIT"], line["PARAMCD"]): line for line in lines(exports, "adam/adlb")}
    vital = {(line["USUBJID"][-4:], line["AVISIT"], line["PARAMCD"]): line for line in lines(exports, "adam/advs")}
    high, none = blood["P006", "Week 4", "ALT"], blood["P004", "Week 4", "HGB"]
    pressure = vital["P001", "Week 8", "SYSBP"]

    assert (high["AVAL"], high["ANRHI"], high["R2ANRHI"], high["ANRIND"]) == (61, 50, 1.22, "HIGH")
    assert (none["AVAL"], none["AVALRSN"]) == (None, "NOT DONE")
    assert (pressure["PARAM"], pressure["BASE"], pressure["CHG"]) == ("Systolic Blood Pressure (mmHg)", 131, 0)
    # What describes a participant stands in ADSL, also without a place in SDTM; what is measured again does not.
    first = lines(exports, "adam/adsl")[0]
    assert (first["DIAGNOSI"], first["PACKYEAR"], "SYSTOLIC" in first) == ("EMPHYSEMA", 40, False)


@pytest.mark.parametrize(("table", "n", "mean"), [("14.2.3", "6", "25/12"), ("14.2.4", "2", "1/20")])
def test_an_analysis_set_of_one_arm_has_that_arm_alone(study, tmp_path, table, n, mean):
    # By hand: nandrolone (2.3 + 2.5 + 2.3 + 2.5 + 1.4 + 1.5) / 6 = 25/12, testosterone (-0.9 + 1.0) / 2 = 1/20.
    told, code = command("analyze", study, "--db", study.parent / "ledger.sqlite", "-o", tmp_path)
    rows = {
        each["cell"]: each["value"] for each in json.loads((tmp_path / "results.json").read_text("utf-8"))["results"]
    }
    at = next(cell.rpartition(":")[0] for cell in rows if cell.startswith(f"{table}:") and "W8" in cell)

    assert code == 0, told
    assert (rows[f"{at}:change_n"], rows[f"{at}:change_mean"]) == (n, mean)


def test_the_participants_of_the_csv_say_their_arm(exports):
    (path,) = (exports / "csv" / "machine").glob("participants*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        told = {line["participant_id"]: line["arm"] for line in csv.DictReader(file)}

    assert told == {person.number: person.arm or "none" for person in PEOPLE}


def test_odm_2_carries_arms_and_epochs_and_both_say_what_they_cannot(exports):
    read_back = {version: read((exports / "odm" / version / "snapshot.xml").read_bytes(), "x") for version in ODM}
    lost = json.loads((exports / "odm" / "lost.json").read_text("utf-8"))["lost"]

    assert [each.name for each in read_back["2.0"].document.metadata.arms] == ["Nandrolone", "Testosterone"]
    assert [each.name for each in read_back["2.0"].document.metadata.epochs] == ["Screening", "Treatment", "Follow-up"]
    assert read_back["1.3.2"].document.metadata.arms == ()
    assert [each.ignored for each in read_back.values()] == [(), ()]
    assert [each["where"] for each in lost][-2:] == [
        "1.3.2: the arms and epochs of the definition", "the arm that a participant was allotted to",
    ]  # fmt: skip


def test_the_shared_set_keeps_the_arms_apart(exports):
    (path,) = (exports / "sharing" / "data").glob("adsl*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        arms = [line["TRT01A"] for line in csv.DictReader(file)]

    assert (arms.count("Nandrolone"), arms.count("Testosterone")) == (6, 3)


def words_of(path):
    """What stands in a file; packed bytes may spell anything by chance, so that Parquet is read."""
    if path.suffix != ".parquet":
        return path.read_bytes().decode("latin-1")
    return pl.read_parquet(path).write_csv() + pl.read_parquet_metadata(path)["trialwright"]


def test_no_word_of_the_first_study_stands_in_any_file(exports):
    files = [path for path in exports.rglob("*") if path.is_file() and path.suffix != ".pdf"]
    found = {str(path.relative_to(exports)): FIRST_STUDY.findall(words_of(path)) for path in files}

    assert len(files) > 90
    assert {name: words for name, words in found.items() if words} == {}


def test_nothing_is_lost_without_its_reason(exports):
    lost = json.loads((exports / "sdtm" / "lost.json").read_text("utf-8"))
    of_data = [each["where"] for each in lost["lost"] if "values)" in each["where"] or "xpt" in each["where"]]

    assert lost["counts"]["datapoints"] == lost["counts"]["in_datasets"] + lost["counts"]["lost"]
    assert of_data == [
        "eligibility/eligibility.exc1_prostate (10 values)", "eligibility/eligibility.inc3_loss (10 values)",
        "history/lung_history.pack_years (10 values)", "xpt: AE.AETERM row 4",
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "result"), [
    ("en", ">All arms are counted together", "Mean change in 8 of 9 participants: 1.6"),
    ("zh", ">各组合并统计", "9 例参与者中 8 例的平均变化：1.6"),
])  # fmt: skip
def test_the_report_says_that_it_counts_all_arms_together(study, language, said, result):
    out = study.parent / f"report-{language}"
    ledger = study.parent / "ledger.sqlite"
    told, code = command("report", study, "--db", ledger, "-o", out, "--language", language)
    page = (out / "index.html").read_text("utf-8")

    assert code == 0, told
    # Nine tables and figures count participants of both arms; two are of one arm, and the three listings count nobody.
    assert page.count(said) == 9
    # By hand from the weights: (2.3 + 2.5 + 2.3 - 0.9 + 2.5 + 1.4 + 1.0 + 1.5) / 8 = 1.575 kg.
    assert result in page
    assert not re.search(r"A single arm|没有同期|no concurrent control", page)
    assert not re.search(r"proposed amendment|拟议", page)


def test_every_number_of_the_report_comes_out_again_from_its_own_data(study):
    told, code = command("trace", study, "--all", "--db", study.parent / "ledger.sqlite")
    found = re.search(r"(\d+) of (\d+) numeric cells", told)

    assert code == 0
    assert found is not None
    assert found[1] == found[2]
    assert int(found[1]) > 300


def test_the_plan_is_written_without_any_data(study):
    told, code = command("report", study, "--plan", "-o", study.parent / "plan")

    assert code == 0, told
    assert (study.parent / "plan" / "plan.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.bulk
@pytest.mark.skipif(not CORE.exists(), reason="CDISC CORE is not installed here: make core (Python 3.12, 460 MB)")
@pytest.mark.parametrize("name", ["sdtm/json", "sdtm/xpt", "usdm/usdm.json"])
def test_core_finds_nothing_outside_the_named_list(exports, name):
    standard = name.partition("/")[0]
    found, _ = {"sdtm": core_on_sdtm, "usdm": core_on_usdm}[standard](exports / name)

    assert set(found) <= set(YAML(typ="safe").load((HERE / "allowed.yaml").read_text("utf-8"))[standard]), found
