"""Documents as one HTML page: no script, no outside file, readable in any browser for as long as there are browsers."""

from html import escape

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
    notes_of,
)  # fmt: skip

_STYLE = """
body{font:15px/1.45 system-ui,"Noto Sans CJK SC",sans-serif;max-width:70rem;margin:1.5rem auto;padding:0 1rem;
color:#1b2427}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:1px solid #9aa8ab}h3{font-size:1.05rem}
table{border-collapse:collapse;margin:.5rem 0 1rem;width:100%}th,td{border:1px solid #c3ccce;padding:.2rem .5rem;
text-align:left;vertical-align:top;
overflow-wrap:break-word}.scroll{overflow-x:auto}th{background:#eef2f3}dt{font-weight:600}dd{margin:0 0 .4rem 0}
.note{font-size:.85rem;color:#445257}.mark{border:2px solid #8a4b00;padding:.3rem .6rem;font-weight:600}
@media print{th,td{overflow-wrap:anywhere}body{max-width:none;margin:0}h2{break-before:page}tr{break-inside:avoid}}
"""


def write_html(document: Document) -> bytes:
    """
    The document as a page by itself, every text escaped.

    Shape: the same blocks as every other writer; headings one level down, for the title is the first.
    """
    language = "zh-Hans" if document.chinese else "en"
    mark = f'<p class="mark">{escape(document.mark)}</p>' if document.mark else ""
    lines = [
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{_STYLE}</style></head>\n<body>",
        f"<h1>{escape(document.title)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in document.subtitle),
        mark,
        *(_block(block) for block in document.blocks),
        f'<p class="note">{escape(document.foot)}</p>',
        "</body>\n</html>\n",
    ]
    return "\n".join(line for line in lines if line).encode()


def _block(block: Block) -> str:
    match block:
        case Heading(text, level, number):
            words = f"{number} {text}".strip()
            return f"<h{level + 1}>{escape(words)}</h{level + 1}>"
        case Paragraph(text, kind):
            return f"<p{f' class={chr(34)}{escape(kind)}{chr(34)}' if kind else ''}>{escape(text)}</p>"
        case Points(items, numbered):
            tag = "ol" if numbered else "ul"
            return f"<{tag}>{''.join(f'<li>{escape(item)}</li>' for item in items)}</{tag}>"
        case Facts(pairs):
            told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs)
            return f"<dl>{told}</dl>"
        case PageBreak():
            return ""
        case Figure():
            return f"<figure>{block.svg}<figcaption>{escape(block.alt)}</figcaption></figure>"
        case Table():
            return _table(block)
    raise ValueError(f"no block is a {type(block).__name__}")


def _table(table: Table) -> str:
    title = " ".join(part for part in (display_heading(table), table.title) if part)
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>\n" for row in table.rows)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in notes_of(table))
    whole = f"<table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{whole}</div>{notes}'


def _cell(cell: Cell) -> str:
    return f"<td>{escape(cell.text)}</td>"
