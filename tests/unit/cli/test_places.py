"""Paths that are not what they should be: told, and nothing that stands there is touched."""

import gzip
import shutil
import sqlite3

import pytest

from trialwright.pipeline.place import is_served, marked_as_served
from trialwright.store.lock import WriterLock


@pytest.fixture(params=["text", "empty", "another database", "folder"])
def no_ledger(request, tmp_path):
    path = tmp_path / "thing"
    if request.param == "folder":
        path.mkdir()
    elif request.param == "another database":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE django_session (a)")
        connection.close()
    else:
        path.write_text("hello\n" * 500 if request.param == "text" else "")
    return path


@pytest.mark.parametrize(
    "words", [("verify", "{study}"), ("analyze", "{study}", "-o", "{out}"), ("user", "list", "{study}")]
)
def test_what_is_no_ledger_is_not_taken_for_one(trialwright, study, no_ledger, tmp_path, words):
    before = no_ledger.read_bytes() if no_ledger.is_file() else b""
    places = {"{study}": study, "{out}": tmp_path / "out"}
    said = trialwright(*(places.get(word, word) for word in words), "--db", no_ledger)

    assert said.code == 2
    assert "[TW-STO-002]" in said.err
    assert (no_ledger.read_bytes() if no_ledger.is_file() else b"") == before


def test_a_path_that_is_not_there_cannot_be_checked(trialwright, tmp_path):
    said = trialwright("check", tmp_path / "nowhere")

    assert said.code == 2
    assert "Check the path" in said.out


@pytest.mark.parametrize("command", ["analyze", "report"])
def test_a_file_is_not_taken_for_a_folder_to_write_to(trialwright, study, tmp_path, command):
    (tmp_path / "mine").write_text("mine")
    said = trialwright(command, study, "-o", tmp_path / "mine" / "below")

    assert said.code == 2
    assert "is a file. Name a folder; nothing was changed." in said.err
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_study_is_not_started_in_a_folder_that_holds_something(trialwright, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    said = trialwright("init", tmp_path)

    assert said.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_demo_spares_a_folder_that_no_demo_made(trialwright, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("mine")
    said = trialwright("demo", "--no-serve", "--participants", 1, "--out", tmp_path)

    assert said.code == 2
    assert "[TW-DMO-001]" in said.err
    assert (tmp_path / "report" / "index.html").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_two_demos_are_not_made_in_one_folder_at_once(trialwright, tmp_path):
    lock = WriterLock(tmp_path / "demo.lock", seconds=1)
    with lock.held():
        said = trialwright("demo", "--no-serve", "--participants", 1, "--out", tmp_path)
    lock.close()

    assert said.code == 2
    assert "[TW-DMO-002]" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["demo.lock"]


def test_a_demo_that_is_being_served_is_not_run_again_under_its_pages(trialwright, tmp_path):
    with marked_as_served(str(tmp_path / "ledger.sqlite")):
        said = trialwright("demo", "--no-serve", "--participants", 1, "--out", tmp_path)
    left = [path.name for path in tmp_path.iterdir()]

    assert said.code == 2
    assert "[TW-DMO-003]" in said.err
    assert left == ["ledger.sqlite.served"]


def test_the_mark_of_a_server_that_is_gone_stands_in_nobodys_way(tmp_path):
    ledger = tmp_path / "ledger.sqlite"
    with marked_as_served(str(ledger)):
        during = is_served(ledger)

    assert (during, is_served(ledger)) == (True, False)


def test_a_demo_on_a_broken_definition_says_where_and_makes_nothing(trialwright, study, tmp_path):
    shutil.copytree(study, tmp_path / "out" / "study")
    (tmp_path / "out" / "study" / "study.yaml").write_text("study: [a\n", "utf-8")
    said = trialwright("demo", "--no-serve", "--participants", 1, "--out", tmp_path / "out")

    assert said.code == 1
    assert "study.yaml:" in said.err
    assert not (tmp_path / "out" / "ledger.sqlite").exists()


def test_a_broken_cohort_is_found_by_check(trialwright, study):
    (study / "cohort.yaml").write_text("x: [\n", "utf-8")
    said = trialwright("check", study)

    assert said.code == 1
    assert "TW-DES-001" in said.out
    assert said.out.splitlines()[-1].endswith(" notes")


def test_brackets_without_end_are_told_with_the_file(trialwright, study):
    (study / "analysis.yaml").write_text("a: " + "[" * 3000, "utf-8")
    said = trialwright("check", study)

    assert said.code == 1
    assert "nested too deeply" in said.out


def test_a_compressed_record_is_read_as_what_it_holds(trialwright, tmp_path):
    (tmp_path / "record.json.gz").write_bytes(gzip.compress(b"{}"))
    said = trialwright("check", tmp_path / "record.json.gz")

    assert said.code == 1
    assert "Give the record itself, not a page that lists it." in said.out


def test_a_backup_comes_back_with_the_same_head_and_never_overwrites(trialwright, study, tmp_path):
    copy, target = tmp_path / "copy.sqlite", tmp_path / "back" / "ledger.sqlite"
    made = trialwright("backup", study, "-o", copy)
    back = trialwright("restore", copy, study, "--db", target)
    again = trialwright("restore", copy, study, "--db", target)

    assert (made.code, back.code, again.code) == (0, 0, 2)
    assert made.out.partition("head ")[2] == back.out.partition("head ")[2] != ""
    assert "[TW-STO-014]" in again.err
    assert trialwright("verify", study, "--db", target).code == 0
    assert copy.stat().st_mode & 0o077 == 0


def test_the_accounts_go_into_the_backup_and_come_back(trialwright, study, tmp_path):
    with sqlite3.connect(study / ".trialwright" / "web.sqlite") as accounts:
        accounts.execute("CREATE TABLE account (name)")
        accounts.execute("INSERT INTO account VALUES ('li.wei')")
    accounts.close()
    trialwright("backup", study, "-o", tmp_path / "copy.sqlite")
    trialwright("restore", tmp_path / "copy.sqlite", study, "--db", tmp_path / "back" / "ledger.sqlite")
    with sqlite3.connect(tmp_path / "back" / "web.sqlite") as restored:
        names = restored.execute("SELECT name FROM account").fetchall()
    restored.close()

    assert names == [("li.wei",)]


@pytest.mark.parametrize("place", ["no/such/copy.sqlite", "mine/copy.sqlite"])
def test_a_backup_where_no_file_can_be_made_is_told_by_its_own_place(trialwright, study, tmp_path, place):
    (tmp_path / "mine").write_text("mine")
    said = trialwright("backup", study, "-o", tmp_path / place)

    assert said.code == 2
    assert "copy.sqlite: no file can be made here." in said.err


def test_the_head_of_another_empty_ledger_is_not_taken_for_ours(trialwright, study):
    assert trialwright("verify", study, "--head", "0:" + "0" * 64).code == 1
