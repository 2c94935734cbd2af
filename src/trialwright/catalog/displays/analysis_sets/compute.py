"""Who is counted in which analysis: one line an analysis set."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line an analysis set: participants, and their share of those enrolled."""
    return count_table(rows, context, "Analysis set", ("n", "rate"), whole="enrolled")
