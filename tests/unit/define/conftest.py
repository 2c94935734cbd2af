"""A study folder that a test may change: the packaged study, copied."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trialwright.catalog import Catalog, load

PACKAGED = Path(__file__).parents[3] / "studies" / "aba_dm"

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def catalog() -> Catalog:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "study"
    shutil.copytree(PACKAGED, target, ignore=shutil.ignore_patterns("versions"))
    return target


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replaces one piece of text in one file; the piece must be there, so that a test cannot pass by mistake."""

    def replace(file: str, old: str, new: str) -> Path:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace
