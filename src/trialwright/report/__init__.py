"""Result rows laid out as tables, listings and figures, and written as one self-contained page."""

from trialwright.report.build import Report, build_report, cell_names, check_rows, lay_out
from trialwright.report.contexts import study_labels
from trialwright.report.fragments import render_figure_html, render_table_html
from trialwright.report.page import Shown
from trialwright.report.plan_file import write_plan
from trialwright.report.shells import shells
from trialwright.report.wording import book_of

__all__ = [
    "Report",
    "Shown",
    "book_of",
    "build_report",
    "cell_names",
    "check_rows",
    "lay_out",
    "render_figure_html",
    "render_table_html",
    "shells",
    "study_labels",
    "write_plan",
]
