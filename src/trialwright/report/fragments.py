"""Tables and figures as accessible HTML fragments, for the report's page and for the results page of the app."""

import re
from collections.abc import Callable, Iterator
from html import unescape

from markupsafe import Markup, escape

from trialwright.model.analysis import Cell, Figure, Table
from trialwright.model.text import Text

_LONG = 24
"""A table with more rows may be broken over pages; a shorter one is kept whole."""

_SHORT = 10
"""Texts up to this length (a date, a number) are not broken in a narrow column."""

_KINDS = {"Figure": Text("Figure", "图"), "Listing": Text("Listing", "清单"), "Table": Text("Table", "表")}
_ANCHOR = re.compile("(<a [^>]*>|</a>)")
_POINT = re.compile(r'<a xlink:href="(cell|record):([^"]*)"[^>]*>')
_IN_WORDS = Text("The same in words", "文字说明")
_NOTHING = Text("Nothing to show.", "无内容。")
_MARKED = Text("These are {mark}: no person was treated or measured.", "以上均为{mark}：没有任何人接受治疗或测量。")

Link = Callable[[Cell], str | None]
"""Where a click on a cell leads (its trace), or None where it leads nowhere."""


def no_link(cell: Cell) -> str | None:  # noqa: ARG001 - the shape of a Link
    """The link of a page that stands alone."""
    return None


def render_table_html(table: Table, link: Link = no_link, heading_level: int = 3) -> Markup:
    """
    A table or listing as one HTML fragment: figure element, caption, column and row headings, footnotes, mark.

    Shape:    `<figure class="display">` with a table in a region that scrolls by itself on a narrow screen; a listing
              carries the heading of each column in every cell, so that style sheets can set its rows as cards.
    Missing:  a table without rows prints its columns and says that there is nothing to show.
    """
    name = f"d-{table.number}"
    kind = "display listing" if table.listing else "display long" if len(table.rows) > _LONG else "display"
    parts = [
        Markup('<figure class="{}" id="{}" aria-labelledby="{}-h">').format(kind, name, name),
        _heading(table, name, heading_level),
        Markup('<div class="scroll" role="region" tabindex="0" aria-labelledby="{}-h">').format(name),
        Markup('<table role="table"><thead role="rowgroup"><tr role="row">'),
        *(_column(words, place, table) for place, words in enumerate(table.columns)),
        Markup('</tr></thead><tbody role="rowgroup">'),
        *(_row(row, table, link) for row in table.rows),
        Markup("</tbody></table></div>"),
        _nothing(table),
        _footnotes(table),
        Markup("</figure>"),
    ]
    return Markup("").join(parts)


def render_figure_html(figure: Figure, link: Link = no_link, heading_level: int = 3) -> Markup:
    """
    A figure as one HTML fragment: heading, the drawing itself with its words, footnotes.

    `link` says where a drawn point leads: the same function that links the cells of tables.
    """
    name = f"d-{figure.number}"
    parts = [
        Markup('<figure class="display drawing" id="{}" aria-labelledby="{}-h">').format(name, name),
        _heading(figure, name, heading_level),
        Markup('<div class="scroll" role="region" tabindex="0" aria-labelledby="{}-h">').format(name),
        _drawing(figure, link),
        Markup("</div>"),
        Markup("<details><summary>{}</summary><p>{}</p></details>").format(_IN_WORDS.of(figure.language), figure.alt),
        _footnotes(figure),
        Markup("</figure>"),
    ]
    return Markup("").join(parts)


def _drawing(figure: Figure, link: Link) -> Markup:
    """The SVG in the page, its points linked; those that lead nowhere are plain."""
    group = Markup('role="group" aria-label="{}"').format(figure.alt)
    svg = figure.svg.replace('role="img"', group, 1)
    return Markup("".join(_linked_parts(svg, link)))  # noqa: S704 - drawn here; addresses and words are escaped


def _linked_parts(svg: str, link: Link) -> Iterator[str]:
    ends: list[str] = []
    for part in _ANCHOR.split(svg):
        found = _POINT.fullmatch(part)
        if found is not None:
            kind, name = found[1], unescape(found[2])
            address = link(Cell("·", ref=name) if kind == "cell" else Cell("·", records=(name,)))
            linked = Markup('<a href="{}" aria-label="{}" tabindex="-1">').format(
                address, name.partition(":")[0].removeprefix("F")
            )
            yield "<g>" if address is None else linked
            ends.append("</g>" if address is None else "</a>")
        else:
            yield ends.pop() if part == "</a>" else part


def _heading(display: Table | Figure, name: str, level: int) -> Markup:
    kind = _KINDS["Figure" if isinstance(display, Figure) else ("Listing" if display.listing else "Table")]
    number = display.number.removeprefix("F") if isinstance(display, Figure) else display.number
    population = Markup('<span class="population">{}</span>').format(display.population) if display.population else ""
    mark = Markup('<span class="mark">{}</span>').format(display.mark) if display.mark else ""
    return Markup(
        '<figcaption><h{level} id="{name}-h"><span class="number">{kind} {number}</span> {title}</h{level}>'
        "<p>{population}{mark}</p></figcaption>"
    ).format(
        level=level,
        name=name,
        kind=kind.of(display.language),
        number=number,
        title=display.title,
        population=population,
        mark=mark,
    )


def _column(words: str, place: int, table: Table) -> Markup:
    align = _align_of(place, table)
    if not words:
        return Markup('<td role="cell" class="{}"></td>').format(align)
    return Markup('<th role="columnheader" scope="col" class="{}">{}</th>').format(align, words)


def _align_of(place: int, table: Table) -> str:
    found = [row[place].align for row in table.rows if place < len(row) and row[place].text]
    if not found:
        return "left" if place == 0 or table.listing else "right"
    return max(sorted(set(found)), key=lambda align: found.count(align))


def _row(row: tuple[Cell, ...], table: Table, link: Link) -> Markup:
    cells = [_cell(cell, place, table, link) for place, cell in enumerate(row)]
    kind = "block" if row and row[0].strong and not table.listing else "line"
    return Markup('<tr role="row" class="{}">{}</tr>').format(kind, Markup("").join(cells))


def _cell(cell: Cell, place: int, table: Table, link: Link) -> Markup:
    words = _words(cell, link)
    style = f"{cell.align} in{cell.indent}" if cell.indent else cell.align
    if "\n" in cell.text:
        style += " lines"
    elif len(cell.text) <= _SHORT:
        style += " short"
    if place == 0:
        return Markup('<th role="rowheader" scope="row" class="{}">{}</th>').format(style, words)
    empty = "" if cell.text else " empty"
    label = table.columns[place] if place < len(table.columns) else ""
    strong = " strong" if cell.strong else ""
    return Markup('<td role="cell" class="{}" data-label="{}"{}>{}</td>').format(
        f"{style}{strong}{empty}", label, _name(cell), words
    )


def _words(cell: Cell, link: Link) -> Markup:
    if cell.parts:
        return Markup("").join(_part(part, link) for part in cell.parts)
    return _linked(cell, link)


def _part(part: Cell, link: Link) -> Markup:
    name = _name(part)
    words = _linked(part, link)
    return Markup("<span{}>{}</span>").format(name, words) if name else words


def _linked(cell: Cell, link: Link) -> Markup:
    address = link(cell) if cell.text and (cell.ref or cell.records) else None
    words = Markup('<span lang="{}">{}</span>').format(cell.language, cell.text) if cell.language else escape(cell.text)
    return words if address is None else Markup('<a href="{}">{}</a>').format(address, words)


def _name(cell: Cell) -> Markup:
    # The name of the cell stays in the page: it is what `trialwright trace` is asked for.
    return Markup(' data-cell="{}"').format(cell.ref) if cell.ref else Markup("")


def _nothing(table: Table) -> Markup:
    return Markup("") if table.rows else Markup('<p class="nothing">{}</p>').format(_NOTHING.of(table.language))


def _footnotes(display: Table | Figure) -> Markup:
    # What the study's author wrote in English is told to be English.
    english = frozenset(display.quotes)
    told = [
        Markup('<li lang="en">{}</li>' if note in english else "<li>{}</li>").format(note)  # noqa: S704 - ours both
        for note in display.footnotes
    ]
    if display.mark:
        told.append(Markup("<li>{}</li>").format(_MARKED.of(display.language).format(mark=display.mark)))
    if not told:
        return Markup("")
    return Markup('<ul class="footnotes">{}</ul>').format(Markup("").join(told))
