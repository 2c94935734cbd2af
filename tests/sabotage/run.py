"""
Break the code on purpose, one line at a time, and ask whether a test notices.

Each patch in `*.yaml` beside this file names a file, the line to find, what to put there, and the tests that must then
fail. The tests must pass unbroken first, all of them in one run; then one patch at a time is put into a copy of the
house, a copy a worker, and taken out again; the data of ../shared lie beside the copies as they lie beside the house.
A patch that no test notices is a failure of the suite. Run with `make sabotage`; words behind run.py choose the patches
whose names hold one of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import msgspec
from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared"
WORKERS = 2
UNBROKEN = 1800  # seconds for all named tests in one run


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


def run_tests(house: Path, tests: Iterable[str], *more: str, seconds: int = 300) -> subprocess.CompletedProcess[str]:
    """pytest on the copy, whose source stands before the installed one; a run beyond `seconds` is ended."""
    environment = os.environ | {"PYTHONPATH": str(house / "src")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more, *tests]
    return subprocess.run(
        command, cwd=house, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def attempt(patch: Patch, house: Path) -> str:
    """'' if a named test notices the patch, else what went wrong. The copy is whole again afterwards."""
    target = house / patch.file
    text = target.read_text("utf-8")
    if text.count(patch.find) != 1:
        return f"its line stands {text.count(patch.find)} times in {patch.file}; it must stand once"
    try:
        _write(target, text.replace(patch.find, patch.replace))
        after = run_tests(house, patch.tests, "-x", "-p", "no:xdist")
    except subprocess.TimeoutExpired:
        return ""  # a test that never ends is noticed too
    finally:
        _write(target, text)
    return "" if after.returncode == 1 else "no test noticed:\n" + after.stdout[-1500:]


def _write(target: Path, text: str) -> None:
    """Writes a source file; what Python compiled of the old one must not live on where size and second agree."""
    target.write_text(text, "utf-8")
    for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
        compiled.unlink()


def main() -> int:
    """Try every patch (or those whose name holds one of the arguments); exit 1 if one went unnoticed."""
    if {"-h", "--help"} & set(sys.argv):
        print(__doc__)
        return 0
    chosen = [patch for patch in patches() if not sys.argv[1:] or any(part in patch.name for part in sys.argv[1:])]
    if not chosen:
        print(f"no patch's name holds any of: {' '.join(sys.argv[1:])}; the names stand in {HERE}/*.yaml")
        return 1
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        if SHARED.exists():
            (Path(folder) / SHARED.name).symlink_to(SHARED, target_is_directory=True)
        houses = [Path(folder) / f"house-{number}" for number in range(WORKERS)]
        for house in houses:
            house.mkdir()
            copy_house(house)
        named = sorted({test for patch in chosen for test in patch.tests})
        before = run_tests(houses[0], named, "-n", str(WORKERS), seconds=UNBROKEN)
        if before.returncode != 0:
            print("the named tests fail unbroken, so they can notice nothing:\n" + before.stdout[-6000:])
            return 1
        unnoticed = _attempt_all(chosen, houses)
    print(f"{len(chosen) - unnoticed} noticed, {unnoticed} not")
    return 1 if unnoticed else 0


def _attempt_all(chosen: list[Patch], houses: list[Path]) -> int:
    """How many patches no test noticed; each copy of the house has one patch in it at a time."""
    free: SimpleQueue[Path] = SimpleQueue()
    for house in houses:
        free.put(house)

    def in_turn(patch: Patch) -> str:
        house = free.get()
        try:
            return attempt(patch, house)
        finally:
            free.put(house)

    unnoticed = 0
    with ThreadPoolExecutor(max_workers=len(houses)) as pool:
        for patch, complaint in zip(chosen, pool.map(in_turn, chosen), strict=True):
            unnoticed += bool(complaint)
            print(f"{'UNNOTICED' if complaint else 'noticed  '}  {patch.name}", flush=True)
            if complaint:
                print(f"    {complaint}", flush=True)
    return unnoticed


if __name__ == "__main__":
    sys.exit(main())
