"""A dose over time, and its change from baseline: one line a visit."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import course_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """Dose and change by visit; change is value minus baseline, so that less reads as a minus."""
    return course_table(rows, context)
