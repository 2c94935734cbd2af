"""How many doses were given, how much in all, and for how long."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import described_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a number (n, mean, median, range) or a count of participants (n, percentage)."""
    return described_table(rows, context, "Exposure")
