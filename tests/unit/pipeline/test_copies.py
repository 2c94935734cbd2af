"""Copies that are read without this program: casebooks and the archive, held against the ledger they were made from."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import msgspec
import pytest

from trialwright.catalog import load
from trialwright.model.declared import RecordsPlan
from trialwright.model.ledger import NewEvent, Stamp
from trialwright.model.study import Provenance
from trialwright.pipeline.archive import MANIFEST, archive_files, builds_of, casebooks, check_archive, zipped
from trialwright.pipeline.casebook import Casebook, blank_casebook, participant_casebook
from trialwright.pipeline.demo import run_demo
from trialwright.pipeline.place import open_place
from trialwright.pipeline.readout import read_out
from trialwright.pipeline.study import load_study
from trialwright.report.html_file import write_html
from trialwright.report.pdf import write_pdf
from unit.conduct.small_study import STUDY, enrolled


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A demo of three participants: its study, its folder and its ledger's address."""
    folder = tmp_path_factory.mktemp("copies") / "out"
    made = run_demo(folder, load(), participants=3, tell=lambda _: None, advance=lambda *_: None)
    assert not isinstance(made, list)
    study, _ = load_study(folder / "study", load())
    return study, folder / "study", str(folder / "ledger.sqlite")


@pytest.fixture(scope="module")
def book(trial):
    study, folder, db = trial
    with open_place(folder, db) as ledger:
        snapshot = ledger.snapshot()
    return Casebook(study=study, snapshot=snapshot, study_at=builds_of(folder, study, load()))


@pytest.fixture(scope="module")
def archive(trial, tmp_path_factory):
    study, folder, db = trial
    path = tmp_path_factory.mktemp("archive") / "trial.zip"
    with open_place(folder, db) as ledger:
        readout = read_out(study, load(), ledger, None)
        files = archive_files(readout, ledger, load(), folder, language="en", version="test", pdf=False)
    path.write_bytes(zipped(files))
    return path


def test_edc_r16_the_archive_says_until_when_it_is_to_be_kept(trial):
    study, folder, db = trial
    kept = msgspec.structs.replace(study, records=RecordsPlan(kept_years=25, origin=Provenance(kind="protocol")))
    with open_place(folder, db) as ledger:
        readout = read_out(kept, load(), ledger, None)
        files = archive_files(readout, ledger, load(), folder, language="en", version="test", pdf=False)
        locked = next(e.at_utc for e in reversed(ledger.events(("locked",))) if not e.participant_id)
    until = f"until {int(locked[:4]) + 25}{locked[4:8]}"

    assert f"Kept            {until}" in files["README.txt"].decode()
    assert json.loads(files[MANIFEST])["kept"].startswith(until)


def first(book: Casebook) -> str:
    return next(e.participant_id for e in book.snapshot.events if e.kind == "participant_added")


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "casebook.pdf").write_bytes(pdf)
    command = ["pdftotext", "-layout", str(folder / "casebook.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_edc_r15_a_casebook_holds_every_value_of_a_participant_as_typed_with_who_and_when(book):
    who = first(book)
    page = write_html(participant_casebook(book, who)).decode()

    mine = book.snapshot.versions.filter(book.snapshot.versions["participant_id"] == who)
    assert mine.height > 100
    for seq, raw, user in mine.select("seq", "raw", "user").rows():
        assert f"<td>{seq}</td>" in page
        assert raw in page
        assert user in page


def test_a_casebook_is_marked_where_nobody_was_treated(book):
    assert "Virtual participant: nobody was treated" in write_html(participant_casebook(book, first(book))).decode()


def test_a_casebook_is_one_page_without_script_or_outside_file(book):
    page = write_html(participant_casebook(book, first(book))).decode()

    assert "<script" not in page
    assert not re.search(r'(src|href)="', page)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_chinese_casebook_extracts_back_from_its_pdf(book, tmp_path):
    import msgspec

    chinese = msgspec.structs.replace(book, language="zh")
    document = participant_casebook(chinese, first(book))
    found = re.sub(r"\s", "", text_of(write_pdf(document), tmp_path))

    for word in ("病例报告表", "全部数值的稽查轨迹", "原始输入", "没有任何人接受治疗"):
        assert word in found


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_blank_casebook_asks_for_every_item_of_every_form(book, tmp_path):
    found = re.sub(r"\s", "", text_of(write_pdf(blank_casebook(book)), tmp_path))

    for form in book.study.forms:
        assert re.sub(r"\s", "", form.title.en) in found


def test_edc_r50_a_signature_is_printed_with_name_time_meaning_and_whether_it_still_holds(tmp_path):
    with enrolled(tmp_path) as ledger:
        sign = NewEvent(kind="signed", participant_id="P001", visit="SCR", form="screening",
                        details={"name": "Iris Wang", "meaning": "reviewed",
                                 "statement": "I have reviewed these data"})  # fmt: skip
        at = ledger.write(Stamp(user="iris", build=1, origin="typed"), [sign]).at_utc
        snapshot = ledger.snapshot()
    page = write_html(participant_casebook(Casebook(study=STUDY, snapshot=snapshot, study_at=lambda _: STUDY), "P001"))

    assert f"Signed by Iris Wang, {at[:19].replace('T', ' ')} UTC" in page.decode()
    assert "I have reviewed these data – BROKEN by a later change" in page.decode()  # its hash fits no content


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_edc_r16_the_archive_opens_with_unzip_and_plain_text_alone(archive, trial, tmp_path):
    subprocess.run(["unzip", "-q", str(archive), "-d", str(tmp_path)], check=True)

    with open_place(Path(trial[1]), trial[2]) as ledger:
        snapshot = ledger.snapshot()
        head = ledger.head()
    data = next((tmp_path / "data" / "machine").glob("audit*.csv"))
    with data.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    readme = (tmp_path / "README.txt").read_text("utf-8")
    chain = (tmp_path / "ledger" / "chain.csv").read_text().splitlines()
    values = [line for line in lines if line["what"] == "datapoint"]
    acts = len(snapshot.events)
    # the archive was made before this test told the ledger anything
    assert len(values) == snapshot.versions.height
    assert acts - 2 <= len(lines) - len(values) <= acts
    assert f"{snapshot.versions.height} versions" in readme
    assert int(chain[-1].split(",")[0]) <= head.seq
    assert (tmp_path / "definition" / "study.yaml").is_file()
    assert any(path.name == "build.yaml" for path in (tmp_path / "definition").rglob("*"))


def test_failure_12_the_manifest_is_reconciled_with_the_ledger(archive, trial):
    with open_place(Path(trial[1]), trial[2]) as ledger:
        manifest, problems = check_archive(archive, ledger)

    assert problems == []
    assert manifest.counts.participants == 3


def rewritten(archive: Path, target: Path, change) -> Path:
    """The archive with its files changed by `change(name, content)`; None leaves the file out."""
    with zipfile.ZipFile(archive) as old:
        files = {name: change(name, old.read(name)) for name in old.namelist()}
    target.write_bytes(zipped({name: content for name, content in files.items() if content is not None}))
    return target


def flipped(name, content):
    return content.replace(b"5", b"6", 1) if name.endswith("datapoints-virtual-participants.csv") else content


def test_a_changed_file_a_missing_one_and_a_strange_one_are_found(archive, tmp_path):
    changed = rewritten(archive, tmp_path / "a.zip", flipped)
    missing = rewritten(archive, tmp_path / "b.zip", lambda n, c: None if n == "README.txt" else c)
    strange = tmp_path / "c.zip"
    shutil.copy(archive, strange)
    with zipfile.ZipFile(strange, "a") as more:
        more.writestr("data/more.csv", "x")

    assert {p.code for p in check_archive(changed)[1]} == {"TW-ARC-002"}
    assert {p.code for p in check_archive(missing)[1]} == {"TW-ARC-002"}
    assert {p.code for p in check_archive(strange)[1]} == {"TW-ARC-003"}


def test_a_name_that_stands_there_twice_is_not_trusted_whichever_file_is_read(archive, tmp_path):
    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist()}
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as made, pytest.warns(UserWarning, match="Duplicate name"):
        made.writestr("README.txt", b"forged".ljust(len(files["README.txt"])))
        for name, content in files.items():
            made.writestr(name, content)
    found = check_archive(path)[1]

    assert [p.code for p in found] == ["TW-ARC-003"]
    assert "two files have this name" in found[0].found


def test_a_member_that_cannot_be_read_makes_it_no_archive(archive, tmp_path):
    content = archive.read_bytes()
    first = content.index(b"PK\x01\x02")  # the directory: flags at 8, kind of packing at 10
    for at, value in ((8, b"\x01\x00"), (10, b"\x63\x00")):
        odd = bytearray(content)
        odd[first + at : first + at + 2] = value
        path = tmp_path / f"odd{at}.zip"
        path.write_bytes(odd)

        assert [p.code for p in check_archive(path)[1]] == ["TW-ARC-001"], at


def test_an_archive_without_its_chain_and_one_that_would_burst_are_told(archive, tmp_path):
    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(files[MANIFEST])
    without = {name: content for name, content in files.items() if name != "ledger/chain.csv"}
    told = {**manifest, "files": [each for each in manifest["files"] if each["name"] != "ledger/chain.csv"]}
    (tmp_path / "a.zip").write_bytes(zipped({**without, MANIFEST: json.dumps(told).encode()}))
    (tmp_path / "b.zip").write_bytes(zipped({**files, "README.txt": b"0" * 2**24}))

    assert [p.code for p in check_archive(tmp_path / "a.zip")[1]] == ["TW-ARC-004"]
    tracemalloc.start()
    assert [p.code for p in check_archive(tmp_path / "b.zip")[1]] == ["TW-ARC-002"]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2**24 + sum(map(len, files.values()))  # the member of 16 MB was never unpacked


def test_counts_that_do_not_fit_the_files_are_found(archive, tmp_path):
    import hashlib

    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(files[MANIFEST])
    manifest["counts"]["versions"] += 1
    files[MANIFEST] = json.dumps(manifest).encode()
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(files))

    assert [p.code for p in check_archive(path)[1]] == ["TW-ARC-004"]
    assert hashlib.sha256(files["README.txt"]).hexdigest() in json.dumps(manifest)


def test_what_is_no_archive_is_told_so(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"not a zip")

    assert [p.code for p in check_archive(tmp_path / "x.zip")[1]] == ["TW-ARC-001"]


def test_the_archive_of_another_ledger_is_told(archive, tmp_path):
    with enrolled(tmp_path) as other:
        problems = check_archive(archive, other)[1]

    assert {p.code for p in problems} & {"TW-STO-021", "TW-STO-022", "TW-ARC-005"}


def test_the_command_line_writes_verifies_and_tells_the_ledger(trial, tmp_path):
    _, folder, db = trial
    run = [sys.executable, "-m", "trialwright"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRIALWRIGHT_")}
    made = subprocess.run([*run, "archive", str(folder), "--db", db, "-o", str(tmp_path / "t.zip")],
                          capture_output=True, text=True, env=environment)  # fmt: skip
    verified = subprocess.run([*run, "verify", str(tmp_path / "t.zip"), "--db", db], capture_output=True, text=True,
                              env=environment)  # fmt: skip
    again = subprocess.run([*run, "archive", str(folder), "--db", db, "-o", str(tmp_path / "t.zip")],
                           capture_output=True, text=True, env=environment)  # fmt: skip

    assert (made.returncode, verified.returncode, again.returncode) == (0, 0, 2), made.stderr + verified.stderr
    assert "fit the manifest and the ledger" in " ".join(verified.stdout.split())
    with open_place(Path(folder), db) as ledger:
        assert ledger.events(kinds=["exported"])[-1].details["format"] == "archive"
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        names = archive.namelist()
        assert sum(name.endswith(".pdf") for name in names) == 4
        table = archive.read(next(name for name in names if name.startswith("data/machine/datapoints")))
        assert next(csv.reader(io.StringIO(table.decode("utf-8-sig"))))[0] == "participant_id"


def test_casebooks_of_one_participant_only(book):
    assert list(casebooks(book, pdf=False, only=first(book))) == [f"casebook-{first(book)}.html"]
