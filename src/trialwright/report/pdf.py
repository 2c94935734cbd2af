"""Documents as PDF by typst: tagged, archival (PDF/A-2a, PDF/UA-1), its fonts inside, the same bytes every time."""

import datetime as dt
import json
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import typst

from trialwright.model.analysis import Cell, Figure, Table
from trialwright.report.document import (
    NARROW_PAGE,
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
from trialwright.report.results_file import Json

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
_MANY = 9
_SMALLEST = 6.0  # points
"""From so many columns on, a table is set in smaller letters."""


def write_pdf(document: Document) -> bytes:
    """
    The document as PDF bytes, with contents, page x of y, and a description on every figure.

    Units:    dated with the day of the data; typst is given no clock and no font of the machine.
    Raises:   typst.TypstError where the document breaks PDF/A or PDF/UA (a figure without words, for one).
    """
    return typst.compile(
        (files("trialwright.report") / "document.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_data(document), ensure_ascii=False)},
        pdf_standards=[*STANDARDS],
        timestamp=int(dt.datetime.fromisoformat(f"{document.date}T00:00:00+00:00").timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside typst and the bundled Chinese one, and no font of the machine."""
    package = find_spec("cvttf_NotoSansCJK_Regular")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package cvttf-notosanscjk-regular is needed to set Chinese")
    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(package.origin).parent)])


def _data(document: Document) -> dict[str, Json]:
    marked = (
        "没有任何人接受治疗。每个数值均由计算机生成，与任何药物的作用无关。"
        if document.chinese
        else "Nobody was treated. Every value was made by a computer; it says nothing about any drug."
    )
    level = 1
    blocks: list[Json] = []
    for block in document.blocks:
        blocks.append(_block(block, level + 1))
        level = block.level if isinstance(block, Heading) else level
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
            return {**_named(block, level), "kind": "figure", "svg": block.svg, "alt": block.alt, "wide": False}
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


def _table(table: Table) -> dict[str, Json]:
    wide, widths = is_wide(table), column_widths(table)
    size = 7 if len(table.columns) >= _MANY else 7.5 if wide or table.listing else 8.5
    if not wide and sum(widths) > NARROW_PAGE:  # else a long word would run into the next column
        size = round(max(_SMALLEST, size * NARROW_PAGE / sum(widths)), 1)
    return {
        "kind": "table",
        "wide": wide,
        "size": size,
        "widths": list(widths),
        "columns": list(table.columns),
        "align": [align_of(place, table) for place in range(len(table.columns))],
        "rows": [[_cell(row, place) for place in range(len(table.columns))] for row in table.rows],
    }


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
