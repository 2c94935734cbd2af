"""Documents as RTF: tables and listings set and paged by rtflite, everything in one file with page x of y."""

import re
from collections.abc import Iterable, Iterator

import polars as pl
import rtflite

from trialwright.model.analysis import Cell, Figure, Table
from trialwright.report.document import (
    Block,
    Document,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    column_widths,
    display_heading,
    is_wide,
    notes_of,
)  # fmt: skip
from trialwright.report.pdf import align_of
from trialwright.report.pictures import picture_of

FONTS = r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\fnil\fcharset134 SimSun;}}"
_UPRIGHT = r"\sectd\pgwsxn11906\pghsxn16838\marglsxn1134\margrsxn1134\margtsxn1134\margbsxn1134"
_SIDEWAYS = r"\sectd\lndscpsxn\pgwsxn16838\pghsxn11906\marglsxn907\margrsxn907\margtsxn907\margbsxn907"
_TWIPS_AN_INCH = 1440
_SIZES = {1: 32, 2: 26, 3: 22}
_WIDTH_IN = {False: 6.7, True: 10.4}
_ROWS_A_PAGE = {False: 46, True: 30}
_LETTERS = {False: 105, True: 165}
"""About how many letters of a table fit on a line of a page, upright and sideways."""


def write_rtf(document: Document) -> bytes:
    """
    The document as RTF, in ASCII: every other letter is written by its code.

    Shape:    headings have outline levels, so that a word processor lists them; a wide table is a section of its own.
    """
    language = 2052 if document.chinese else 2057
    head = (
        rf"{{\rtf1\ansi\ansicpg1252\deff0\deflang{language}{FONTS}"
        rf"{{\info{{\title {escaped(document.title)}}}}}\paperw11906\paperh16838{_UPRIGHT}"
        rf"{{\footer\pard\fs14 {escaped(document.foot)}\tab {_pages(document)}\par}}"
    )
    body = [_front(document), *_blocks(document.blocks)]
    return "\n".join((head, *body, "}")).encode("ascii")


def escaped(text: str) -> str:
    """A text as RTF writes it: its own three signs escaped, everything outside ASCII by its code."""
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    code = ord(letter)
    match letter:
        case "\\" | "{" | "}":
            return f"\\{letter}"
        case "\n":
            return "\\line "
        case "\N{NO-BREAK SPACE}":
            return "\\~"
    if code < 0x80:
        return letter
    # UTF-16 units as signed numbers: what RTF readers expect above the first plane, too.
    units = letter.encode("utf-16-le")
    numbers = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
    return "".join(f"\\u{number}?" for number in numbers)


def _pages(document: Document) -> str:
    page, of = r"{\field{\*\fldinst PAGE}}", r"{\field{\*\fldinst NUMPAGES}}"
    if document.chinese:
        return f"{escaped('第')} {page} {escaped('页，共')} {of} {escaped('页')}"
    return f"Page {page} of {of}"


def _front(document: Document) -> str:
    parts = [rf"\pard\sa200\fs44\b {escaped(document.title)}\b0\par"]
    parts += [rf"\pard\sa80\fs20 {escaped(line)}\par" for line in document.subtitle]
    if document.mark:
        parts.append(rf"\pard\sa200\sb200\box\brdrs\fs22\b {escaped(document.mark)}\b0\par")
    return "\n".join(parts)


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    level = 1
    for block in blocks:
        if isinstance(block, Heading):
            level = block.level
        yield from _block(block, min(level + 1, 3))


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Heading():
            yield _heading(" ".join(filter(None, (block.number, block.text))), block.level)
        case Paragraph():
            style = {"lead": "\\i ", "key": "\\b ", "note": "\\fs16 "}.get(block.kind, "")
            yield rf"{{\pard\sa120\fs20 {style}{escaped(block.text)}\par}}"
        case Points():
            for number, item in enumerate(block.items, 1):
                sign = f"{number}." if block.numbered else escaped("•")
                yield rf"{{\pard\sa60\fs20\li360\fi-240 {sign}\tab {escaped(item)}\par}}"
        case Facts():
            for name, words in block.pairs:
                yield rf"{{\pard\sa60\fs18\li2800\fi-2800\tx2800 {{\b {escaped(name)}}}\tab {escaped(words)}\par}}"
        case PageBreak():
            yield r"\page"
        case Figure():
            yield from _figure(block, level)
        case Table():
            yield from _table(block, level)


def _heading(text: str, level: int) -> str:
    return rf"{{\pard\sb240\sa120\keepn\outlinelevel{level - 1}\fs{_SIZES[level]}\b {escaped(text)}\par}}"


def _named(display: Table | Figure, level: int) -> Iterator[str]:
    words = "  ".join(filter(None, (display_heading(display), display.title)))
    if words:
        yield _heading(words, level)
    under = "  ".join(filter(None, (display.population, display.mark)))
    if under:
        yield rf"{{\pard\sa80\fs17\keepn {escaped(under)}\par}}"


def _notes(display: Table | Figure) -> Iterator[str]:
    for note in notes_of(display):
        yield rf"{{\pard\sa30\fs15 {escaped(note)}\par}}"


def _figure(figure: Figure, level: int) -> Iterator[str]:
    yield from _named(figure, level)
    picture = picture_of(figure)
    wide = int(_WIDTH_IN[False] * _TWIPS_AN_INCH)
    high = wide * picture.height // picture.width
    data = picture.png.hex()
    lines = "\n".join(data[at : at + 128] for at in range(0, len(data), 128))
    described = rf"{{\*\picprop{{\sp{{\sn wzDescription}}{{\sv {escaped(figure.alt)}}}}}}}"
    yield rf"{{\pard\sa80 {{\pict{described}\pngblip\picwgoal{wide}\pichgoal{high}"
    yield f"{lines}}}\\par}}"
    yield from _notes(figure)


def _table(table: Table, level: int) -> Iterator[str]:
    wide = is_wide(table)
    if wide:
        yield rf"\sect{_SIDEWAYS}"
    yield from _named(table, level)
    yield _set(table, wide=wide) if table.rows else rf"{{\pard\fs18 {escaped('–')}\par}}"
    yield from _notes(table)
    if wide:
        yield rf"\sect{_UPRIGHT}"


def _set(table: Table, *, wide: bool) -> str:
    """The table as rtflite pages it, without the head of its file: that stands once in the whole document."""
    aligned = [
        {"left": "l", "right": "r", "center": "c"}[align_of(place, table)] for place in range(len(table.columns))
    ]
    names = [f"c{place}" for place in range(len(table.columns))]
    texts = [[_text(row, place) for row in table.rows] for place in range(len(names))]
    size = 7.0 if wide else 8.0
    made = rtflite.RTFDocument(
        df=pl.DataFrame(dict(zip(names, texts, strict=True))),
        rtf_page=rtflite.RTFPage(
            orientation="landscape" if wide else "portrait",
            col_width=_WIDTH_IN[wide],
            nrow=_ROWS_A_PAGE[wide],
            border_first="single",
            border_last="single",
        ),
        rtf_title=None,
        rtf_column_header=[
            rtflite.RTFColumnHeader(
                text=[escaped(words) for words in table.columns],
                text_justification=[aligned],
                text_font_size=[size],
                text_format=["b"],
                text_convert=[[False]],
                col_rel_width=[float(width) for width in column_widths(table)],
                border_left=[""], border_right=[""],
            )
        ],
        rtf_body=rtflite.RTFBody(
            col_rel_width=[float(width) for width in column_widths(table)],
            text_justification=[aligned],
            text_font_size=[[size]],
            text_convert=[[False]],
            border_left=[[""]], border_right=[[""]], border_top=[[""]], border_bottom=[[""]],
        ),
    )  # fmt: skip
    return _without_head(made.rtf_encode())


def _text(row: tuple[Cell, ...], place: int) -> str:
    cell = row[place] if place < len(row) else Cell("")
    words = "\\~\\~" * cell.indent + escaped(cell.text)
    return rf"{{\b {words}}}" if cell.strong and cell.text else words


def _without_head(rtf: str) -> str:
    """What stands between the fonts and the closing brace, without the page of its own that rtflite declares."""
    body = rtf[rtf.rindex("fcharset") :]
    body = body[body.index("\n}") + 2 :].rstrip()
    body = body[:-1] if body.endswith("}") else body
    body = re.sub(r"\\paperw\d+\\paperh\d+(\\landscape)?\s*", "", body)
    return re.sub(r"\\marg[lrtb]\d+|\\header[y]\d+|\\footer[y]\d+", "", body).strip()
