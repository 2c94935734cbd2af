"""The tabular view of a record as text that our own reader takes again, and as one page of HTML."""

from html import escape

from trialwright.model.problem import Lost
from trialwright.model.record import RegistryRecord
from trialwright.register.markdown import plain_protocol
from trialwright.register.writing.table_page import table_page
from trialwright.register.writing.tabular_rows import (
    NOT_PROVIDED,
    UNKNOWN,
    Row,
    Section,
    tabular_sections,
    told_in_rows,
)
from trialwright.register.writing.unshown import unshown_parts
from trialwright.register.writing.written import UNCHECKED, Owed, Written

_MARK = "ICMJE"
FOOT = (
    f"{_MARK} Data element required by the International Committee of Medical Journal Editors "
    "and the World Health Organization ICTRP"
)
_PUBLICATIONS = "* Includes publications given by the data provider as well as publications identified in Medline."
REMARK = f"The registry's retired tabular view, drawn by Trialwright; {UNCHECKED}."
_NO_ROW = "nothing in the tabular view shows it"
_NO_HISTORY = "the record shows its current version only; the registry's history document would tell the original"


def write_tabular(record: RegistryRecord) -> Written:
    """The view as text: one row a line, its cell behind a bar, as the page reads when it is copied."""
    sections = tabular_sections(record)
    lines = [plain_protocol(record).identification_module.brief_title, ""]
    for section in sections:
        lines.append(f"{section.title} |")
        lines += [f"{row.label}{f' {_MARK}' if row.icmje else ''} | {row.text} |" for row in section.rows]
    lines += [_PUBLICATIONS, FOOT, "", REMARK]
    return _written("\n".join(lines) + "\n", sections)


def unshown_in_tabular(record: RegistryRecord) -> tuple[Lost, ...]:
    """The parts of the record that no row shows, found by writing the view without each: some seconds at the most."""
    return unshown_parts(record, write_tabular, _NO_ROW, told_in_rows(record))


def write_tabular_html(record: RegistryRecord) -> Written:
    """The same as one self-contained page; an element that ICMJE asks for and nobody gave is marked."""
    sections = tabular_sections(record)
    title = plain_protocol(record).identification_module.brief_title or record.source_name
    body = "".join(
        f"<h2>{section.title}</h2><table>{''.join(_row(row) for row in section.rows)}</table>" for section in sections
    )
    notes = (_PUBLICATIONS, f"<sup>{_MARK}</sup>{escape(FOOT.removeprefix(_MARK))}", escape(REMARK))
    page = table_page(title, body + "".join(f'<p class="note">{note}</p>' for note in notes))
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
