"""Writing a registry record in the forms that others read, and saying what each cannot carry and what is still owed."""

from trialwright.register.writing.page import write_page, write_page_html
from trialwright.register.writing.prs_check import check_upload
from trialwright.register.writing.prs_xml import write_prs_xml
from trialwright.register.writing.tabular import unshown_in_tabular, write_tabular, write_tabular_html
from trialwright.register.writing.unshown import unknown_pieces
from trialwright.register.writing.v2_json import write_v2
from trialwright.register.writing.who import who_items, write_who, write_who_html
from trialwright.register.writing.written import Owed, Written

__all__ = [
    "Owed",
    "Written",
    "check_upload",
    "unknown_pieces",
    "unshown_in_tabular",
    "who_items",
    "write_page",
    "write_page_html",
    "write_prs_xml",
    "write_tabular",
    "write_tabular_html",
    "write_v2",
    "write_who",
    "write_who_html",
]
