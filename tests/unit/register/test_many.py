"""Many records at once: a folder or a file of JSON lines, counted by rule, one row a finding, in bounded memory."""

import datetime as dt
import gzip
import io
import json
import subprocess
import sys

import polars as pl
import pytest
from typer.testing import CliRunner

from trialwright.cli.main import app
from trialwright.model.record import RegistryRecord
from trialwright.pipeline.bulk import check_many, count_files, holds_many
from trialwright.register import Baseline, check_record, read_baseline, read_records
from trialwright.register.many import ManyReport, finding_rows, render_many

from .records import DATA, ON, checked

SIXTY = DATA / "precision" / "records.jsonl.gz"
PEAK = """
import datetime as dt, resource, sys
from pathlib import Path
from trialwright.pipeline.bulk import check_many
report = check_many(Path(sys.argv[1]), dt.date(2026, 2, 18), tick=lambda: None)
print(report.records, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("NCT00260546.json", "NCT02591810.xml", "exemplary.json"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    (tmp_path / "notes.md").write_text("no record", encoding="utf-8")
    return tmp_path


def _many(path, on: dt.date = ON, **kept) -> ManyReport:
    return check_many(path, on, tick=lambda: None, **kept)


def test_a_folder_is_counted_like_its_records_one_by_one(folder):
    report = _many(folder)
    singly = [checked(path) for path in (DATA / "NCT00260546.json", DATA / "NCT02591810.xml", DATA / "exemplary.json")]
    expected = sum(len(one.findings) for one in singly)

    assert report.records == 3
    assert expected == sum(rule.findings for rule in report.rules)
    assert sum(one.counts["error"] > 0 for one in singly) == report.with_errors


def test_a_packed_file_of_lines_holds_sixty_records():
    assert _many(SIXTY).records == 60


def test_the_progress_knows_how_many_files_there_are_and_counts_the_records_of_one_file(folder):
    assert count_files(folder) == 3
    assert count_files(SIXTY) is None


def test_what_cannot_be_read_is_named_and_the_rest_is_checked(folder):
    (folder / "broken.json").write_text('{"protocolSection": ', encoding="utf-8")
    report = _many(folder)

    assert report.records == 3
    assert [one.code for one in report.unreadable] == ["TW-REG-004"]
    assert "broken.json" in render_many(report)


def test_one_row_a_finding_is_written_for_research(folder):
    target = folder / "findings.parquet"
    report = _many(folder, parquet=target)
    table = pl.read_parquet(target)

    assert sum(rule.findings for rule in report.rules) == table.height
    assert set(table["rule"]) == {rule.code for rule in report.rules}
    assert {"NCT00260546", "NCT02591810"} <= set(table["record"])
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []  # nothing temporary is left


def test_a_study_folder_is_not_many_records_and_neither_is_one_record(folder):
    (folder / "study.yaml").write_text("study: X", encoding="utf-8")

    assert not holds_many(folder)
    assert not holds_many(DATA / "exemplary.json")


def test_a_file_that_holds_several_records_is_many_whatever_its_shape(folder):
    two = [(folder / name).read_text(encoding="utf-8") for name in ("NCT00260546.json", "exemplary.json")]
    for text in (f"[{two[0]}, {two[1]}]", f'{{"studies": [{two[0]}, {two[1]}]}}'):
        path = folder / "several.json"
        path.write_text(text, encoding="utf-8")
        told = CliRunner().invoke(app, ["check", str(path), "--on", "2026-11-23"])

        assert holds_many(path)
        assert "several.json, checked on 2026-11-23: 2 records, " in told.stdout

    (folder / "one.json").write_text(f"[{two[1]}]", encoding="utf-8")
    assert not holds_many(folder / "one.json")


def test_the_command_prints_a_table_and_json(folder):
    told = CliRunner().invoke(app, ["check", str(folder), "--on", "2026-11-23"])
    counted = json.loads(
        CliRunner().invoke(app, ["check", str(folder), "--on", "2026-11-23", "--format", "json"]).stdout
    )

    assert told.exit_code == 1
    assert "3 records" in told.stdout
    assert counted["records"] == 3
    assert {"code", "title", "family", "records", "findings", "errors", "accepted"} == set(counted["rules"][0])


def test_a_table_for_research_of_one_record_is_wrong_use(tmp_path):
    answer = CliRunner().invoke(app, ["check", str(DATA / "exemplary.json"), "--parquet", str(tmp_path / "x.parquet")])

    assert answer.exit_code == 2
    assert not (tmp_path / "x.parquet").exists()


def test_ten_times_as_many_records_take_no_more_memory(tmp_path):
    lines = gzip.decompress(SIXTY.read_bytes()).splitlines()
    peaks = []
    for times in (1, 10):
        path = tmp_path / f"{times}.jsonl.gz"
        path.write_bytes(gzip.compress(b"\n".join(lines * times), compresslevel=1))
        told = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
        records, peak = told.stdout.split()
        peaks.append(float(peak))
        assert int(records) == 60 * times

    # 540 more records held typed would take about 30 MB (benchmarks/registry.py)
    assert peaks[1] - peaks[0] < 20


LATE = "- rule: TW-REG-101\n  where: statusModule\n  reason: known\n"


def _accepting(path, text, **kept) -> ManyReport:
    baseline = read_baseline(text, "accepted.yaml")
    assert isinstance(baseline, Baseline)
    return _many(path, baseline=baseline, **kept)


def test_what_a_baseline_accepts_is_counted_apart_in_many_records(tmp_path):
    before = {rule.code: rule for rule in _many(SIXTY).rules}
    report = _accepting(SIXTY, LATE, parquet=tmp_path / "f.parquet")
    after = {rule.code: rule for rule in report.rules}
    rows = pl.read_parquet(tmp_path / "f.parquet")

    assert before["TW-REG-101"].findings == after["TW-REG-101"].accepted == report.accepted
    assert (after["TW-REG-101"].findings, after["TW-REG-101"].errors, after["TW-REG-101"].records) == (0, 0, 0)
    assert {code: rule.findings for code, rule in before.items() if code != "TW-REG-101"} == {
        code: rule.findings for code, rule in after.items() if code != "TW-REG-101"
    }
    assert report.accepted == rows.filter(pl.col("accepted") == "known").height
    assert f"Accepted by the baseline: {report.accepted} findings" in render_many(report)


def test_an_entry_may_be_for_one_of_many_records_and_a_stale_one_is_told_once():
    late = [
        row.record
        for reading in read_records(io.BytesIO(SIXTY.read_bytes()), "sixty")
        if isinstance(reading, RegistryRecord)
        for row in finding_rows(reading, check_record(reading, ON))
        if row.rule == "TW-REG-101"
    ]
    report = _accepting(SIXTY, f"{LATE}  record: {late[0]}\n{LATE}  record: NCT00000000\n")

    assert report.accepted == 1
    assert [problem.where for problem in report.stale] == ["accepted.yaml:5"]
    assert "is found no more" in render_many(report)


def test_the_command_takes_a_baseline_with_many_records(folder, tmp_path):
    path = tmp_path / "accepted.yaml"
    path.write_text(LATE, encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(folder), "--on", "2026-02-18", "--baseline", str(path)])

    assert done.exit_code == 1
    assert "Accepted by the baseline" in done.output
