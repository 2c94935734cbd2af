"""The blank forms with their places in SDTM (the annotated CRF), and the page on which each place is asked."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

import msgspec
import typst

from trialwright.catalog import Catalog
from trialwright.catalog.fonts import chinese_font_folder
from trialwright.define import condition_text
from trialwright.export.define_xml.forms import INVESTIGATOR, Forms, Spot
from trialwright.export.sdtm.form_book.annotations import Annotation, annotations, dated_elsewhere, shared_constants
from trialwright.export.sdtm.form_book.bookmarks import Bookmark, with_bookmarks
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import Asked, asked_fields
from trialwright.model.study import Form, Study

Json = str | int | list["Json"] | dict[str, "Json"]
FILE = "acrf.pdf"
_OF_THE_SITE = ("STAT", "REASND")
_LEGEND = (
    "Every form of this build once, in the order of the schedule; the bookmarks lead to it by visit and by form.",
    "A box beside a question names the variable in which its answer is submitted, in the colour of its domain. "
    "[NOT SUBMITTED]: the answer stands in no dataset, and lost.json says why.",
    "A test that nobody could do is submitted as NOT DONE with its reason; of any other variable the reason stands in "
    "the supplemental qualifiers, under the variable's name with an R (AEENDTCR).",
)


class FormBook(msgspec.Struct, frozen=True):
    """The book as PDF, and the pages that ask for each variable."""

    pdf: bytes
    forms: Forms


class _Question(msgspec.Struct, frozen=True):
    number: str
    asked: Asked
    boxes: tuple[Annotation, ...]


def form_book(study: Study, catalog: Catalog, date: str) -> FormBook:
    """
    The annotated forms of a build, dated `date` ("2026-11-26").

    Shape:   a page of visits, then every form once, on a page of its own; a question, room for its answer, its boxes.
    Raises:  typst.TypstError where the document breaks PDF/A or PDF/UA.
    """
    asked = list(asked_fields(study, catalog))
    dated = dated_elsewhere(asked)
    questions = [_Question(f"q{at}", each, annotations(each, study, dated)) for at, each in enumerate(asked)]
    inputs = {"data": json.dumps(_data(study, questions, date), ensure_ascii=False)}
    source = (files("trialwright.export.sdtm.form_book") / "book.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(chinese_font_folder())])
    pdf = typst.compile(
        source, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs, pdf_standards=["a-2a", "ua-1"],
        timestamp=int(dt.datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp()),
    )  # fmt: skip
    told = typst.query(source, "<mark>", field="value", font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs)
    page_of = {each["id"]: int(each["page"]) for each in json.loads(told)}
    return FormBook(
        with_bookmarks(pdf, _bookmarks(study, page_of)), Forms(FILE, _pages(questions, page_of), _sources(questions))
    )


def in_order(study: Study) -> tuple[Form, ...]:
    """The forms as the schedule first asks for them; those that no visit asks for come last."""
    rank = {name: at for at, name in enumerate(dict.fromkeys(name for visit in study.visits for name in visit.forms))}
    return tuple(sorted(study.forms, key=lambda form: rank.get(form.name, len(rank))))


def _pages(questions: Sequence[_Question], page_of: Mapping[str, int]) -> dict[Spot, tuple[int, ...]]:
    found: dict[Spot, set[int]] = {}
    for each in questions:
        for box in each.boxes:
            for spot in box.spots:
                found.setdefault(spot, set()).add(page_of[each.number])
    return {spot: tuple(sorted(pages)) for spot, pages in found.items()}


def _sources(questions: Sequence[_Question]) -> dict[Spot, str]:
    """Who gives each answer where that is not the investigator; why there is none the site says, whoever was asked."""
    return {
        spot: each.asked.place.source
        for each in questions
        if each.asked.place is not None and each.asked.place.source != INVESTIGATOR
        for box in each.boxes
        for spot in box.spots
        if not (spot[0].startswith("SUPP") or spot[1].endswith(_OF_THE_SITE))
    }


def _bookmarks(study: Study, page_of: Mapping[str, int]) -> tuple[Bookmark, ...]:
    def leads(form: Form) -> Bookmark:
        return Bookmark(form.title.en, page_of[f"form:{form.name}"])

    known = {form.name: form for form in study.forms}
    visits = tuple(
        Bookmark(visit.title.en, page_of["visits"], tuple(leads(known[name]) for name in visit.forms))
        for visit in study.visits
    )
    return (
        Bookmark("By visit", page_of["visits"], visits),
        Bookmark("By form", page_of["visits"], tuple(leads(form) for form in in_order(study))),
    )


def _data(study: Study, questions: Sequence[_Question], date: str) -> dict[str, Json]:
    titles = {form.name: form.title.en for form in study.forms}
    visits: list[Json] = [
        {
            "title": visit.title.en,
            "planned": f"day {visit.study_day}" if visit.study_day is not None else "as it happens",
            "forms": [{"name": name, "title": titles[name]} for name in visit.forms],
        }
        for visit in study.visits
    ]
    return {
        "title": "Annotated forms",
        "subtitle": [study.title.en, f"{study.name}, definition build {study.build}, SDTMIG 3.4"],
        "date": date,
        "foot": f"{study.name} · build {study.build} · {study.hash[:16]}",
        "legend": list(_LEGEND),
        "visits": visits,
        "forms": [_form(study, form, questions) for form in in_order(study)],
    }


def _form(study: Study, form: Form, questions: Sequence[_Question]) -> dict[str, Json]:
    mine = [each for each in questions if each.asked.form is form]
    order = list(dict.fromkeys(box.domain for each in mine for box in each.boxes if box.domain))
    tint = {name: at for at, name in enumerate(order)}
    at = [visit.title.en for visit in study.visits if form.name in visit.forms]
    heads: list[Json] = [{"text": f"{name} = {domains()[name].label}", "tint": tint[name]} for name in order]
    sections: list[Json] = []
    for section in form.sections:
        held = [each for each in mine if each.asked.section is section]
        shared = shared_constants(each.asked for each in held)
        sections.append(
            {
                "title": section.title.en,
                "boxes": [{"text": text, "tint": tint[domain]} for text, domain in shared.items()],
                "fields": [_field(each, tint) for each in held],
            }
        )
    rows = " One row for each." if form.repeating else ""
    return {
        "name": form.name,
        "title": form.title.en,
        "where": f"Asked at: {', '.join(at) or 'no visit of this build'}.{rows}",
        "domains": heads,
        "sections": sections,
    }


def _field(question: _Question, tint: Mapping[str, int]) -> dict[str, Json]:
    field = question.asked.field
    item = field.item
    choices = ["Yes", "No"] if item.kind == "yes_no" else [each.label.en for each in item.choices]
    dates = {"date": "YYYY-MM-DD", "partial_date": "YYYY-MM-DD, as far as known"}
    boxes: list[Json] = [{"text": box.text, "tint": tint.get(box.domain, -1)} for box in question.boxes]
    return {
        "id": question.number,
        "label": item.label.en,
        "hint": item.hint.en if item.hint is not None else "",
        "condition": condition_text(field.shown_when) if field.shown_when is not None else "",
        "choices": list(choices),
        "unit": " or ".join((item.unit, *item.other_units)) if item.unit else dates.get(item.kind, ""),
        "boxes": boxes,
    }


__all__ = ["FILE", "FormBook", "form_book"]
