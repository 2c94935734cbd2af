"""The annotated forms: every question with its place in SDTM, and references that lead to the page they name."""

import re
import shutil
import subprocess
from functools import cache

import msgspec
import pytest
from lxml import etree

from support.results import packaged_study
from support.snapshots import snapshot_of
from trialwright import catalog
from trialwright.export.define_xml import Forms
from trialwright.export.files import whole
from trialwright.export.formats import Source
from trialwright.export.sdtm import write
from trialwright.export.sdtm.form_book import form_book
from trialwright.export.sdtm.form_book.bookmarks import Bookmark, with_bookmarks
from trialwright.export.sdtm.places import asked_fields
from unit.export.test_sdtm import PERSON

SPACES = {"o": "http://www.cdisc.org/ns/odm/v1.3", "d": "http://www.cdisc.org/ns/def/v2.1",
          "x": "http://www.w3.org/1999/xlink"}  # fmt: skip
READER = shutil.which("pdftotext")
NO_READER = "pdftotext (poppler-utils) is not installed here"


@cache
def book():
    return form_book(packaged_study(), catalog.load(), "2026-11-26")


@cache
def files(more=""):
    return whole(
        write(
            Source(
                study=packaged_study(),
                snapshot=snapshot_of(PERSON.format(p="P001") + more),
                analysis=None,
                rows=(),
                catalog=catalog.load(),
                version="1",
            )
        )
    )


def objects(pdf):
    """Every object by number; of one that was written twice the last."""
    return {int(number): body for number, body in re.findall(rb"\n(\d+) 0 obj\s(.*?)\sendobj", pdf, re.DOTALL)}


def outline(pdf):
    """The outline as (depth, title, page), as a viewer walks it."""
    held = objects(pdf)
    root = int(re.findall(rb"/Root (\d+) 0 R", pdf)[-1])
    kids = re.search(rb"/Kids\s*\[(.*?)\]", held[int(re.search(rb"/Pages (\d+)", held[root])[1])], re.DOTALL)[1]
    pages = [int(each) for each in re.findall(rb"(\d+) 0 R", kids)]
    found = []

    def walk(number, depth):
        while number:
            body = held[number]
            title = bytes.fromhex(re.search(rb"/Title <FEFF([0-9A-F]+)>", body)[1].decode()).decode("utf-16-be")
            found.append((depth, title, pages.index(int(re.search(rb"/Dest\[(\d+)", body)[1])) + 1))
            below = re.search(rb"/First (\d+)", body)
            walk(int(below[1]) if below else 0, depth + 1)
            after = re.search(rb"/Next (\d+)", body)
            number = int(after[1]) if after else 0

    top = held[int(re.search(rb"/Outlines (\d+)", held[root])[1])]
    walk(int(re.search(rb"/First (\d+)", top)[1]), 0)
    return found


@cache
def text_of(page):
    told = subprocess.run(
        [str(READER), "-f", str(page), "-l", str(page), "-layout", "-", "-"], input=book().pdf, capture_output=True,
        check=True,
    ).stdout.decode()  # fmt: skip
    return re.sub(r"\s+", " ", told)


def test_the_bookmarks_lead_to_every_form_by_visit_and_by_form():
    study = packaged_study()
    found = outline(book().pdf)
    by_visit = found[: found.index((0, "By form", 1))]
    by_form = found[len(by_visit) + 1 :]
    titles = {form.name: form.title.en for form in study.forms}
    page_of = {title: page for depth, title, page in by_form if depth == 1}

    assert [title for depth, title, _ in by_visit if depth == 1] == [visit.title.en for visit in study.visits]
    assert [title for depth, title, _ in by_visit if depth == 2] == [
        titles[name] for visit in study.visits for name in visit.forms
    ]
    assert set(page_of) == set(titles.values())
    assert all(page == page_of[title] for depth, title, page in by_visit if depth == 2)


@pytest.mark.skipif(READER is None, reason=NO_READER)
def test_a_bookmark_opens_the_page_that_its_title_heads():
    for depth, title, page in outline(book().pdf):
        if depth:
            assert title in text_of(page), (title, page)


@pytest.mark.skipif(READER is None, reason=NO_READER)
def test_every_question_stands_on_the_page_that_its_places_name():
    study = packaged_study()
    for each in asked_fields(study, catalog.load()):
        if each.place is not None and each.place.domain != "IE" and not each.place.supplemental:
            name = each.place.name
            pages = {page for (_, v, test), of in book().forms.pages.items() if name in (v, test) for page in of}

            assert pages, each.field.name
            assert all(name in text_of(page) for page in pages), each.field.name


@pytest.mark.skipif(READER is None, reason=NO_READER)
def test_what_no_dataset_holds_says_so():
    (rule,) = [
        each for each in asked_fields(packaged_study(), catalog.load()) if each.field.name == "protocol_deviation.rule"
    ]
    page = next(page for _, title, page in outline(book().pdf) if title == rule.form.title.en)

    assert rule.place is None
    assert "[NOT SUBMITTED]" in text_of(page)


def test_every_collected_variable_refers_to_a_page_and_nothing_else_does():
    root = etree.fromstring(files()["json/define.xml"])
    (leaf,) = root.findall(".//o:MetaDataVersion/d:leaf", SPACES)
    (book_of,) = root.findall(".//d:AnnotatedCRF/d:DocumentRef", SPACES)
    wrong = []
    for item in root.findall(".//o:ItemDef", SPACES):
        origin = item.find("d:Origin", SPACES)
        if origin is not None:
            pages = origin.find("d:DocumentRef/d:PDFPageRef", SPACES)
            if (pages is not None) != (origin.get("Type") == "Collected"):
                wrong.append(item.get("OID"))

    assert wrong == []
    assert book_of.get("leafID") == leaf.get("ID")
    assert f"json/{leaf.get('{http://www.w3.org/1999/xlink}href')}" in files()


@pytest.mark.skipif(READER is None, reason=NO_READER)
@pytest.mark.parametrize(
    ("oid", "words"),
    [
        ("IT.LB.LBORRES.CK", "LBORRES when LBTESTCD = CK"), ("IT.AE.AETERM", "AETERM"),
        ("IT.SUPPAE.QVAL.AEAWARDT", "QVAL in SUPPAE when QNAM = AEAWARDT"), ("IT.VS.VSDTC", "VSDTC"),
        ("IT.DM.SEX", "SEX"), ("IT.EX.EXDOSU", "EXDOSU"),
    ],
)  # fmt: skip
def test_the_page_that_an_origin_names_carries_the_annotation(oid, words):
    made = files("P001 LOG#1 adverse_event.awareness 2021-03-09\n")
    root = etree.fromstring(made["xpt/define.xml"])
    (pages,) = root.xpath(f"//o:ItemDef[@OID='{oid}']/d:Origin/d:DocumentRef/d:PDFPageRef", namespaces=SPACES)

    assert pages.get("Type") == "PhysicalRef"
    assert all(words in text_of(int(page)) for page in pages.get("PageRefs").split())


def test_a_variable_that_nothing_fills_is_not_available_and_names_no_page():
    root = etree.fromstring(files()["json/define.xml"])
    (origin,) = root.xpath("//o:ItemDef[@OID='IT.AE.AEPTCD']/d:Origin", namespaces=SPACES)

    assert (origin.get("Type"), len(origin)) == ("Not Available", 0)


def test_the_same_definition_gives_the_same_book():
    assert form_book(packaged_study(), catalog.load(), "2026-11-26").pdf == book().pdf


def test_another_definition_gives_another_order_of_pages():
    study = packaged_study()
    fewer = msgspec.structs.replace(study, forms=tuple(form for form in study.forms if form.name != "demographics"),
                                    visits=tuple(msgspec.structs.replace(visit, forms=tuple(
                                        name for name in visit.forms if name != "demographics"))
                                        for visit in study.visits))  # fmt: skip
    made = form_book(fewer, catalog.load(), "2026-11-26")

    assert made.forms.of("DM", "SEX") == ()
    assert made.forms.of("AE", "AETERM") == tuple(page - 1 for page in book().forms.of("AE", "AETERM"))


def test_what_is_no_plain_document_is_refused():
    with pytest.raises(ValueError, match="plain cross-reference"):
        with_bookmarks(b"%PDF-1.7 nothing", [Bookmark("a", 1)])


@pytest.mark.skipif(READER is None, reason=NO_READER)
def test_a_section_begins_on_the_page_of_its_first_question():
    """The heading of the last section of the core set once stood alone at the foot of a page."""
    study = packaged_study()
    first = {}
    for each in asked_fields(study, catalog.load()):
        if each.place is not None and not each.place.supplemental and each.place.domain not in ("IE", "RELREC"):
            name = each.place.variable or each.place.name
            first.setdefault((each.form.name, each.section.title.en), (each.place.domain, name))
    several = {form.name for form in study.forms if len(form.sections) > 1}
    alone = []
    for (form, title), (domain, name) in first.items():
        spots = [of for (d, v, test), of in book().forms.pages.items() if d == domain and name in (v, test)]
        if form in several and not any(title in text_of(page) for of in spots for page in of):
            alone.append((form, title))

    assert alone == []
    assert len(first) > 15


@pytest.mark.skipif(READER is None, reason=NO_READER)
def test_a_page_in_the_middle_of_a_form_says_which_form_it_is_of():
    pages = sorted({page for _, _, page in outline(book().pdf)})
    titles = {page: title for depth, title, page in outline(book().pdf) if depth == 1 and page > 1}
    between = [page for page in range(2, pages[-1]) if page not in pages]

    assert between != []
    for page in between:
        form = titles[max(each for each in titles if each < page)]
        assert f"{form}, continued" in text_of(page)
        assert "continued" not in text_of(max(each for each in titles if each < page))


@pytest.mark.skipif(READER is None, reason=NO_READER)
def test_the_day_of_what_was_found_about_a_dose_is_asked_with_the_dose():
    (dosing,) = book().forms.of("EX", "EXSTDTC")

    assert book().forms.of("DA", "DADTC") == (dosing,)
    assert "DADTC" in text_of(dosing)
    assert book().forms.of("VS", "VSDTC") == book().forms.of("SV", "SVSTDTC")


def sources_of(oid, table=""):
    root = etree.fromstring(files(table)["json/define.xml"])
    return [(each.get("Type"), each.get("Source"))
            for each in root.xpath(f"//o:ItemDef[@OID='{oid}']/d:Origin", namespaces=SPACES)]  # fmt: skip


ASKED = "P001 W0 patient_global.vas 5\nP001 W0 haq_di.dressing_1 2\nP001 W0 quality_of_life.score 40\n"


@pytest.mark.parametrize(
    ("oid", "expected"),
    [
        ("IT.QS.QSORRES.PTGAVAS", [("Collected", "Subject")]),
        ("IT.QS.QSORRES.HAQ0101", [("Collected", "Subject")]),
        ("IT.QS.QSORRES", [("Collected", "Subject")]),
        ("IT.LB.LBORRES.CK", [("Collected", "Investigator")]),
        ("IT.AE.AETERM", [("Collected", "Investigator")]),
        ("IT.VS.VSDY", [("Derived", "Sponsor")]),
        ("IT.QS.QSTESTCD", [("Assigned", "Sponsor")]),
        ("IT.TA.ARMCD", [("Protocol", "Sponsor")]),
        ("IT.AE.AEPTCD", [("Not Available", None)]),
    ],
)  # fmt: skip
def test_an_origin_names_who_gave_the_value(oid, expected):
    assert sources_of(oid, ASKED) == expected


def test_a_variable_that_participants_and_investigators_fill_has_both_origins_with_their_own_pages():
    pages = {("QS", "QSORRES", "A"): (1, 2), ("QS", "QSORRES", "B"): (2, 3)}
    made = Forms("a.pdf", pages, {("QS", "QSORRES", "A"): "Subject"})

    assert made.by_source("QS", "QSORRES") == {"Investigator": (2, 3), "Subject": (1, 2)}
    assert made.of("QS", "QSORRES") == (1, 2, 3)
    assert made.by_source("QS", "QSORRES", "A") == {"Subject": (1, 2)}
