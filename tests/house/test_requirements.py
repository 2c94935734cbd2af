"""The table of requirements claims nothing that no test shows, and leaves out no test that is named after one."""

import ast
import re
from pathlib import Path

import pytest

from house.house import ROOT
from trialwright.pipeline.requirements import EVERY, read_requirements

LINE = re.compile(r"^\| (R\d\d) \| (.+?) \| ((?:`[^`|]+`\s*)+)\|$", re.MULTILINE)
TABLE = (ROOT / "docs" / "reference" / "requirements.md").read_text("utf-8")
LINES = {number: tests.replace("`", " ").split() for number, _, tests in LINE.findall(TABLE)}


def test_every_line_of_the_table_is_read_and_stands_once():
    met, _, _ = TABLE.partition("## Postponed")
    numbers = re.findall(r"^\| (R\d\d) \|", met, re.MULTILINE)

    assert numbers == sorted(set(numbers))
    assert numbers == list(LINES)


@pytest.mark.parametrize("number", LINES)
def test_each_test_that_a_requirement_names_exists(number):
    for name in LINES[number]:
        path, _, function = name.partition("::")

        assert function.startswith("test_")
        assert re.search(rf"^\s*def {function}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), name


def test_every_requirement_is_met_by_tests_or_postponed_with_a_sentence():
    assert [each.number for each in read_requirements(TABLE)] == sorted(EVERY)


def test_a_test_that_shows_a_requirement_is_collected_and_not_skipped_by_itself():
    """Top-level functions of files that pytest collects; a mark that always skips would make the claim empty."""
    for number, tests in LINES.items():
        for name in tests:
            path, _, function = name.partition("::")
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name.startswith("Test")]
            every = [*tree.body, *(inner for each in classes for inner in each.body)]
            found = [n for n in every if isinstance(n, ast.FunctionDef) and n.name == function]

            assert Path(path).name.startswith("test_"), name
            assert len(found) == 1, f"{number}: {name} is not collected once"
            assert not any(ast.unparse(d) in ("pytest.mark.skip", "pytest.mark.xfail") for d in found[0].decorator_list)


def test_each_test_named_after_a_requirement_stands_in_its_line():
    forgotten = [
        f"{path.relative_to(ROOT).as_posix()}::{function}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for function, number in re.findall(r"def (test_edc_r(\d\d)_\w+)\(", path.read_text("utf-8"))
        if f"{path.relative_to(ROOT).as_posix()}::{function}" not in LINES.get(f"R{number}", ())
    ]

    assert forgotten == []
