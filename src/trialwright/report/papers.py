"""The documents of a report and the formats they are written in."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from trialwright.catalog import Catalog
from trialwright.catalog.displays.layout import formatted_rows
from trialwright.report.chapters import Writing
from trialwright.report.document import Document
from trialwright.report.docx_file import write_docx
from trialwright.report.e3 import study_report
from trialwright.report.material import Material, printed_values
from trialwright.report.page import Page, assumptions_of, headlines
from trialwright.report.pdf import write_pdf
from trialwright.report.plain import plain_summary
from trialwright.report.rtf import write_rtf
from trialwright.report.words import VIRTUAL

FORMATS: Mapping[str, Callable[[Document], bytes]] = {"pdf": write_pdf, "rtf": write_rtf, "docx": write_docx}


def papers_of(page: Page, catalog: Catalog) -> tuple[Document, ...]:
    """Every document of one readout."""
    material = material_of(page, catalog)
    return (study_report(material), *(plain_summary(in_language(material, each)) for each in ("en", "zh")))


def in_language(material: Material, language: str) -> Material:
    """The same numbers for readers of another language, where a document takes no display's words."""
    writing = msgspec.structs.replace(material.writing, language=language)
    return msgspec.structs.replace(material, writing=writing, mark=VIRTUAL.of(language) if material.mark else "")


def material_of(page: Page, catalog: Catalog) -> Material:
    """What the documents are written from: the same displays, sentences and findings as the page's."""
    shown = tuple((each.use, each.display) for each in page.shown)
    by_cell = formatted_rows(page.rows)
    return Material(
        writing=Writing(study=page.study, catalog=catalog, language=page.language),
        snapshot=page.snapshot,
        analysis=page.analysis,
        rows=page.rows,
        shown=shown,
        printed=printed_values(shown, page.rows, by_cell),
        by_cell=by_cell,
        headlines=headlines(page),
        registration=page.registration,
        assumptions=assumptions_of(page.study),
        mark=page.mark,
        book=page.book,
    )


def written(documents: Iterable[Document], formats: Sequence[str]) -> dict[str, bytes]:
    """Each document in each format, by file name."""
    return {f"{each.name}.{form}": FORMATS[form](each) for each in documents for form in formats}
