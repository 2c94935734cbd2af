"""The documents of a report and the formats they are written in."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from trialwright.catalog import Catalog
from trialwright.report.chapters import Writing
from trialwright.report.document import Document
from trialwright.report.docx_file import write_docx
from trialwright.report.e3 import Material, study_report
from trialwright.report.page import Page, assumptions_of, headlines
from trialwright.report.pdf import write_pdf
from trialwright.report.rtf import write_rtf

FORMATS: Mapping[str, Callable[[Document], bytes]] = {"pdf": write_pdf, "rtf": write_rtf, "docx": write_docx}


def papers_of(page: Page, catalog: Catalog) -> tuple[Document, ...]:
    """Every document of one readout."""
    return (study_report(material_of(page, catalog)),)


def material_of(page: Page, catalog: Catalog) -> Material:
    """What the documents are written from: the same displays, sentences and findings as the page's."""
    return Material(
        writing=Writing(study=page.study, catalog=catalog, language=page.language),
        snapshot=page.snapshot,
        analysis=page.analysis,
        rows=page.rows,
        shown=tuple((each.use, each.display) for each in page.shown),
        headlines=headlines(page),
        registration=page.registration,
        assumptions=assumptions_of(page.study),
        mark=page.mark,
        book=page.book,
    )


def written(documents: Iterable[Document], formats: Sequence[str]) -> dict[str, bytes]:
    """Each document in each format, by file name."""
    return {f"{each.name}.{form}": FORMATS[form](each) for each in documents for form in formats}
