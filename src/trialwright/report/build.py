"""Result rows, laid out by their displays, as one page and the files beside it."""

import re
from collections.abc import Sequence

import msgspec

from trialwright.catalog import Catalog
from trialwright.define.forms import columns_of
from trialwright.model.analysis import Analysis, Figure, ResultRow, Table
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport
from trialwright.model.study import DisplayUse, Study
from trialwright.report import problems
from trialwright.report.contexts import Contexts, study_labels
from trialwright.report.page import Page, Shown, render_page
from trialwright.report.papers import papers_of, written
from trialwright.report.results_file import write_results
from trialwright.report.results_table import write_results_table
from trialwright.report.wording import book_of, put_over
from trialwright.report.words import POOLED_NOTE, SECTIONS


class Report(msgspec.Struct, frozen=True):
    """
    The finished report: its files by path, its displays in order, and what was wrong with the rows.

    `files` holds index.html, results.json, results.parquet, figures/<number>.svg, and the documents asked for.
    """

    files: dict[str, bytes]
    displays: tuple[Shown, ...]
    problems: tuple[Problem, ...] = ()


def build_report(
    study: Study,
    snapshot: Snapshot,
    analysis: Analysis,
    rows: Sequence[ResultRow],
    *,
    catalog: Catalog,
    registration: CheckReport | None = None,
    language: str = "en",
    formats: Sequence[str] = (),
) -> Report:
    """
    The whole report of one snapshot: one self-contained page, the results as data, the figures by themselves.

    `formats` of FORMATS ("pdf", "rtf", "docx") write the study report, the analysis plan and the plain summary too.

    Shape:    every display of the definition, in its order, in the section its catalog entry names.
    Missing:  a display without rows prints its empty shell; it is never left out.
    Problems: rows that share a name, rows that no display shows; the report is made all the same.
    """
    shown = lay_out(study, snapshot, analysis, rows, catalog=catalog, language=language)
    displays = tuple(each.display for each in shown)
    chinese = language.startswith("zh")
    page = Page(
        study=study,
        snapshot=snapshot,
        analysis=analysis,
        rows=tuple(rows),
        shown=shown,
        registration=registration,
        mark=Contexts(study, snapshot, analysis, catalog, language).mark,
        language=language,
        labels=study_labels(study, catalog, language),
        book=book_of(study, catalog, snapshot, analysis) if chinese else None,
    )
    # Data are in English whatever the page is in.
    listed = _in_english(shown, Contexts(study, snapshot, analysis, catalog)) if chinese else displays
    files = {
        "index.html": render_page(page),
        "results.json": write_results(study, snapshot, analysis, rows, listed),
        "results.parquet": write_results_table(study, snapshot, rows),
    }
    files |= {f"figures/{each.number}.svg": unlinked(each.svg) for each in displays if isinstance(each, Figure)}
    files |= written(papers_of(page, catalog), formats) if formats else {}
    return Report(files, shown, tuple(check_rows(study, rows)))


def lay_out(
    study: Study,
    snapshot: Snapshot,
    analysis: Analysis,
    rows: Sequence[ResultRow],
    *,
    catalog: Catalog,
    language: str = "en",
) -> tuple[Shown, ...]:
    """Every display of the definition with its section, in the order of the definition."""
    contexts = Contexts(study, snapshot, analysis, catalog, language)
    shown = tuple(_lay_out_one(use, rows, contexts, catalog) for use in study.displays)
    if language.startswith("zh"):
        book = book_of(study, catalog, snapshot, analysis)
        shown = tuple(msgspec.structs.replace(each, display=put_over(each.display, book, language)) for each in shown)
    return shown if len(study.arms) < 2 else tuple(_pooled(each, study, language) for each in shown)


def _pooled(shown: Shown, study: Study, language: str) -> Shown:
    """What counts participants of several arms says so under it; a listing counts none, and a set may be of one arm."""
    display = shown.display
    of_one_arm = {each.name for each in study.analysis_sets if "arm" in columns_of(each.includes)}
    among = {row.analysis_set for row in shown.rows}
    if (isinstance(display, Table) and display.listing) or (among and among <= of_one_arm):
        return shown
    notes = (*display.footnotes, POOLED_NOTE.of(language))
    return msgspec.structs.replace(shown, display=msgspec.structs.replace(display, footnotes=notes))


def unlinked(svg: str) -> bytes:
    """A drawing by itself: its points lead nowhere outside a page."""
    return re.sub(r"</?a\b[^>]*>", "", svg).encode()


def check_rows(study: Study, rows: Sequence[ResultRow]) -> list[Problem]:
    """Rows that share a name, and rows for a display that the definition does not list."""
    names = [row.cell for row in rows]
    found = [problems.repeated_cell(name) for name in sorted({name for name in names if names.count(name) > 1})]
    listed = {use.number for use in study.displays}
    strangers = [row.display for row in rows if row.display not in listed]
    found += [problems.unlisted_display(number, strangers.count(number)) for number in sorted(set(strangers))]
    return found


def cell_names(rows: Sequence[ResultRow]) -> list[str]:
    """All cells that can be traced, in the order they are shown."""
    return [row.cell for row in rows]


def _lay_out_one(use: DisplayUse, rows: Sequence[ResultRow], contexts: Contexts, catalog: Catalog) -> Shown:
    own = _once([row for row in rows if row.display == use.number])
    display = msgspec.structs.replace(catalog.cells(use.display, own, contexts.of(use, own)), mark=contexts.mark)
    return Shown(use=use, section=_section(use, catalog), display=display, rows=tuple(own))


def _in_english(shown: Sequence[Shown], contexts: Contexts) -> tuple[Table | Figure, ...]:
    """The displays by their English titles and populations, as the file of results names them."""
    named = [(each.display, contexts.of(each.use, each.rows)) for each in shown]
    return tuple(
        msgspec.structs.replace(display, title=context.title, population=context.population, mark=context.mark)
        for display, context in named
    )


def _once(rows: Sequence[ResultRow]) -> list[ResultRow]:
    # A repeated cell is a Problem of the report; the page shows the first rather than nothing at all.
    return list({row.cell: row for row in reversed(rows)}.values())[::-1]


def _section(use: DisplayUse, catalog: Catalog) -> str:
    defaults = {each.name: each.default for each in catalog.display(use.display).parameters}
    usual = (
        defaults.get("section", "") if use.estimands else defaults.get("otherwise_section", defaults.get("section", ""))
    )
    section = use.parameters.get("section", usual)
    return section if section in SECTIONS else "further"
