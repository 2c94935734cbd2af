"""Who may import whom, and who may not see the world."""

import ast
import subprocess
import sys

import pytest

from house.house import PACKAGES, ROOT, SOURCE, modules, relative, tree

WORLD = {
    "os", "io", "pathlib", "shutil", "tempfile", "glob", "socket", "urllib", "http", "requests", "subprocess",
    "sqlite3", "psycopg", "random", "secrets", "time", "uuid", "threading", "asyncio", "django",
}  # fmt: skip
WORLD_CALLS = {"open", "input", "print", "exec", "eval"}
CLOCKS = {"now", "today", "utcnow", "fromtimestamp"}


def _pure() -> list:
    pure = [p for p in modules() if p.relative_to(SOURCE).parts[0] in ("model", "derive", "analyze")]
    pure += [p for p in modules() if p.relative_to(SOURCE).parts[:2] == ("catalog", "numerics")]
    return pure + [p for p in modules() if p.name == "compute.py" and "catalog" in p.parts]


@pytest.mark.parametrize("path", _pure(), ids=relative)
def test_a_pure_module_imports_nothing_of_the_world(path):
    imported = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])

    # A figure is written into memory (io), never into a file.
    allowed = {"io"} if "displays" in path.parts else set()
    assert imported & WORLD - allowed == set()


@pytest.mark.parametrize("path", _pure(), ids=relative)
def test_a_pure_module_reads_no_clock_file_or_random_number(path):
    calls = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in WORLD_CALLS:
                calls.add(node.func.id)
            if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
                calls.add(node.func.attr)
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("default_rng", "seed", "urandom"):
                calls.add(node.func.attr)

    assert calls == set()


def test_the_import_contract_holds():
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-500:]


def test_architecture_names_every_package():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")

    assert [name for name in PACKAGES if f"**{name}**" not in text] == []


def test_only_web_knows_django():
    knows = [
        relative(p)
        for p in modules()
        if "web" not in p.relative_to(SOURCE).parts
        for node in ast.walk(tree(p))
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "django" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "django")
    ]

    assert knows == []


def test_the_command_line_enters_the_web_app_by_its_doors_only():
    doors = {
        (node.module, alias.name)
        for p in modules()
        if "cli" in p.relative_to(SOURCE).parts
        for node in ast.walk(tree(p))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trialwright.web")
        for alias in node.names
    }

    assert doors <= {("trialwright.web", name) for name in ("serve", "check_may_serve", "accounts")}
