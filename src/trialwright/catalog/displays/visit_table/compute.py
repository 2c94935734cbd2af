"""Visits held of those due, and their windows."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a visit: held, percentage of those due, in the window, before it, after it, not held."""
    return count_table(rows, context, "Visit", ("n", "rate", "in_window", "early", "late", "not_held"))
