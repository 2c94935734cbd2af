"""A measure at each visit and its change from baseline, as measured."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import course_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """Value and change by visit, side by side; where asked, the estimate of the change with its interval and p."""
    return course_table(rows, context)
