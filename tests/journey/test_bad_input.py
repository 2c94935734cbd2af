"""What only a process of its own can show: Ctrl-C, a full disk, a closed pipe, a machine in ASCII."""

import os
import signal
import subprocess
import sys
import time

import pytest

if sys.platform == "win32":
    pytest.skip("signals and limits of Linux and macOS", allow_module_level=True)

import resource

COMMAND = [sys.executable, "-m", "trialwright"]


def run(*words, limit=None, environment=None, given=""):
    """A command to its end; `limit` is the most bytes that a file of it may have, as on a full disk."""

    def before():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    ended = subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        input=given.encode(),
        env=environment or os.environ.copy(),
        preexec_fn=before if limit is not None else None,
        timeout=120,
    )

    assert b"Traceback" not in ended.stderr, ended.stderr.decode()[-2000:]
    return ended


def test_a_demo_stopped_by_hand_leaves_a_true_ledger_and_runs_again(tmp_path):
    out = tmp_path / "out"
    demo = subprocess.Popen(
        [*COMMAND, "demo", "--no-serve", "--participants", "12", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until = time.monotonic() + 60
    while not (out / "ledger.sqlite-wal").exists() and time.monotonic() < until:
        time.sleep(0.02)
    demo.send_signal(signal.SIGINT)
    _, told = demo.communicate(timeout=60)

    assert demo.returncode == 130
    assert b"Traceback" not in told
    assert b"Stopped." in told
    assert run("verify", out / "study", "--db", out / "ledger.sqlite").returncode in (0, 2)  # 2: not yet made
    assert run("demo", "--no-serve", "--participants", 1, "--out", out).returncode == 0
    assert run("verify", out / "study", "--db", out / "ledger.sqlite").returncode == 0


def test_a_full_disk_is_told_and_leaves_nothing_in_the_way(tmp_path):
    full = run("demo", "--no-serve", "--participants", 1, "--out", tmp_path / "out", limit=100_000)
    started = run("init", tmp_path / "new", limit=4_000)

    assert (full.returncode, started.returncode) == (2, 2)
    assert b"TW-STO-0" in full.stderr
    assert b"File too large" in started.stderr
    assert not (tmp_path / "out" / "ledger.sqlite").exists()
    assert not (tmp_path / "new").exists()


def test_a_reader_that_leaves_early_is_no_error():
    with subprocess.Popen([*COMMAND, "catalog"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as printing:
        printing.stdout.close()
        told = printing.stderr.read()
        printing.wait(60)

    assert b"Traceback" not in told
    assert b"BrokenPipe" not in told


@pytest.mark.parametrize(
    "settings",
    [
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"},
        {"PYTHONIOENCODING": "ascii", "TERM": "dumb"},
    ],
    ids=["LANG=C", "PYTHONIOENCODING=ascii"],
)
def test_chinese_is_printed_where_the_machine_speaks_ascii(settings, tmp_path):
    environment = {"PATH": os.environ["PATH"], **settings}
    entry = run("catalog", "imacs_doi_2004", environment=environment)
    answer = run("estimate", "proportion_ci", environment=environment, given='{"x": 9, "n": 20, "method": "精确"}\n')
    nowhere = run("verify", tmp_path / "不在", environment=environment)

    assert "改善定义" in entry.stdout.decode("utf-8")
    assert "精确" in answer.stdout.decode("utf-8")
    assert nowhere.returncode == 2


def test_help_does_not_load_the_heavy_rooms():
    asked = "import sys; from trialwright.cli.main import app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()

    assert {"polars", "numpy", "scipy", "django", "matplotlib", "ruamel.yaml"} & set(loaded) == set()
