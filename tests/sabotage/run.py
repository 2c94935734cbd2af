"""
Break the code on purpose, one line at a time, and ask whether a test notices.

Each patch in `*.yaml` beside this file names a file, the line to find, what to put there, and the tests that must then
fail. The tests must pass unbroken first; a patch that no test notices is a failure of the suite. Run with `make sabotage`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Patch(msgspec.Struct, forbid_unknown_fields=True):
    """One line made wrong; `tests` are pytest node ids, any of which must then fail."""

    name: str
    file: str
    find: str
    replace: str
    tests: list[str]


def patches() -> list[Patch]:
    """Every patch beside this file, in the order of the files."""
    yaml = YAML(typ="safe", pure=True)
    return [
        patch
        for path in sorted(HERE.glob("*.yaml"))
        for patch in msgspec.convert(yaml.load(path.read_text("utf-8")), list[Patch])
    ]


def copy_house(target: Path) -> None:
    """The parts of the repository that tests need, without build products."""
    ignore = shutil.ignore_patterns("__pycache__", ".hypothesis", "images")
    for name in ("src", "studies", "tests", "docs", "benchmarks"):
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, target / path.name)
    (target / ".venv").symlink_to(ROOT / ".venv", target_is_directory=True)


def run_tests(house: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    """pytest on the copy, whose source stands before the installed one."""
    environment = os.environ | {"PYTHONPATH": str(house / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, timeout=600, check=False)


def attempt(patch: Patch) -> tuple[Patch, str]:
    """'' if a named test notices the patch, else what went wrong."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        house = Path(folder) / "house"
        house.mkdir()
        copy_house(house)
        target = house / patch.file
        text = target.read_text("utf-8")
        if text.count(patch.find) != 1:
            return patch, f"its line stands {text.count(patch.find)} times in {patch.file}; it must stand once"
        before = run_tests(house, patch.tests)
        if before.returncode != 0:
            return patch, "its tests fail (or skip away) unbroken:\n" + before.stdout[-1500:]
        target.write_text(text.replace(patch.find, patch.replace), "utf-8")
        after = run_tests(house, patch.tests)
        return patch, "" if after.returncode == 1 else "no test noticed:\n" + after.stdout[-1500:]


def main() -> int:
    """Try every patch (or those whose name holds the first argument); exit 1 if one went unnoticed."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [patch for patch in patches() if wanted in patch.name]
    unnoticed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for patch, complaint in pool.map(attempt, chosen):
            unnoticed += bool(complaint)
            print(
                f"{'UNNOTICED' if complaint else 'noticed  '}  {patch.name}"
                + (f"\n    {complaint}" if complaint else "")
            )
    print(f"{len(chosen) - unnoticed} passed, {unnoticed} failed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
