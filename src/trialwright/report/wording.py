"""Displays put over into the reader's language, after they were laid out in English."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from trialwright.catalog import Catalog
from trialwright.catalog.wording import Book, shared_sentences
from trialwright.model.analysis import DEPARTURE, Analysis, Cell, Figure, Table
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Study
from trialwright.model.text import Text


class _Titled(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> Text: ...


_NAME = re.compile(r"[a-z_]{3,}")


def book_of(study: Study, catalog: Catalog, snapshot: Snapshot, analysis: Analysis) -> Book:
    """
    The book of one study's results in Chinese: shared sentences, methods and displays, and the study's own names.

    Missing: what the study's author wrote in English only (reasons, sources, questions) is quoted, not translated.
    """
    sentences = [*_sentences(catalog), *shared_sentences()]
    # What a form asks ("Serious": whether it is) gives way to what a table says; what a code means does not.
    said = {each.en for each in sentences} - {label.en for _, label in _codes(study, catalog)}
    names = {english: words for english, words in names_of(study, catalog).items() if english not in said}
    return Book(sentences, names, dict(_asides(study)), _typed(snapshot, analysis))


def names_of(study: Study, catalog: Catalog) -> dict[str, str]:
    """English -> Chinese for every name that a study gives or uses: visits, sets, measures, items, codes."""
    names: dict[str, str] = {}
    for text in _names(study, catalog):
        names.setdefault(text.en, text.zh)
    for code, label in _codes(study, catalog):
        names.setdefault(code.replace("_", " "), label.zh)
        names.setdefault(code.replace("_", " ").capitalize(), label.zh)
    return names


def element_of(study: Study, what: str) -> Text:
    """An element of the definition as the list of assumptions names it ("visit W4"), by its title; else as it is."""
    kinds: dict[str, tuple[str, Iterable[_Titled]]] = {
        "analysis set": ("分析集", study.analysis_sets),
        "arm": ("组别", study.arms),
        "consent version": ("知情同意书版本", study.consents),
        "estimand": ("估计目标", study.estimands),
        "form": ("表单", study.forms),
        "intercurrent event": ("伴发事件", study.intercurrent_events),
        "intervention": ("干预", study.interventions),
        "site": ("中心", study.sites),
        "subgroup": ("亚组", study.subgroups),
        "visit": ("访视", study.visits),
    }
    for kind, (chinese, elements) in kinds.items():
        for each in elements:
            if what == f"{kind} {each.name}":
                return Text(f"{kind}: {each.title.en}", f"{chinese}：{each.title.of('zh')}")
    return Text(what)


def put_over(display: Table | Figure, book: Book, language: str) -> Table | Figure:
    """The display in the language of the book; `quotes` names the footnotes that are English."""
    notes = [book.word(note) for note in display.footnotes]
    quotes = tuple(dict.fromkeys(quote for note in notes for quote in note.quotes))
    # Each quotation stands right below the sentence that announces it.
    footnotes = tuple(dict.fromkeys(text for note in notes for text in (note.text, *note.quotes)))
    population = book.say(display.population)
    if isinstance(display, Figure):
        return msgspec.structs.replace(
            display, footnotes=footnotes, quotes=quotes, language=language, population=population,
            alt=book.say(display.alt),
        )  # fmt: skip
    return msgspec.structs.replace(
        display,
        columns=tuple(book.say(words) for words in display.columns),
        rows=tuple(tuple(_cell(cell, book) for cell in row) for row in display.rows),
        footnotes=footnotes,
        quotes=quotes,
        population=population,
        language=language,
    )


def _cell(cell: Cell, book: Book) -> Cell:
    if cell.parts:
        parts = tuple(_cell(part, book) for part in cell.parts)
        return msgspec.structs.replace(cell, parts=parts, text="".join(part.text for part in parts))
    if book.is_typed(cell.text) and re.search("[A-Za-z]{2}", cell.text) and cell.text.isascii():
        return msgspec.structs.replace(cell, language="en")
    return msgspec.structs.replace(cell, text=book.say(cell.text))


def _sentences(catalog: Catalog) -> Iterator[Text]:
    for kind in ("display", "method"):
        for name in catalog.names(kind):
            yield from catalog.entry(name, kind).sentences.values()


def _names(study: Study, catalog: Catalog) -> Iterator[Text]:
    for group in (study.visits, study.analysis_sets, study.intercurrent_events, study.estimands):
        yield from (each.title for each in group)
    for estimand in study.estimands:
        yield from (each.label for each in estimand.benchmarks)
        if estimand.variable.kind == "response":
            for role in catalog.criterion(estimand.variable.entry).roles.values():
                yield role
                yield Text(role.en[:1].upper() + role.en[1:], role.zh)
    for _, label in _codes(study, catalog):
        yield label
    for name in _instruments(study, catalog):
        entry = catalog.instrument(name)
        yield entry.title
        yield from (item.label for item in entry.items)
        yield from (score.label for score in entry.scores)


def _codes(study: Study, catalog: Catalog) -> Iterator[tuple[str, Text]]:
    for choices in study.code_lists.values():
        yield from ((choice.code, choice.label) for choice in choices if _NAME.fullmatch(choice.code))
    for name in _instruments(study, catalog):
        for item in catalog.instrument(name).items:
            yield from ((choice.code, choice.label) for choice in item.choices)


def _instruments(study: Study, catalog: Catalog) -> list[str]:
    named = (section.instrument for form in study.forms for section in form.sections)
    known = set(catalog.names("instrument"))
    return [name for name in dict.fromkeys(named) if name in known]


def _asides(study: Study) -> Iterable[tuple[str, tuple[str, str]]]:
    """Sentences that give the author's English after a name: the name is worded, the English quoted."""
    for estimand in study.estimands:
        asked = f"{estimand.title.en}: {estimand.says.strip()}"
        words = f"{estimand.title.zh}：研究问题由研究定义以英文给出，照录于下："
        yield from ((each, (words, estimand.says.strip())) for each in (asked, asked.rstrip(".")))
        for benchmark in estimand.benchmarks:
            told = f"{benchmark.label.en}: {benchmark.source}"
            words = f"{benchmark.label.zh}：出处由研究定义以英文给出，照录于下："
            yield from ((each, (words, benchmark.source)) for each in (told, told.rstrip(".")))


def _typed(snapshot: Snapshot, analysis: Analysis) -> Iterator[str]:
    """What people typed in their own words: events, details, reasons, user names."""
    for record in analysis.records:
        if record.kind == "event" and record.parameter != DEPARTURE:
            yield from record.details.values()
            if isinstance(record.value, str):
                yield record.value
    for event in snapshot.events:
        yield from (event.reason, event.user)
