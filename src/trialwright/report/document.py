"""A document as blocks: what the report, the analysis plan and the plain summary are before any writer sets them."""

import msgspec

from trialwright.model.analysis import Figure, Table

NARROW_PAGE = 96
"""About how many letters a line of a table holds on an upright page; a wider one is set on a page turned sideways."""


class Heading(msgspec.Struct, frozen=True):
    """A heading of level 1 (chapter) to 3; `number` as printed before it."""

    text: str
    level: int = 1
    number: str = ""


class Paragraph(msgspec.Struct, frozen=True):
    """
    A paragraph. `cell` names the result row whose words or number it says; `language` where it is not the document's.

    kind "lead" introduces, "note" is smaller, "mark" warns that nobody was treated, "key" is the result itself.
    """

    text: str
    kind: str = ""
    cell: str = ""
    language: str = ""


class Points(msgspec.Struct, frozen=True):
    """A list of points, bulleted or numbered."""

    items: tuple[str, ...]
    numbered: bool = False
    language: str = ""


class Facts(msgspec.Struct, frozen=True):
    """Names and what they are, in two columns."""

    pairs: tuple[tuple[str, str], ...]
    language: str = ""


class PageBreak(msgspec.Struct, frozen=True):
    """The next block starts a page."""


Block = Heading | Paragraph | Points | Facts | PageBreak | Table | Figure


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """
    A whole document, the same for every writer.

    `date` is the day of the data, never of the writing: the same data give the same bytes. `contents` is 0 without a
    table of contents, else how many levels it has.
    """

    name: str  # of the file, without its ending
    title: str
    subtitle: tuple[str, ...]
    date: str
    foot: str
    mark: str = ""
    language: str = "en"
    contents: int = 3
    blocks: tuple[Block, ...] = ()

    @property
    def chinese(self) -> bool:
        return self.language.startswith("zh")


def is_wide(table: Table) -> bool:
    """Whether a table needs a page turned sideways: by the longest line that each of its columns must hold."""
    return bool(table.number) and len(table.columns) > 1 and sum(column_widths(table)) > NARROW_PAGE


def column_widths(table: Table) -> list[int]:
    """What each column asks for, in letters: its longest word, a share of its longest text; Chinese counts double."""
    widths = []
    for place, heading in enumerate(table.columns):
        texts = [heading, *(row[place].text for row in table.rows if place < len(row))]
        lines = [line for text in texts for line in text.split("\n")]
        longest = max((_letters(line) for line in lines), default=0)
        word = max((_letters(word) for line in lines for word in line.split(" ")), default=0)
        widths.append(max(min(word, 24), min(longest, 34), 4))
    return widths


def display_heading(display: Table | Figure) -> str:
    """ "Table 14.2.1.1" in the display's language; "" for a table that has no number."""
    if not display.number:
        return ""
    kind = "Figure" if isinstance(display, Figure) else ("Listing" if display.listing else "Table")
    chinese = {"Figure": "图", "Listing": "清单", "Table": "表"}
    word = chinese[kind] if display.language.startswith("zh") else kind
    return f"{word} {display.number.removeprefix('F')}"


def notes_of(display: Table | Figure) -> tuple[str, ...]:
    """The footnotes as every writer prints them, the mark of virtual participants last."""
    if not display.mark:
        return display.footnotes
    chinese = display.language.startswith("zh")
    words = (
        "以上均为{mark}：没有任何人接受治疗或测量。"
        if chinese
        else "These are {mark}: no person was treated or measured."
    )
    return (*display.footnotes, words.format(mark=display.mark))


def _letters(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
