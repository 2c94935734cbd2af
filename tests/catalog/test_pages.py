"""The pages of the catalog: complete, in the documentation as the command prints them, and fit to be read aloud."""

import importlib.util

import pytest

from house.house import ROOT
from trialwright import catalog
from trialwright.catalog.pages import SEEN, entry_page, index

KNOWN = catalog.load()
_SPEC = importlib.util.spec_from_file_location("chapters", ROOT / "tools" / "write_catalog_chapters.py")
chapters = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(chapters)
DOCUMENTS = chapters.documents()
JUDGED = [(kind, name) for kind in ("criterion", "instrument") for name in KNOWN.names(kind)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documentation_says_what_the_catalog_says(name):
    written = (ROOT / "docs" / "reference" / name).read_text("utf-8")

    assert written == DOCUMENTS[name], "run: python tools/write_catalog_chapters.py"


@pytest.mark.parametrize(("kind", "name"), JUDGED)
def test_every_number_of_a_page_has_its_source_and_its_mark(kind, name):
    page = entry_page(KNOWN, name, kind)

    for table in KNOWN.number_tables(name):
        assert table.title.en in page
        for row in table.rows:
            assert f"{row.source.text} ({SEEN[row.source.seen]})" in page
    for source in KNOWN.entry(name, kind).source:
        assert f"- {source.text} ({SEEN[source.seen]})" in page


@pytest.mark.parametrize("name", KNOWN.names("criterion"))
def test_every_number_that_a_criterion_decides_with_has_a_source_and_a_mark(name):
    numbers = [p for p in KNOWN.criterion(name).parameters if p.kind in ("number", "integer")]

    assert [p.name for p in numbers if p.source is None] == []


@pytest.mark.parametrize("name", KNOWN.names("criterion"))
def test_the_chapter_leads_from_a_criterion_to_its_calculator(name):
    chapter = DOCUMENTS["response-criteria.md"]
    part = chapter.split(f"\n`{name}` · ")[1].split("\n## ")[0]

    assert f"[Calculator](calculator/{name}.html)" in part
    assert f"calculator/{name}.html" in DOCUMENTS


@pytest.mark.parametrize("name", KNOWN.names("criterion"))
def test_a_page_shows_the_cases_with_the_reasons_in_both_languages(name):
    page = entry_page(KNOWN, name, "criterion")

    reasons = [line for line in page.splitlines() if line.startswith("> ")]
    assert page.count("Numbers: ") >= 3
    assert len(reasons) >= 2 and len(reasons) % 2 == 0
    assert all(line.endswith(".") for line in reasons[::2]) and all(line.endswith("。") for line in reasons[1::2])


def test_numbered_items_that_are_alike_stand_in_one_line():
    page = entry_page(KNOWN, "cdasi_v2", "instrument")

    assert "| erythema_1 to 15 | Site 1 to 15: redness | integer | 0 to 3 |" in page
    assert "| hands_ulcer | Hands: ulcer on papules | integer | 0 to 1 |" in page
    assert "erythema_2" not in page.split("What comes out")[0]


@pytest.mark.parametrize("name", KNOWN.names("criterion"))
def test_no_chinese_reason_is_left_in_english(name):
    # A key without its words, or an English category inside a Chinese sentence, would show as Latin letters.
    page = entry_page(KNOWN, name, "criterion")
    chinese = [line for line in page.splitlines() if line.startswith("> ") and line.endswith("。")]
    allowed = ("CMAS", "CHAQ", "DAS", "CHQ", "PhS", "CK", "LDH", "AST", "ALT", "Jo", "Gottron", "mg")
    for line in chinese:
        for word in allowed:
            line = line.replace(word, "")
        assert not any("a" <= c.lower() <= "z" for c in line), line


def test_the_page_tells_where_sources_disagree_and_which_parameter_decides():
    for name, parameter in (
        ("imacs_doi_2004", "mmt_worsening"),
        ("refractory_myositis", "failure_words"),
        ("sontheimer_adm", "skin_biopsy_needed"),
    ):
        page = entry_page(KNOWN, name, "criterion")
        assert f"`{parameter}`" in page


def test_a_json_line_stands_on_the_page_of_an_entry_that_answers_to_lines():
    page = entry_page(KNOWN, "iim_2017", "criterion")

    assert "### As a JSON line" not in page and "## As a JSON line" in page
    assert '{"biopsy_available": false' in page


def test_the_index_names_every_entry_with_its_first_sentence():
    found = dict(index(KNOWN, ("criterion", "instrument")))

    assert [name for name, _, _ in found["criterion"]] == list(KNOWN.names("criterion"))
    assert all(says.endswith(".") and title for entries in found.values() for _, title, says in entries)
