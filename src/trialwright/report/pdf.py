"""Documents as PDF by typst: tagged, archival (PDF/A-2a, PDF/UA-1), its fonts inside, the same bytes every time."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Literal

import typst

from trialwright.catalog.fonts import chinese_font_folder
from trialwright.model.analysis import Cell, Figure, Table
from trialwright.report.document import (
    BETWEEN,
    Block,
    Document,
    Facts,
    Heading,
    Need,
    PageBreak,
    Paragraph,
    Points,
    column_needs,
    display_heading,
    is_wide,
    letters,
    notes_of,
)  # fmt: skip
from trialwright.report.results_file import Json

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_MANY = 9
"""From so many columns on, a table is set in smaller letters."""
_SMALLEST = 5.5  # points
_READABLE = 7.0
_LETTER = 0.5
_LINE_POINTS = {False: 476.0, True: 751.0}  # width of the text, upright and sideways
_PAGE_POINTS = {False: 720.0, True: 498.0}  # its height
_NOTE_LETTERS, _NOTE_POINTS, _HEAD_POINTS = 130, 11.0, 60.0
_WHOLE = 0.75
"""A table that takes less of a page than this is not broken over two."""
_FEW = 8
"""So many lines of footnotes stay together; more of them may begin under their table and end on the next page."""
_PERCENT = re.compile(r"(\d) %")
"""A number is not torn from its sign at the end of a line."""
_BOX = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


def write_pdf(document: Document) -> bytes:
    """
    The document as PDF bytes, with contents, page x of y, and a description on every figure.

    Units:    dated with the day of the data; typst is given no clock and no font of the machine.
    Missing:  a sign that no font has (an emoji, Thai) stands as its number, [U+1F600]: PDF/A takes no empty box for it,
              and what people typed must not keep a report from being made.
    Raises:   typst.TypstError where the document breaks PDF/A or PDF/UA (a figure without words, for one).
    """
    return typst.compile(
        (files("trialwright.report") / "document.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": _PERCENT.sub("\\1\N{NO-BREAK SPACE}%", _showable(_data(document)))},
        pdf_standards=[*STANDARDS],
        timestamp=int(dt.datetime.fromisoformat(f"{document.date}T00:00:00+00:00").timestamp()),
    )


def _showable(data: dict[str, Json]) -> str:
    told = json.dumps(data, ensure_ascii=False)
    missing = _without_glyph(frozenset(_UNUSUAL.findall(told)))
    return told.translate({ord(sign): f"[U+{ord(sign):04X}]" for sign in missing})


@lru_cache(maxsize=256)
def _without_glyph(signs: frozenset[str]) -> frozenset[str]:
    """Those of the signs that no font has: typst is asked for all at once, then for each half while one is refused."""
    if not signs or _shows(signs):
        return frozenset()
    if len(signs) == 1:
        return signs
    each = sorted(signs)
    return _without_glyph(frozenset(each[::2])) | _without_glyph(frozenset(each[1::2]))


def _shows(signs: frozenset[str]) -> bool:
    try:
        typst.compile(
            _SIGNS_ALONE, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"signs": " ".join(sorted(signs))},
            pdf_standards=[*STANDARDS], timestamp=0,
        )  # fmt: skip
    except typst.TypstError:
        return False
    return True


_UNUSUAL = re.compile(r"[^\n -~\u00a1-\u00ff\u4e00-\u9fa5\u3001\u3002\uff01-\uff5e]")
"""What is asked for; the letters of English and the signs of Chinese are known to be there."""
_SIGNS_ALONE = (
    b'#set document(title: "signs")\n#set text(font: ("Libertinus Serif", "Noto Sans CJK TC"))\n#sys.inputs.signs'
)


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside typst and the bundled Chinese one, and no font of the machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(chinese_font_folder())])


def _data(document: Document) -> dict[str, Json]:
    marked = (
        "没有任何人接受治疗。每个数值均由计算机生成，与任何药物的作用无关。"
        if document.chinese
        else "Nobody was treated. Every value was made by a computer; it says nothing about any drug."
    )
    blocks = _blocks(document.blocks)
    return {
        "title": document.title,
        "subtitle": list(document.subtitle),
        "date": document.date,
        "foot": document.foot,
        "mark": document.mark,
        "marked": marked,
        "chinese": document.chinese,
        "contents": document.contents,
        "blocks": blocks,
    }


def _blocks(given: Sequence[Block]) -> list[Json]:
    """Every block as typst takes it; wide tables that follow one another share pages turned sideways."""
    level = 1
    told: list[dict[str, Json]] = []
    for block in given:
        told.append(_block(block, level + 1))
        level = block.level if isinstance(block, Heading) else level
    blocks: list[Json] = []
    for sideways, run in groupby(zip(told, _turned(given), strict=True), key=lambda pair: pair[1]):
        members: list[Json] = [block for block, _ in run]
        blocks += [{"kind": "sideways", "blocks": members}] if sideways else members
    return blocks


def _turned(given: Sequence[Block]) -> list[bool]:
    """Which blocks stand on pages turned sideways: wide tables, the listings between them, the heading above one."""
    wide = [isinstance(block, Table) and is_wide(block) for block in given]
    for place, block in enumerate(given):
        if isinstance(block, Table) and block.listing and place and wide[place - 1] and any(wide[place:]):
            wide[place] = True
    for place in reversed(range(len(given) - 1)):
        if isinstance(given[place], Heading | PageBreak) and wide[place + 1]:
            wide[place] = True
    return wide


def _block(block: Block, level: int) -> dict[str, Json]:
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level, "number": block.number}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text, "style": block.kind, "language": block.language}
        case Points():
            return {
                "kind": "points", "items": list(block.items), "numbered": block.numbered, "language": block.language,
            }  # fmt: skip
        case Facts():
            return {"kind": "facts", "pairs": [list(pair) for pair in block.pairs], "language": block.language}
        case PageBreak():
            return {"kind": "break"}
        case Figure():
            return {
                **_named(block, level), "kind": "figure", "svg": block.svg, "alt": block.alt, "width": _width(block),
            }  # fmt: skip
        case _:
            return {**_named(block, level), **_table(block)}


def _named(display: Table | Figure, level: int) -> dict[str, Json]:
    english = frozenset(display.quotes)
    return {
        "heading": display_heading(display),
        "title": display.title,
        "level": min(level, 3),
        "population": display.population,
        "mark": display.mark,
        "notes": [{"t": note, "l": "en" if note in english else ""} for note in notes_of(display)],
    }


def _width(figure: Figure) -> int:
    """Percent of the page's width at which a figure and its footnotes stand on one page."""
    box = _BOX.search(figure.svg)
    if box is None:
        return 100
    tall = float(box[2]) / float(box[1]) * _LINE_POINTS[False]
    notes = sum(_lines(note, _NOTE_LETTERS) for note in notes_of(figure)) * _NOTE_POINTS
    return max(60, min(100, int(100 * (_PAGE_POINTS[False] - notes - _HEAD_POINTS) / tall)))


def _table(table: Table) -> dict[str, Json]:
    wide, needs = is_wide(table), column_needs(table)
    size = 7 if len(table.columns) >= _MANY else 7.5 if wide or table.listing else 8.5
    asked = sum(need.asked + BETWEEN for need in needs)
    # A letter is about half as wide as high: what a smaller letter lets fit is not broken over lines.
    size = min(size, max(_READABLE, round(_LINE_POINTS[wide] / (asked * _LETTER), 1)))
    widths = _widths(needs, _LINE_POINTS[wide] / (size * _LETTER))
    least = sum(need.least + BETWEEN for need in needs)
    if least * size * _LETTER > _LINE_POINTS[wide]:  # else a long word would run into the next column
        size = round(max(_SMALLEST, _LINE_POINTS[wide] / (least * _LETTER)), 1)
    taken = sum(widths) * size * _LETTER / _LINE_POINTS[wide]
    return {
        "kind": "table",
        "size": size,
        "share": round(max(50, min(100, 100 * taken)), 1) if table.number else 100,
        "whole": _height(table, widths, size) < _WHOLE * _PAGE_POINTS[wide],
        "short": sum(_lines(note, _NOTE_LETTERS) for note in notes_of(table)) <= _FEW,
        "widths": [round(width, 2) for width in widths],
        "columns": list(table.columns),
        "align": [align_of(place, table) for place in range(len(table.columns))],
        "rows": [[_cell(row, place) for place in range(len(table.columns))] for row in table.rows],
    }


def _widths(needs: Sequence[Need], room: float) -> list[float]:
    """Letters for every column: its longest word first, then what it asks for, then the rest of long texts."""
    widths = [float(need.least + BETWEEN) for need in needs]
    for wanted in ([need.asked for need in needs], [need.whole for need in needs]):
        lacking = [max(want + BETWEEN - width, 0) for want, width in zip(wanted, widths, strict=True)]
        spare = max(room - sum(widths), 0)
        share = min(1.0, spare / sum(lacking)) if sum(lacking) else 0.0
        widths = [width + lack * share for width, lack in zip(widths, lacking, strict=True)]
    return [width * 1.08 for width in widths]


def _height(table: Table, widths: Sequence[float], size: float) -> float:
    """About how high a table stands with its footnotes, in points."""
    lines = max((_lines(words, width) for words, width in zip(table.columns, widths, strict=True)), default=1)
    for row in table.rows:
        lines += max((_lines(cell.text, width) for cell, width in zip(row, widths, strict=False)), default=1)
    notes = sum(_lines(note, _NOTE_LETTERS) for note in notes_of(table))
    return lines * size * 1.5 + len(table.rows) * 3 + notes * _NOTE_POINTS + _HEAD_POINTS


def _lines(text: str, width: float) -> int:
    return sum(1 + int(letters(line) / max(width, 1)) for line in text.split("\n"))


def align_of(place: int, table: Table) -> str:
    """How a column is aligned: as most of its cells are."""
    found = [row[place].align for row in table.rows if place < len(row) and row[place].text]
    if not found:
        return "left" if place == 0 or table.listing else "right"
    return max(sorted(set(found)), key=lambda align: found.count(align))


def _cell(row: tuple[Cell, ...], place: int) -> dict[str, Json]:
    cell = row[place] if place < len(row) else Cell("")
    said: dict[str, Json] = {"t": cell.text}
    if cell.strong:
        said["s"] = True
    if cell.indent:
        said["i"] = cell.indent
    if cell.language:
        said["l"] = cell.language
    return said
