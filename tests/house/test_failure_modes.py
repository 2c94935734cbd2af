"""The table of failure modes names tests that exist, or says why there is none."""

import ast
import re

import pytest

from house.house import ROOT

PAGE = (ROOT / "docs" / "reference" / "failure-modes.md").read_text("utf-8")
LINES = {int(n): (failure, told) for n, failure, told in re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.M)}


def test_every_failure_of_the_reference_has_its_line():
    assert list(range(1, 30)) == list(LINES)


@pytest.mark.parametrize("number", LINES)
def test_each_failure_is_prevented_by_tests_that_are_collected_or_by_a_sentence(number):
    _, told = LINES[number]
    names = re.findall(r"`([^`]+)`", told)

    assert names or told.startswith("no test: ")
    for name in names:
        path, _, function = name.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert function in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}, name
