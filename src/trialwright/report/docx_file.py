"""Documents as DOCX by python-docx: real headings, real tables whose first line repeats, pictures with their words."""

import datetime as dt
import io
from collections.abc import Iterable

import docx
from docx.document import Document as Sheet
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell as Box
from docx.text.paragraph import Paragraph as Line

from trialwright.catalog.wording import CJK
from trialwright.model.analysis import Cell, Figure, Table
from trialwright.report.document import (
    Block,
    Document,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    display_heading,
    is_wide,
    notes_of,
)  # fmt: skip
from trialwright.report.pdf import align_of
from trialwright.report.pictures import picture_of

_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER,
}  # fmt: skip
_SHORT_MM, _LONG_MM = 210, 297


def write_docx(document: Document) -> bytes:
    """
    The document as DOCX. Dated with the day of the data, like every other writer's.

    Shape: built-in styles for headings, so that a word processor makes its own contents; page x of y in the foot.
    """
    sheet = docx.Document()
    _properties(sheet, document)
    _page(sheet)
    sheet.add_paragraph(document.title, style="Title")
    for line in (*document.subtitle, document.mark):
        if line:
            sheet.add_paragraph(line)
    level = 1
    for block in document.blocks:
        level = block.level if isinstance(block, Heading) else level
        _block(sheet, block, min(level + 1, 3))
    _foot(sheet, document)
    out = io.BytesIO()
    sheet.save(out)
    return out.getvalue()


def _properties(sheet: Sheet, document: Document) -> None:
    day = dt.datetime.fromisoformat(f"{document.date}T00:00:00")
    core = sheet.core_properties
    core.title, core.author, core.comments = document.title, "", ""
    core.created = core.modified = day
    core.language = "zh-CN" if document.chinese else "en-GB"
    style = sheet.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(10)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), "SimSun")


def _page(sheet: Sheet) -> None:
    section = sheet.sections[-1]
    section.page_width, section.page_height = Mm(_SHORT_MM), Mm(_LONG_MM)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(18))


def _foot(sheet: Sheet, document: Document) -> None:
    line = sheet.sections[0].footer.paragraphs[0]
    page, of, end = ("第 ", " 页，共 ", " 页") if document.chinese else ("Page ", " of ", "")
    line.add_run(f"{document.foot}    {page}").font.size = Pt(7.5)
    _field(line, "PAGE")
    line.add_run(of).font.size = Pt(7.5)
    _field(line, "NUMPAGES")
    line.add_run(end).font.size = Pt(7.5)


def _field(line: Line, what: str) -> None:
    run = line.add_run()
    run.font.size = Pt(7.5)
    for kind, text in (("begin", ""), ("", what), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _block(sheet: Sheet, block: Block, level: int) -> None:
    match block:
        case Heading():
            sheet.add_heading(" ".join(filter(None, (block.number, block.text))), level=block.level)
        case Paragraph():
            run = sheet.add_paragraph().add_run(block.text)
            run.italic, run.bold = block.kind == "lead", block.kind == "key"
        case Points():
            for item in block.items:
                sheet.add_paragraph(item, style="List Number" if block.numbered else "List Bullet")
        case Facts():
            _facts(sheet, block.pairs)
        case PageBreak():
            sheet.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        case Figure():
            _named(sheet, block, level)
            _figure(sheet, block)
            _notes(sheet, block)
        case Table():
            wide = is_wide(block)
            if wide:
                _turned(sheet, sideways=True)
            _named(sheet, block, level)
            _table(sheet, block)
            _notes(sheet, block)
            if wide:
                _turned(sheet, sideways=False)


def _facts(sheet: Sheet, pairs: Iterable[tuple[str, str]]) -> None:
    for name, words in pairs:
        line = sheet.add_paragraph()
        line.add_run(name + ("：" if CJK.search(name) else ": ")).bold = True
        line.add_run(words)


def _turned(sheet: Sheet, *, sideways: bool) -> None:
    section = sheet.add_section(WD_SECTION.NEW_PAGE)
    wide, high = (_LONG_MM, _SHORT_MM) if sideways else (_SHORT_MM, _LONG_MM)
    section.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(wide), Mm(high)


def _named(sheet: Sheet, display: Table | Figure, level: int) -> None:
    words = "  ".join(filter(None, (display_heading(display), display.title)))
    if words:
        sheet.add_heading(words, level=level)
    under = "  ".join(filter(None, (display.population, display.mark)))
    if under:
        sheet.add_paragraph().add_run(under).font.size = Pt(8.5)


def _notes(sheet: Sheet, display: Table | Figure) -> None:
    for note in notes_of(display):
        sheet.add_paragraph().add_run(note).font.size = Pt(7.5)


def _figure(sheet: Sheet, figure: Figure) -> None:
    picture = picture_of(figure)
    shape = sheet.add_picture(io.BytesIO(picture.png), width=Mm(_SHORT_MM - 40))
    shape._inline.docPr.set("descr", figure.alt)


def _table(sheet: Sheet, table: Table) -> None:
    grid = sheet.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Light List")
    aligned = [_ALIGNED[align_of(place, table)] for place in range(len(table.columns))]
    size = Pt(6.5 if is_wide(table) else 8)
    lines = list(grid.rows)
    for place, box in enumerate(lines[0].cells):
        _fill(box, Cell(table.columns[place], strong=True), aligned[place], size)
    repeated = OxmlElement("w:tblHeader")
    lines[0]._tr.get_or_add_trPr().append(repeated)
    for line, row in zip(lines[1:], table.rows, strict=True):
        for place, box in enumerate(line.cells):
            _fill(box, row[place] if place < len(row) else Cell(""), aligned[place], size)


def _fill(box: Box, cell: Cell, aligned: WD_ALIGN_PARAGRAPH, size: Pt) -> None:
    line = box.paragraphs[0]
    line.alignment = aligned
    line.paragraph_format.left_indent = Pt(9 * cell.indent)
    line.paragraph_format.space_after = Pt(0)
    run = line.add_run(cell.text)
    run.font.size, run.bold = size, cell.strong
