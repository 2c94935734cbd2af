"""The page of the report: what stands where, as values for its template."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal

import jinja2
import msgspec
from markupsafe import Markup, escape

from trialwright.catalog.wording import Book
from trialwright.model.analysis import Analysis, Figure, ResultRow, Table
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Problem, Severity
from trialwright.model.record import CheckReport
from trialwright.model.study import Assumption, DisplayUse, Study
from trialwright.model.text import Text
from trialwright.report import words
from trialwright.report.fragments import Link, render_figure_html, render_table_html
from trialwright.report.traces import Traces
from trialwright.report.traces import Words as TraceWords
from trialwright.report.verdict import Headline, headline_of


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A display of the report, its section, and the rows it shows."""

    use: DisplayUse
    section: str
    display: Table | Figure
    rows: tuple[ResultRow, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page tells."""

    study: Study
    snapshot: Snapshot
    analysis: Analysis
    rows: tuple[ResultRow, ...]
    shown: tuple[Shown, ...]
    registration: CheckReport | None
    mark: str
    language: str
    labels: dict[str, str] = {}  # name of the study -> its words, for the way back
    book: Book | None = None  # the words of another language than English

    def say(self, english: str, chinese: str, **fields: object) -> str:
        """The page's own words in its language, with what stands in their {fields}."""
        return Text(english, chinese).of(self.language).format(**fields)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One section as the template prints it."""

    name: str
    number: int
    heading: str
    lead: str
    kind: "SectionKind"
    displays: tuple[tuple[str, str, Markup], ...] = ()  # number, title, fragment


class Findings(msgspec.Struct, frozen=True):
    """Findings of one severity."""

    severity: Severity
    title: str
    found: tuple[Problem, ...]


_SEVERITIES: tuple[tuple[Severity, Text], ...] = (
    ("error", Text("Errors", "错误")),
    ("warning", Text("Warnings", "警告")),
    ("note", Text("Notes", "提示")),
)
_STATUS = {
    "draft": Text("draft", "草稿"),
    "frozen": Text("frozen", "已冻结"),
    "registered": Text("registered", "已注册"),
    "proposal": Text("proposal", "拟议修订"),
}
SectionKind = Literal["displays", "registration", "assumed", "way_back"]
_OWN_SECTIONS: dict[str, SectionKind] = {"registration": "registration", "assumed": "assumed", "way_back": "way_back"}


def render_page(page: Page) -> bytes:
    """The report as one HTML file: no script, no address of another host, print rules of its own."""
    template = _environment().get_template("page.html.j2")
    traces = Traces(page.rows, page.analysis, page.snapshot, _words_of(page))
    sections = tuple(_sections(page, traces.link))
    html = template.render(
        page=page,
        study=page.study,
        snapshot=page.snapshot,
        title=page.study.title.of(page.language),
        sections=sections,
        say=page.say,
        foreign=Markup("") if page.book is None else Markup(' lang="en"'),
        status=_STATUS[page.study.status].of(page.language) if page.study.status in _STATUS else page.study.status,
        headline=headlines(page),
        caveats=_caveats(page),
        pooled=words.POOLED.of(page.language) if len(page.study.arms) > 1 else "",
        findings=findings_of(page.registration, page.language),
        assumptions=assumptions_of(page.study),
        style=Markup(_text("page.css")),  # noqa: S704 - our own style sheet
        running_foot=_css_text(_running_foot(page)),
        counts=_counts(page),
        panels=traces.panels(),
    )
    return html.encode()


def assumptions_of(study: Study) -> tuple[Assumption, ...]:
    """What is not in the public record, each once: the study's own list, then what single estimands add."""
    everything = [*study.assumptions, *(each for estimand in study.estimands for each in estimand.assumed)]
    return tuple({(each.where, each.what): each for each in everything}.values())


def findings_of(registration: CheckReport | None, language: str = "en") -> tuple[Findings, ...]:
    """The findings of the registration by severity, the worst first."""
    found = registration.findings if registration is not None else ()
    groups = (
        Findings(severity, title.of(language), tuple(each for each in found if each.severity == severity))
        for severity, title in _SEVERITIES
    )
    return tuple(group for group in groups if group.found)


def headlines(page: Page) -> tuple[Headline, ...]:
    """The primary results in the sentences of the page's language."""
    found = headline_of(page.study, page.rows)
    if page.book is None:
        return found
    say = page.book.say
    return tuple(
        msgspec.structs.replace(
            each, title=say(each.title), seen=say(each.seen), held_against=say(each.held_against),
            conclusion=say(each.conclusion),
        )
        for each in found
    )  # fmt: skip


def _sections(page: Page, link: Link) -> Iterable[Section]:
    number = 0
    # The section says the conclusion in its own text, so that its table need not repeat it.
    told = {each.conclusion for each in headlines(page)}
    for name, heading in words.SECTIONS.items():
        displays = tuple(_display(each, told, link) for each in page.shown if each.section == name)
        if name not in _OWN_SECTIONS and not displays:
            continue
        number += 1
        lead = words.LEADS.get(name)
        yield Section(
            name=name,
            number=number,
            heading=heading.of(page.language),
            lead=lead.of(page.language) if lead is not None else "",
            kind=_OWN_SECTIONS.get(name, "displays"),
            displays=displays,
        )


def _display(shown: Shown, told: set[str], link: Link) -> tuple[str, str, Markup]:
    display = shown.display
    if isinstance(display, Figure):
        return display.number, display.title, render_figure_html(display, link)
    notes = tuple(note for note in display.footnotes if note not in told)
    return display.number, display.title, render_table_html(msgspec.structs.replace(display, footnotes=notes), link)


def _words_of(page: Page) -> TraceWords:
    return TraceWords(language=page.language, labels=page.labels, book=page.book)


def _caveats(page: Page) -> dict[str, object]:
    if len(page.study.arms) > 1:
        return {}
    return {
        "heading": words.CAVEAT_HEADING.of(page.language),
        "lead": words.CAVEAT_LEAD.of(page.language),
        "points": [each.of(page.language) for each in words.CAVEATS],
        "end": words.CAVEAT_END.of(page.language),
    }


def _counts(page: Page) -> dict[str, int]:
    return {
        "participants": len(page.analysis.participants),
        "versions": page.snapshot.versions.height,
        "current": page.snapshot.current.height,
        "events": len(page.snapshot.events),
        "records": len(page.analysis.records),
        "cells": len(page.rows),
    }


def _running_foot(page: Page) -> str:
    build = page.say("build {n}", "第 {n} 版", n=page.study.build)
    snapshot = page.say("snapshot {hash}", "快照 {hash}", hash=page.snapshot.hash[:12])
    parts = [page.study.name, build, snapshot, page.mark]
    return "  ·  ".join(part for part in parts if part)


def _css_text(text: str) -> Markup:
    """A text between the quotes of a CSS string: only letters, digits and a few signs stay as they are."""
    safe = "".join(char if char.isalnum() or char in " .-·_()," else f"\\{ord(char):x} " for char in text)
    return Markup(safe)  # noqa: S704 - everything else has just been escaped


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["moment"] = _moment
    environment.filters["quoted"] = _quoted
    return environment


def _quoted(found: str) -> Markup:
    """A finding in Chinese, the record's own English inside its quotation marks told to be English."""
    words = re.sub("“([^”]*[A-Za-z][^”]*)”", r'“<span lang="en">\1</span>”', str(escape(found)))
    return Markup(words)  # noqa: S704 - escaped in the line above


def _moment(at_utc: str) -> str:
    """A stored moment for people, to the minute; the file of results keeps it to the millisecond."""
    return f"{at_utc[:10]} {at_utc[11:16]} UTC" if at_utc else "no data yet"


def _text(name: str) -> str:
    return (files("trialwright.report") / name).read_text("utf-8")
