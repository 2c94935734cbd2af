"""Documents as DOCX by python-docx: real headings, real tables whose first line repeats, pictures with their words."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence

import docx
from docx.document import Document as Sheet
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement as Properties
from docx.shared import Mm, Pt
from docx.table import Table as Grid
from docx.table import _Cell as Box
from docx.text.paragraph import Paragraph as Line

from trialwright.catalog.wording import CJK
from trialwright.model.analysis import Cell, Figure, Table
from trialwright.report.document import (
    BETWEEN,
    Block,
    Document,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    column_needs,
    display_heading,
    is_wide,
    notes_of,
)  # fmt: skip
from trialwright.report.pdf import align_of
from trialwright.report.pictures import picture_of

_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT, "right": WD_ALIGN_PARAGRAPH.RIGHT, "center": WD_ALIGN_PARAGRAPH.CENTER,
}  # fmt: skip
_SHORT_MM, _LONG_MM, _MARGIN_MM = 210, 297, 18
_LETTER_MM = 0.19  # a letter's width in mm for each point of its size


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
    level, lies = 1, False
    for block, sideways in zip(document.blocks, _sideways(document.blocks), strict=True):
        level = block.level if isinstance(block, Heading) else level
        if sideways != lies:
            _turned(sheet, sideways=sideways)
        lies = sideways
        _block(sheet, block, min(level + 1, 3))
    _foot(sheet, document)
    out = io.BytesIO()
    sheet.save(out)
    return out.getvalue()


def _sideways(blocks: Sequence[Block]) -> list[bool]:
    """Which blocks stand on a page turned sideways: wide tables, and the headings right above them."""
    found: list[bool] = []
    for block in reversed(blocks):
        below = bool(found) and found[-1]
        found.append(below if isinstance(block, Heading) else isinstance(block, Table) and is_wide(block))
    return found[::-1]


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
        setattr(section, side, Mm(_MARGIN_MM))


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
            _named(sheet, block, level)
            _table(sheet, block)
            _notes(sheet, block)


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
        line = sheet.add_paragraph()
        line.add_run(under).font.size = Pt(8.5)
        line.paragraph_format.space_after, line.paragraph_format.keep_with_next = Pt(2), True


def _notes(sheet: Sheet, display: Table | Figure) -> None:
    for place, note in enumerate(notes_of(display)):
        line = sheet.add_paragraph()
        line.add_run(note).font.size = Pt(7.5)
        line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(0 if place else 3), Pt(0)


def _figure(sheet: Sheet, figure: Figure) -> None:
    picture = picture_of(figure)
    shape = sheet.add_picture(io.BytesIO(picture.png), width=Mm(_SHORT_MM - 40))
    shape._inline.docPr.set("descr", figure.alt)


def _table(sheet: Sheet, table: Table) -> None:
    grid = sheet.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    _ruled(grid)
    wide = is_wide(table)
    aligned = [_ALIGNED[align_of(place, table)] for place in range(len(table.columns))]
    size = Pt(6.5 if wide else 8)
    lines = list(grid.rows)
    for place, box in enumerate(lines[0].cells):
        _fill(box, Cell(table.columns[place], strong=True), aligned[place], size)
        _border(box._tc.get_or_add_tcPr(), "w:tcBorders", ("bottom",))
    lines[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for line, row in zip(lines[1:], table.rows, strict=True):
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for place, box in enumerate(line.cells):
            _fill(box, row[place] if place < len(row) else Cell(""), aligned[place], size)
    _set_widths(grid, table, (_LONG_MM if wide else _SHORT_MM) - 2 * _MARGIN_MM, size)


def _set_widths(grid: Grid, table: Table, room: float, size: Pt) -> None:
    """Columns as wide as their longest line where the page has room for that, else as their words ask for."""
    letter = size.pt * _LETTER_MM
    needs = column_needs(table)
    whole, asked = (
        [(n + BETWEEN) * letter + 3 for n in each] for each in ([n.whole for n in needs], [n.asked for n in needs])
    )
    wanted = whole if sum(whole) <= room else asked
    scale = min(1.0, room / sum(wanted))
    grid.autofit = False
    for column, width in zip(grid.columns, wanted, strict=True):
        column.width = Mm(width * scale)
        for box in column.cells:
            box.width = Mm(width * scale)


def _ruled(grid: Grid) -> None:
    """A rule above and below, none between: as in print."""
    _border(grid._tbl.tblPr, "w:tblBorders", ("top", "bottom"))


def _border(properties: Properties, name: str, sides: Iterable[str]) -> None:
    borders = OxmlElement(name)
    for side in sides:
        rule = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
            rule.set(qn(f"w:{key}"), value)
        borders.append(rule)
    properties.append(borders)


def _fill(box: Box, cell: Cell, aligned: WD_ALIGN_PARAGRAPH, size: Pt) -> None:
    line = box.paragraphs[0]
    line.alignment = aligned
    line.paragraph_format.left_indent = Pt(9 * cell.indent)
    line.paragraph_format.space_after = Pt(0)
    run = line.add_run(cell.text)
    run.font.size, run.bold = size, cell.strong
