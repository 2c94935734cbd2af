"""The chapter "Methods" says what the catalog says, and every method's page says what a statistician asks of it."""

import importlib.util
from pathlib import Path

import pytest

from trialwright import catalog

ROOT = Path(__file__).parents[2]
KNOWN = catalog.load()
METHODS = KNOWN.names("method")


def _writer():
    spec = importlib.util.spec_from_file_location("write_methods_chapter", ROOT / "tools" / "write_methods_chapter.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITER = _writer()


def test_the_chapter_is_the_one_the_catalog_writes():
    stored = {path.name: path.read_text("utf-8") for path in WRITER.FOLDER.glob("*.md")}

    assert stored == WRITER.chapter(), "run: python tools/write_methods_chapter.py"


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_page_names_its_formula_its_sources_and_where_other_programs_differ(name):
    page = WRITER.chapter()[f"{name}.md"]
    body, _, differs = page.partition("## Where other programs differ")

    assert len(body.split()) >= 40, "what it computes, in words or symbols"
    assert len(differs.partition("## Arguments")[0].split()) >= 20
    assert "## Sources" in page
    assert page.count("\n- ") >= 4  # sources and worked examples


def test_the_index_lists_every_method():
    index = WRITER.chapter()["README.md"]

    assert [name for name in METHODS if f"[{name}]({name}.md)" not in index] == []
