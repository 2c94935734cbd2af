"""The wheel carries everything: installed outside the checkout, it runs the whole demo."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    made = subprocess.run(command, capture_output=True, text=True)

    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel; the dependencies are lent by the environment that runs the tests."""
    home = tmp_path_factory.mktemp("home")
    venv.create(home / "env", with_pip=False)
    python = home / "env" / "bin" / "python"
    target = next((home / "env" / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    lent = Path(sysconfig.get_paths()["purelib"])
    # The checkout itself must not be lent: only the packages beside it.
    (target / "lent.pth").write_text(f"import sys; sys.path.append({str(lent)!r})\n", encoding="utf-8")
    return python, home


def test_the_wheel_holds_study_templates_and_entries(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert "trialwright/studies/aba_dm/study.yaml" in names
    assert any(n.startswith("trialwright/studies/aba_dm/registered/") for n in names)
    assert any(n.startswith("trialwright/web/") and n.endswith(".html") for n in names)
    assert any(n.startswith("trialwright/web/") and n.endswith(".css") for n in names)
    assert "trialwright/catalog/criteria/imacs_doi_2004/entry.yaml" in names
    assert not any("__pycache__" in n or n.startswith("tests/") for n in names)


def test_the_installed_wheel_runs_the_demo_outside_the_checkout(installed):
    python, home = installed
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TRIALWRIGHT"))}
    where = subprocess.run(
        [python, "-c", "import trialwright; print(trialwright.__file__)"],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert str(home) in where.stdout
    run = subprocess.run(
        [python, "-m", "trialwright", "demo", "--no-serve", "--participants", "3", "--out", str(home / "out")],
        cwd=home, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout[-1500:] + run.stderr[-3000:]
    assert (home / "out" / "report" / "index.html").stat().st_size > 10_000
