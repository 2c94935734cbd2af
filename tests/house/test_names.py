"""One thing, one name; the next study needs no new code; standards' names stay at the border."""

import ast
import re
import subprocess

import pytest

from house.house import ROOT, SOURCE, functions, modules, relative, tracked_texts, tree

BANNED = re.compile(r"(^|_)(process|handle|manage|utils|helpers|common|misc|data2)($|_)|^do$|^do_")
STANDARD_NAMES = re.compile(
    r"\b(USUBJID|SUBJID|STUDYID|DOMAIN|VISITNUM|EPOCH|[A-Z]{2}(TESTCD|TEST|ORRES|ORRESU|STRESC|STRESN|STDTC|ENDTC|DTC|SEQ|DECOD|TERM)"
    r"|PARAMCD|AVALC?|ABLFL|PCHG|TRTSDT)\b"
)
SEED = re.compile("NCT04946669|ABA-DM|Nanjing|abacepil", re.IGNORECASE)


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_nothing_is_called_by_an_empty_word(path):
    # An override of a library's method (Django's `process_request`) may keep the library's name.
    names = [path.stem] + [f.name for f in functions(path)]
    names += [c.name for c in ast.walk(tree(path)) if isinstance(c, ast.ClassDef)]

    assert [n for n in names if BANNED.search(n)] == []


@pytest.mark.parametrize("path", [p for p in modules() if "export" not in p.relative_to(SOURCE).parts], ids=relative)
def test_standard_variable_names_stay_in_export_and_entry_yaml(path):
    assert sorted({m.group() for m in STANDARD_NAMES.finditer(path.read_text("utf-8"))}) == []


def _packaged() -> list:
    return [p for p in tracked_texts() if SOURCE in p.parents]


@pytest.mark.parametrize("path", _packaged(), ids=relative)
def test_the_seed_study_is_not_in_the_code(path):
    lines = [
        f"{relative(path)}:{n}: {line.strip()}"
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if SEED.search(line) and not (path.suffix == ".yaml" and re.match(r"\s*(-\s*)?(source|text):", line))
    ]

    assert lines == []


def test_no_file_holds_the_marks_of_an_unfinished_merge():
    # Written in pieces so that this file does not match itself.
    marks = re.compile(r"^(<{7} |>{7} |" + "=" * 7 + "$)", re.MULTILINE)

    assert [relative(path) for path in tracked_texts() if marks.search(path.read_text("utf-8", "replace"))] == []


def test_no_file_names_an_index_host_or_a_path_of_one_machine():
    # Written in two halves so that this file does not match itself.
    forbidden = re.compile(
        "|".join(["pypi" + r"\.org", "python" + "hosted", r"npmjs" + r"\.org", "/ro" + "ot/", "/wo" + "rk/"])
    )
    found = [
        f"{relative(p)}:{n}"
        for p in tracked_texts()
        for n, line in enumerate(p.read_text("utf-8", errors="replace").splitlines(), 1)
        if forbidden.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-bench.lock"])
def test_a_lock_names_no_index_and_pins_every_package_by_hash(name):
    text = (ROOT / name).read_text("utf-8")

    assert not re.search(r"://|--index|--extra-index|--find-links|-i ", text)
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text.strip()))


ROOM_DOORS = {
    ".ci", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "GLOSSARY.md", "LICENSE", "Makefile",
    "NOTICE", "README.md", "benchmarks", "build.in", "changelog.d", "deploy", "docs", "pyproject.toml",
    "requirements-bench.lock", "requirements-test.lock", "requirements.lock", "src", "studies", "tests", "tools",
}  # fmt: skip


def test_nothing_else_is_kept_at_the_root():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: what is kept is asked of git")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert {path.partition("/")[0] for path in listed} <= ROOM_DOORS
