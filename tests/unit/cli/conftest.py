"""A command called as a person calls it, in this process: its words in, its exit code and what it said out."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from trialwright.cli.main import main
from trialwright.pipeline import place


class Said(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def trialwright(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    # Other tests of the same process may have settings of their own.
    for name in [name for name in os.environ if name.startswith("TRIALWRIGHT_")]:
        monkeypatch.delenv(name)

    monkeypatch.setattr(place, "_asked_for", [])  # a command has a process of its own, and no ledger of another one

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["trialwright", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        said = capsys.readouterr()

        assert "Traceback" not in said.err
        return Said(code or 0, said.out, said.err)

    return call


@pytest.fixture
def study(trialwright: Callable[..., Said], tmp_path: Path) -> Path:
    """A study just made, with an empty ledger; its path has a space and Chinese characters."""
    folder = tmp_path / "皮肌炎 study"

    assert trialwright("init", folder).code == 0
    return folder
