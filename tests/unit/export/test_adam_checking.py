"""Faults planted one by one into clean ADaM: each is found, named and placed, and the clean export has none."""

import datetime as dt
import json

import msgspec
import pytest

from support.results import read_small
from trialwright import catalog
from trialwright.export.adam import analysis_datasets, write
from trialwright.export.adam.checking import check_datasets
from trialwright.export.datasets import Variable
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.export.sdtm import tabulate
from trialwright.export.sdtm import write as write_sdtm
from trialwright.pipeline.sdtm_check import check_adam, check_sdtm, holds_adam, holds_sdtm
from unit.export.test_adam import TABLE


def source():
    small = read_small(TABLE)
    return Source(study=small.study, snapshot=small.snapshot, analysis=small.analysis, rows=small.rows,
                  catalog=catalog.load(), version="1")  # fmt: skip


@pytest.fixture(scope="module")
def clean():
    return analysis_datasets(source()).datasets


@pytest.fixture(scope="module")
def tabulated():
    made = source()
    return tabulate(made.study, made.snapshot, made.catalog).datasets


def changed(datasets, name, variable, row, value):
    """The datasets with one cell written over; `row` is a number or a test of the line."""
    made = []
    for dataset in datasets:
        if dataset.name == name:
            names = [each.name for each in dataset.variables]
            rows = [dict(zip(names, line, strict=True)) for line in dataset.rows]
            at = row if isinstance(row, int) else next(n for n, line in enumerate(rows) if row(line))
            assert rows[at][variable] != value
            rows[at][variable] = value
            dataset = msgspec.structs.replace(dataset, rows=tuple(tuple(line.values()) for line in rows))
        made.append(dataset)
    return made


def codes(problems):
    return {problem.code for problem in problems}


def followed(line):
    return line["CHG"] is not None and line["PCHG"] is not None


def baseline(line):
    return line["ABLFL"] == "Y"


def one_source(line):
    return line["SRCSEQ"] is not None and line["PARAMTYP"] is None


def flagged(line):
    return line["CRIT1FL"] is not None


def test_a_clean_export_has_no_finding(clean, tabulated):
    assert [problem.sentence() for problem in check_datasets(clean, tabulated)] == []


@pytest.mark.parametrize(
    ("name", "variable", "row", "value", "code"),
    [
        ("ADSL", "USUBJID", 1, "ABA-DM-NANJING-P001", "TW-ADM-002"),
        ("ADSL", "SITEID", 0, None, "TW-ADM-003"),
        ("ADCORE", "PARAM", 0, None, "TW-ADM-003"),
        ("ADCORE", "USUBJID", 0, "ABA-DM-NANJING-P999", "TW-ADM-004"),
        ("ADCORE", "PARAM", 0, "Physician global", "TW-ADM-005"),
        ("ADCORE", "PARAMCD", 0, "PTGA", "TW-ADM-005"),
        ("ADLB", "PARAMCD", 0, "CREATINEKINASE", "TW-ADM-006"),
        ("ADLB", "PARAMCD", 0, "1CK", "TW-ADM-006"),
        ("ADCORE", "CHG", followed, 99, "TW-ADM-007"),
        ("ADCORE", "CHG", baseline, 1, "TW-ADM-007"),
        ("ADCORE", "PCHG", followed, 0.5, "TW-ADM-008"),
        ("ADCORE", "ABLFL", followed, "Y", "TW-ADM-009"),
        ("ADCORE", "BASE", followed, 9.9, "TW-ADM-010"),
        ("ADCORE", "AVISITN", followed, 77, "TW-ADM-011"),
        ("ADCORE", "AVISIT", followed, "Week 99", "TW-ADM-011"),
        ("ADSL", "SAFFL", 0, None, "TW-ADM-012"),
        ("ADRESP", "ANL01FL", 0, "1", "TW-ADM-012"),
        ("ADCORE", "ADY", followed, 0, "TW-ADM-013"),
        ("ADAE", "ASTDY", 0, 99, "TW-ADM-013"),
        ("ADAE", "ASTDTF", 0, "P", "TW-ADM-014"),
        ("ADAE", "ASTDT", lambda line: line["ASTDTF"] is not None, None, "TW-ADM-014"),
        ("ADCORE", "AVAL", baseline, None, "TW-ADM-015"),
        ("ADAE", "AENDT", lambda line: line["ASTDT"] == "2021-01-20", "2020-12-01", "TW-ADM-016"),
        ("ADAE", "TRTEMFL", lambda line: line["TRTEMFL"] == "Y", "N", "TW-ADM-017"),
        ("ADAE", "TRTEMFL", lambda line: line["TRTEMFL"] == "N", "Y", "TW-ADM-017"),
        ("ADCORE", "SRCDOM", one_source, None, "TW-ADM-018"),
        ("ADCORE", "SRCSEQ", one_source, 999, "TW-ADM-019"),
        ("ADCORE", "SRCSEQ", one_source, 2, "TW-ADM-020"),
        ("ADRESP", "SRCSEQ", lambda line: line["SRCSEQ"] is not None, 999, "TW-ADM-019"),
        ("ADCORE", "ASEQ", 1, 1, "TW-ADM-021"),
        ("ADCORE", "CRIT1", flagged, None, "TW-ADM-022"),
        ("ADCORE", "CRIT1", flagged, "At least a fifth better", "TW-ADM-022"),
        ("ADEX", "STUDYID", 0, "OTHER", "TW-ADM-024"),
        ("ADCORE", "SAFFL", 0, "N", "TW-ADM-025"),
        ("ADCORE", "TRTP", 0, "Placebo", "TW-ADM-025"),
        ("ADLB", "ANRIND", 0, "NORMAL", "TW-ADM-026"),
        ("ADRESP", "AVALC", 0, "N", "TW-ADM-027"),
        ("ADSL", "TRTEDT", 0, "2020-01-01", "TW-ADM-029"),
        ("ADRESP", "DTYPE", lambda line: line["DTYPE"] is not None, "GUESS", "TW-ADM-030"),
    ],
)
def test_a_planted_fault_is_found(clean, tabulated, name, variable, row, value, code):
    assert code in codes(check_datasets(changed(clean, name, variable, row, value), tabulated))


def test_missing_participants_are_found(clean):
    assert codes(check_datasets([each for each in clean if each.name != "ADSL"])) == {"TW-ADM-001"}


def test_a_long_name_and_a_missing_variable_are_found(clean):
    odd = []
    for each in clean:
        if each.name == "ADCORE":
            at = [variable.name for variable in each.variables].index("PARAM")
            named = list(each.variables)
            named[at] = Variable(name="PARAMETER", label="Parameter", kind="text")
            each = msgspec.structs.replace(each, variables=tuple(named))
        odd.append(each)

    assert {"TW-ADM-003", "TW-ADM-023"} <= codes(check_datasets(odd))


@pytest.mark.parametrize("form", ["json", "xpt"])
def test_a_folder_is_checked_against_the_sdtm_beside_it(tmp_path, form):
    for name, files in (("adam", whole(write(source()))), ("sdtm", whole(write_sdtm(source())))):
        for path, data in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(data)
    folder = tmp_path / "adam" / form

    assert check_adam(folder, dt.date(2026, 1, 1)).findings == ()

    if form == "json":
        held = json.loads((folder / "adcore.json").read_text("utf-8"))
        at = [each["name"] for each in held["columns"]].index("SRCSEQ")
        held["rows"][0][at] = 999
        (folder / "adcore.json").write_text(json.dumps(held), "utf-8")

        assert codes(check_adam(folder, dt.date(2026, 1, 1)).findings) == {"TW-ADM-019"}


def test_an_export_is_checked_as_it_was_written(tmp_path):
    """The folder that `export` made, with what stands beside its datasets."""
    for name, files in (("adam", whole(write(source()))), ("sdtm", whole(write_sdtm(source())))):
        for path, data in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(data)
    adam, sdtm = tmp_path / "adam", tmp_path / "sdtm"
    on = dt.date(2026, 1, 1)
    (adam / "json" / "manifest.json").write_text("{}", "utf-8")

    assert (adam / "lost.json").is_file()
    assert holds_adam(adam)
    assert not holds_sdtm(adam)
    assert holds_sdtm(sdtm)
    assert check_adam(adam, on).findings == ()
    assert "lost.json" not in str(check_sdtm(sdtm, on).findings)
    (sdtm / "json" / "dm.json").unlink()
    (sdtm / "json" / "ae.json").write_text("{}", "utf-8")
    assert check_sdtm(sdtm, on).findings == check_sdtm(sdtm / "xpt", on).findings


def test_a_file_that_is_no_dataset_is_a_finding(tmp_path):
    (tmp_path / "adsl.json").write_text("{}", "utf-8")

    assert codes(check_adam(tmp_path, dt.date(2026, 1, 1)).findings) == {"TW-ADM-028"}
