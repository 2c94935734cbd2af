"""The tabular view of a record as text that our own reader takes again, and as one page of HTML."""

from html import escape

from trialwright.model.problem import Lost
from trialwright.model.record import RegistryRecord
from trialwright.register.markdown import plain_protocol
from trialwright.register.writing.tabular_rows import NOT_PROVIDED, UNKNOWN, Row, Section, tabular_sections
from trialwright.register.writing.written import UNCHECKED, Owed, Written

_MARK = "ICMJE"
FOOT = (
    f"{_MARK} Data element required by the International Committee of Medical Journal Editors "
    "and the World Health Organization ICTRP"
)
_PUBLICATIONS = "* Includes publications given by the data provider as well as publications identified in Medline."
REMARK = f"The registry's retired tabular view, drawn by Trialwright; {UNCHECKED}."
_NO_HISTORY = "the record shows its current version only; the registry's history document would tell the original"
_STYLE = """
body{font:16px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;
background:#fff}
h1{font-size:1.4rem} h2{font-size:1.1rem;margin:2rem 0 0;padding:.4rem .6rem;background:#e8eef5}
table{width:100%;border-collapse:collapse} th,td{border:1px solid #aebccb;padding:.5rem .6rem;vertical-align:top}
th{width:16rem;text-align:left;font-weight:600} td{white-space:pre-line;overflow-wrap:anywhere}
sup{font-size:.65em;font-weight:400} .owed{background:#fff4d6} p.note{color:#444}
@media(max-width:40rem){th,td{display:block;width:auto} th{border-bottom:0}}
"""


def write_tabular(record: RegistryRecord) -> Written:
    """The view as text: one row a line, its cell behind a bar, as the page reads when it is copied."""
    sections = tabular_sections(record)
    lines = [plain_protocol(record).identification_module.brief_title, ""]
    for section in sections:
        lines.append(f"{section.title} |")
        lines += [f"{row.label}{f' {_MARK}' if row.icmje else ''} | {row.text} |" for row in section.rows]
    lines += [_PUBLICATIONS, FOOT, "", REMARK]
    return _written("\n".join(lines) + "\n", sections)


def write_tabular_html(record: RegistryRecord) -> Written:
    """The same as one self-contained page; an element that ICMJE asks for and nobody gave is marked."""
    sections = tabular_sections(record)
    title = escape(plain_protocol(record).identification_module.brief_title or record.source_name)
    body = "".join(
        f"<h2>{section.title}</h2><table>{''.join(_row(row) for row in section.rows)}</table>" for section in sections
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'{body}<p class="note">{_PUBLICATIONS}</p>'
        f'<p class="note"><sup>{_MARK}</sup>{escape(FOOT.removeprefix(_MARK))}</p>'
        f'<p class="note">{escape(REMARK)}</p></body></html>\n'
    )
    return _written(page, sections)


def _row(row: Row) -> str:
    mark = f" <sup>{_MARK}</sup>" if row.icmje else ""
    owed = ' class="owed"' if row.icmje and row.text == NOT_PROVIDED else ""
    return f'<tr{owed}><th scope="row">{escape(row.label)}{mark}</th><td>{escape(row.text)}</td></tr>'


def _written(text: str, sections: tuple[Section, ...]) -> Written:
    rows = [row for section in sections for row in section.rows]
    owed = [Owed(f"protocolSection.{row.where}", row.label) for row in rows if row.icmje and row.text == NOT_PROVIDED]
    lost = [Lost(row.label, _NO_HISTORY) for row in rows if row.text == UNKNOWN]
    return Written(content=text.encode(), owed=tuple(owed), lost=tuple(lost), remarks=(REMARK,))
