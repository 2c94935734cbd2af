"""The patches of `make sabotage` still fit the code they break (running them is a command of its own)."""

import importlib.util

import pytest

from house.house import ROOT

_SPEC = importlib.util.spec_from_file_location("sabotage_run", ROOT / "tests" / "sabotage" / "run.py")
run = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(run)


@pytest.mark.parametrize("patch", run.patches(), ids=lambda p: p.name)
def test_a_patch_finds_its_line_once_and_names_tests_that_exist(patch):
    text = (ROOT / patch.file).read_text("utf-8")

    assert text.count(patch.find) == 1
    assert patch.find != patch.replace
    for test in patch.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).exists()
        assert not name or f"def {name.split('[')[0].split('::')[-1]}(" in (ROOT / path).read_text("utf-8")


def test_there_are_at_least_eight_patches_and_no_two_share_a_name():
    names = [patch.name for patch in run.patches()]

    assert len(names) >= 8
    assert len(names) == len(set(names))
