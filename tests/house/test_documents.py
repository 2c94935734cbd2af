"""The documents are complete: every Problem code, command and setting is written down, with an example and a cure."""

import re

import pytest

from house.house import ROOT, SOURCE, relative

CODE = re.compile(r"\bTW-[A-Z]+-\d{3}\b")
PROBLEM_PAGES = ROOT / "docs" / "reference" / "problems"


def _codes_in_source() -> set[str]:
    texts = [p for p in SOURCE.rglob("*") if p.suffix in (".py", ".yaml") and "__pycache__" not in p.parts]
    return {code for p in texts for code in CODE.findall(p.read_text("utf-8"))}


def _documented() -> dict[str, str]:
    pages = "\n".join(p.read_text("utf-8") for p in sorted(PROBLEM_PAGES.glob("*.md")))
    parts = re.split(r"^## (TW-[A-Z]+-\d{3}).*$", pages, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_problem_code_is_documented_and_no_document_names_a_code_that_is_gone():
    assert _codes_in_source() == set(_documented())


@pytest.mark.parametrize("code", sorted(_documented()))
def test_a_documented_problem_has_an_example_and_a_cure(code):
    text = _documented()[code]

    assert "Example" in text
    assert "Cure" in text


def test_a_code_is_documented_once():
    headings = [
        m
        for p in PROBLEM_PAGES.glob("*.md")
        for m in re.findall(r"^## (TW-[A-Z]+-\d{3})", p.read_text("utf-8"), re.MULTILINE)
    ]

    assert len(headings) == len(set(headings))


def test_every_setting_is_documented():
    page = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    used = {
        name for p in SOURCE.rglob("*.py") for name in re.findall(r"\bTRIALWRIGHT_[A-Z_]+[A-Z]\b", p.read_text("utf-8"))
    }

    assert sorted(name for name in used if f"`{name}`" not in page) == []


def test_every_link_between_documents_leads_somewhere():
    pages = list(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
    broken = [
        f"{relative(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_page_for_readers_stands_on_the_map():
    documents = ROOT / "docs"
    listed = re.findall(r"\]\(([^)#:\s]+)", (documents / "README.md").read_text("utf-8"))
    reached = {(documents / target).resolve() for target in listed}
    pages = [
        p
        for folder in ("tutorial", "how-to", "explanation", "reference", "zh")
        for p in (documents / folder).glob("*.*")
    ]

    assert sorted(relative(p) for p in pages if p.resolve() not in reached) == []


def test_edc_r55_the_letter_on_signatures_is_a_template_in_both_languages():
    page = (ROOT / "docs" / "reference" / "letter-on-signatures.md").read_text("utf-8")
    letters = [
        re.search(rf"^## {title}\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL) for title in ("English", "中文")
    ]
    blanks = [re.findall(r"\[([^\]]+)\]", found[1]) for found in letters if found]

    assert len(blanks) == 2 and min(map(len, blanks)) >= 6
    assert "11.100(c)" in page and "legally binding" in page and "法律约束力" in page
    assert "letter-on-signatures.md" in (ROOT / "docs" / "README.md").read_text("utf-8")
