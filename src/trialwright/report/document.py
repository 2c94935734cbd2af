"""A document as blocks: what the report, the analysis plan and the plain summary are before any writer sets them."""

import re

import msgspec

from trialwright.model.analysis import Figure, Table

_WORDS = re.compile("[\u2e80-\U0003ffff]|[^\\s\u2e80-\U0003ffff]+")

NARROW_PAGE = 127
"""About how many letters a line of a table holds on an upright page; a wider one is set on a page turned sideways."""
BETWEEN = 2
"""What lies between two columns, in letters."""


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
    """Whether a table needs a page turned sideways: by what each of its columns must hold, headings on three lines."""
    return bool(table.number) and len(table.columns) > 1 and sum(column_widths(table)) > NARROW_PAGE


def column_widths(table: Table) -> list[int]:
    """What each column asks for, in letters: its longest word, a share of its longest text; Chinese counts double."""
    return [need.asked + BETWEEN for need in column_needs(table)]


class Need(msgspec.Struct, frozen=True):
    """What a column needs, in letters: its longest word, what it asks for, and all of its longest line."""

    least: int
    asked: int
    whole: int


def column_needs(table: Table) -> list[Need]:
    """The need of every column, from its heading and its cells."""
    needs = []
    for place, heading in enumerate(table.columns):
        texts = [row[place].text for row in table.rows if place < len(row)]
        lines = [line for text in texts for line in text.split("\n")]
        longest = max((letters(line) for line in lines), default=0)
        # Chinese is broken between any two signs: its longest word is one sign.
        word = max((letters(word) for line in (heading, *lines) for word in _WORDS.findall(line)), default=0)
        least = max(min(word, 24), 3)
        asked = max(least, min(longest, 34), min(-(-letters(heading) // 3) + 2, letters(heading)))
        needs.append(Need(least, asked, max(asked, longest, letters(heading))))
    return needs


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


def letters(text: str) -> int:
    """How wide a text is: a Chinese sign is as wide as two letters."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
