"""Faults planted one by one into a clean export: each is found, named and placed, and the clean export has none."""

import datetime as dt
import json

import msgspec
import pytest

from support.results import packaged_study
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export import xpt
from trialwright.export.sdtm import tabulate
from trialwright.export.sdtm.checking import check_datasets
from trialwright.pipeline.sdtm_check import check_sdtm

PEOPLE = """
{p} @participant_added 2021-02-01 site=nanjing
{p} @consent_given 2021-02-01 date=2021-02-01
{p} SCR visit_record.date 2021-02-01
{p} SCR demographics.birth_year 1970
{p} SCR demographics.age 51
{p} SCR demographics.sex F
{p} @enrolled 2021-02-09 date=2021-02-09
{p} W0 visit_record.date 2021-02-09
{p} W0 weight.weight 55.1
{p} W0 muscle_enzymes.ck 1250
{p} W4 visit_record.date 2021-03-09
{p} W4 muscle_enzymes.ck 900
{p} LOG#1 dosing_log.date 2021-02-09
{p} LOG#1 dosing_log.dose 500
{p} LOG#1 dosing_log.vials 2
{p} LOG#1 dosing_log.interrupted N
{p} SCR disease_history.subtype dermatomyositis
{p} SCR disease_history.drug_1 methotrexate
{p} LOG#1 adverse_event.term "nausea"
{p} LOG#1 adverse_event.serious N
{p} LOG#1 adverse_event.outcome recovered
{p} LOG#1 adverse_event.start 2021-03-01
{p} LOG#1 adverse_event.end 2021-03-04
"""
FAILED = (
    "P003 SCR demographics.sex M\n"
    "P003 @participant_added 2021-02-01 site=nanjing\nP003 @consent_given 2021-02-01\n"
    "P003 @screen_failure 2021-02-03 criteria=inc1_age date=2021-02-03\n"
)


@pytest.fixture(scope="module")
def clean():
    table = PEOPLE.format(p="P001") + PEOPLE.format(p="P002") + FAILED
    return tabulate(packaged_study(), snapshot_of(table), catalog.load()).datasets


def changed(datasets, name, variable, row, value):
    """The datasets with one cell written over."""
    made = []
    for dataset in datasets:
        if dataset.name == name:
            at = [each.name for each in dataset.variables].index(variable)
            rows = [list(line) for line in dataset.rows]
            for line in rows[row] if isinstance(row, slice) else [rows[row]]:
                line[at] = value
            dataset = msgspec.structs.replace(dataset, rows=tuple(map(tuple, rows)))
        made.append(dataset)
    return made


def parameter(datasets, name):
    (summary,) = [each for each in datasets if each.name == "TS"]
    return [str(each) for each in summary.column("TSPARMCD")].index(name)


def codes(problems):
    return {problem.code for problem in problems if problem.severity == "error"}


def test_a_clean_export_has_no_error(clean):
    assert [problem.sentence() for problem in check_datasets(clean) if problem.severity == "error"] == []


@pytest.mark.parametrize(
    ("name", "variable", "row", "value", "code"),
    [
        ("AE", "AEOUT", 0, "BETTER", "TW-SDT-001"),
        ("AE", "AESER", 0, "NO", "TW-SDT-001"),
        ("DM", "SEX", 0, "FEMALE", "TW-SDT-001"),
        ("DM", "AGEU", 0, "Y", "TW-SDT-001"),
        ("DS", "DSCAT", 0, "MILESTONE", "TW-SDT-001"),
        ("LB", "LBTESTCD", 0, "CREATINEKINASE", "TW-SDT-005"),
        ("LB", "LBTESTCD", 0, "1CK", "TW-SDT-005"),
        ("LB", "LBTEST", 0, "Creatine Phosphokinase", "TW-SDT-006"),
        ("LB", "LBSEQ", 1, 1, "TW-SDT-007"),
        ("AE", "USUBJID", 0, "ABA-DM-NANJING-P999", "TW-SDT-008"),
        ("DM", "USUBJID", 1, "ABA-DM-NANJING-P001", "TW-SDT-008"),
        ("AE", "AESTDY", 0, 20, "TW-SDT-009"),
        ("AE", "AESTDY", 0, 0, "TW-SDT-009"),
        ("AE", "AETERM", 0, None, "TW-SDT-010"),
        ("LB", "VISITNUM", 0, 3, "TW-SDT-012"),
        ("SUPPEX", "IDVARVAL", 0, "9", "TW-SDT-013"),
        ("SUPPEX", "QNAM", 0, "EXDOSE", "TW-SDT-011"),
        ("AE", "AESTDTC", 0, "01/03/2021", "TW-SDT-014"),
        ("AE", "AESTDTC", 0, "2021-02-30", "TW-SDT-014"),
        ("AE", "AEENDTC", 0, "2021-02-01", "TW-SDT-015"),
        ("LB", "LBLOBXFL", 1, "Y", "TW-SDT-016"),
        ("LB", "LBORRES", 0, None, "TW-SDT-017"),
        ("DM", "ARMCD", 0, "PLACEBO", "TW-SDT-018"),
        ("DM", "ARMNRS", 2, None, "TW-SDT-018"),
        ("VS", "STUDYID", 0, "OTHER", "TW-SDT-019"),
        ("VS", "DOMAIN", 0, "LB", "TW-SDT-020"),
        ("IE", "IETESTCD", 0, "INCL09", "TW-SDT-021"),
        ("LB", "LBSTRESN", 0, 1251, "TW-SDT-022"),
        ("VS", "VSTEST", 0, "The weight of the participant as measured", "TW-SDT-023"),
        ("LB", "LBSTRESU", 0, None, "TW-SDT-027"),
        ("RELREC", "IDVAR", 0, "DAREFID", "TW-SDT-028"),
        ("RELREC", "RELID", 1, "ALONE", "TW-SDT-028"),
        ("RELREC", "IDVARVAL", 2, "9", "TW-SDT-028"),
        ("RELREC", "RDOMAIN", 3, "AE", "TW-SDT-028"),
        ("LB", "LBTEST", slice(None), "Aldolase", "TW-SDT-029"),
        ("DA", "DATEST", slice(None), "Remaining Amount", "TW-SDT-029"),
        ("TS", "TSPARM", 0, "Added on to Existing Treatments and More", "TW-SDT-029"),
        ("DA", "DALNKID", slice(None), None, "TW-SDT-028"),
    ],
)
def test_a_planted_fault_is_found(clean, name, variable, row, value, code):
    assert code in codes(check_datasets(changed(clean, name, variable, row, value)))


@pytest.mark.parametrize(
    ("parameter_name", "variable", "value", "code"),
    [
        ("AGEMIN", "TSVAL", "18 Years", "TW-SDT-003"),
        ("LENGTH", "TSVAL", "P", "TW-SDT-003"),
        (
            "TPHASE",
            "TSVAL",
            "PHASE 0 TRIAL",
            "TW-SDT-004",
        ),  # the term of 2022 under the code of 2025: CORE lets it pass
        ("STYPE", "TSVAL", "INTERVENTION", "TW-SDT-001"),
        ("RANDOM", "TSVALCD", "C49488", "TW-SDT-004"),
        ("PLANSUB", "TSPARMCD", "PLANSUBJ", "TW-SDT-002"),
        ("TITLE", "TSVAL", None, "TW-SDT-024"),
        ("AGEMAX", "TSVAL", "P99Y", "TW-SDT-024"),
    ],
)
def test_a_fault_of_the_trial_summary_is_found(clean, parameter_name, variable, value, code):
    faulty = changed(clean, "TS", variable, parameter(clean, parameter_name), value)

    assert code in codes(check_datasets(faulty))


@pytest.mark.parametrize(
    ("name", "variable", "value", "code", "severity"),
    [
        pytest.param("AE", "AETERM", "皮疹" * 40, "TW-SDT-030", "note", id="240 bytes of 80 characters"),
        ("TS", "TSVCDVER", "2022-09-30", "TW-SDT-031", "warning"),
    ],
)
def test_what_may_mislead_is_told_and_is_no_error(clean, name, variable, value, code, severity):
    row = parameter(clean, "TPHASE") if name == "TS" else 0
    told, before = check_datasets(changed(clean, name, variable, row, value)), check_datasets(clean)

    assert [problem.severity for problem in told if problem not in before] == [severity]
    assert {problem.code for problem in told if problem not in before} == {code}


def test_a_missing_dataset_is_found(clean):
    assert "TW-SDT-025" in codes(check_datasets([each for each in clean if each.name != "TA"]))


def test_a_variable_that_the_guide_does_not_know_is_found(clean):
    odd = [
        msgspec.structs.replace(
            each,
            variables=(*each.variables, msgspec.structs.replace(each.variables[0], name="AEMOOD")),
            rows=tuple((*row, "x") for row in each.rows),
        )
        if each.name == "AE"
        else each
        for each in clean
    ]

    assert "TW-SDT-011" in codes(check_datasets(odd))


def test_no_finding_shows_a_value_of_a_participant(clean):
    faulty = changed(clean, "AE", "AESTDTC", 0, "secret")

    assert not any("secret" in problem.sentence() for problem in check_datasets(faulty))


def test_a_folder_of_transport_files_is_read_and_judged(clean, tmp_path):

    for each in changed(clean, "AE", "AEOUT", 0, "BETTER"):
        data, _ = xpt.write(each, "2022-01-01T00:00:00Z")
        (tmp_path / f"{each.name.lower()}.xpt").write_bytes(data)
    (tmp_path / "lb.xpt").write_bytes(b"no transport file")
    report = check_sdtm(tmp_path, dt.date(2026, 1, 1))

    assert {"TW-SDT-001", "TW-SDT-026"} <= codes(report.findings)
    assert json.loads(msgspec.json.encode(report.counts))["error"] == len(
        [f for f in report.findings if f.severity == "error"]
    )


def test_an_empty_folder_is_a_finding(tmp_path):

    assert codes(check_sdtm(tmp_path, dt.date(2026, 1, 1)).findings) == {"TW-SDT-026"}
