"""An acknowledged save is on disk: traced down to the system calls, and killed in the middle."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.ledger import Ticking, counted_nonces
from trialwright.store import Ledger, open_ledger

PROGRAM = Path(__file__).parents[2] / "support" / "saving_program.py"
KILLS = int(os.environ.get("TRIALWRIGHT_KILLS", "50"))
_CALL = re.compile(r"\b(p?write(?:64|v)?|fsync|fdatasync)\(\d+<([^>]*)>(?:, \"([^\"]*)\")?")


def trace(path: Path, synchronous: str, saves: int) -> str:
    """The writes and syncs of a program that saves, in order."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = path.with_name(f"trace-{synchronous}")
    calls = ["-e", "trace=write,pwrite64,pwritev,fsync,fdatasync"]
    program = [sys.executable, PROGRAM, path, "save_with", synchronous, str(saves)]
    done = subprocess.run(
        [strace, "-f", "-y", *calls, "-o", log, *program], capture_output=True, text=True, check=False
    )
    if "ptrace" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("this machine does not allow tracing")
    assert done.returncode == 0, done.stderr
    return log.read_text()


def judge(log: str, database: str) -> tuple[int, int]:
    """How many saves were acknowledged, and how many of them before the sync of their frames."""
    acknowledged = too_early = 0
    unsynced: set[str] = set()
    for call, file, text in _CALL.findall(log):
        if file.startswith(database):
            if "sync" in call:
                unsynced.discard(file)
            elif not file.endswith("-shm"):
                unsynced.add(file)
        elif text.startswith("saved"):
            acknowledged += 1
            too_early += bool(unsynced)
    return acknowledged, too_early


def test_no_save_is_acknowledged_before_the_sync_of_its_frames(sqlite_path: Path) -> None:
    log = trace(sqlite_path, "FULL", 40)

    assert judge(log, str(sqlite_path)) == (40, 0)
    assert len(re.findall(r"sync\(\d+<[^>]*-wal>", log)) >= 40


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_same_trace_condemns_any_lesser_setting(sqlite_path: Path, synchronous: str) -> None:
    acknowledged, too_early = judge(trace(sqlite_path, synchronous, 40), str(sqlite_path))

    assert acknowledged == 40
    assert too_early > 30


def test_the_judge_finds_one_acknowledgement_that_came_too_early() -> None:
    log = """
    7 pwrite64(5</d/l.sqlite-wal>, "frame"..., 4096, 0) = 4096
    7 fdatasync(5</d/l.sqlite-wal>) = 0
    7 write(1<pipe:[1]>, "saved 1\\n", 8) = 8
    7 pwrite64(5</d/l.sqlite-wal>, "frame"..., 4096, 0) = 4096
    7 write(1<pipe:[1]>, "saved 2\\n", 8) = 8
    7 fdatasync(5</d/l.sqlite-wal>) = 0
    """

    assert judge(log, "/d/l.sqlite") == (2, 1)


def test_edc_r81_killed_in_the_middle_no_acknowledged_save_is_lost_and_none_is_half(url: str) -> None:
    program = [sys.executable, PROGRAM, url, "be_killed", str(KILLS), "seed"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    acknowledged = {int(line.split()[1]) for line in done.stdout.splitlines()}
    assert len(acknowledged) > KILLS / 2

    with open_ledger(url, clock=Ticking(), nonces=counted_nonces()) as ledger:
        sizes = dict(ledger.snapshot().versions["group"].value_counts().rows())

        assert ledger.verify().ok
    assert set() == acknowledged - set(sizes)
    assert {6} == set(sizes.values())


def test_failure_2_many_writers_wait_their_turn_and_lose_no_update(ledger: Ledger, url: str) -> None:
    processes, threads, times = 3, 2, 15
    running = [
        subprocess.Popen([sys.executable, PROGRAM, url, "count_up", str(threads), str(times)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]  # fmt: skip
    ends = [(process.communicate(), process.returncode) for process in running]

    assert [("counted\n", "")] * processes == [output for output, _ in ends]
    versions = ledger.snapshot().versions
    assert [str(number + 1) for number in range(processes * threads * times)] == versions["raw"].to_list()
    assert [0, *versions["seq"][:-1]] == versions["replaces"].to_list()
    assert ledger.verify().ok


def test_a_ledger_opened_before_a_fork_is_used_on_both_sides(ledger: Ledger, url: str) -> None:
    done = subprocess.run([sys.executable, PROGRAM, url, "fork_on"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "child ended with 0"
    assert set(range(1, 43)) == {int(line.split()[1]) for line in done.stdout.splitlines()[:-1]}
    assert (ledger.verify().ok, ledger.head().seq) == (True, 42 * 6)
