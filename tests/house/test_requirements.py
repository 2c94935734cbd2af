"""The table of requirements claims nothing that no test shows, and leaves out no test that is named after one."""

import re

import pytest

from house.house import ROOT

LINE = re.compile(r"^\| (R\d\d) \| (.+?) \| ((?:`[^`|]+`\s*)+)\|$", re.MULTILINE)
TABLE = (ROOT / "docs" / "reference" / "requirements.md").read_text("utf-8")
LINES = {number: tests.replace("`", " ").split() for number, _, tests in LINE.findall(TABLE)}


def test_every_line_of_the_table_is_read_and_stands_once():
    numbers = re.findall(r"^\| (R\d\d) \|", TABLE, re.MULTILINE)

    assert numbers == sorted(set(numbers))
    assert numbers == list(LINES)


@pytest.mark.parametrize("number", LINES)
def test_each_test_that_a_requirement_names_exists(number):
    for name in LINES[number]:
        path, _, function = name.partition("::")

        assert function.startswith("test_")
        assert re.search(rf"^\s*def {function}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), name


def test_each_test_named_after_a_requirement_stands_in_its_line():
    forgotten = [
        f"{path.relative_to(ROOT).as_posix()}::{function}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for function, number in re.findall(r"def (test_edc_r(\d\d)_\w+)\(", path.read_text("utf-8"))
        if f"{path.relative_to(ROOT).as_posix()}::{function}" not in LINES.get(f"R{number}", ())
    ]

    assert forgotten == []
