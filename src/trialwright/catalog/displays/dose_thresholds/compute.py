"""How many participants came down to a dose, or by a share of it."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import rate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a threshold: participants, of how many, percentage, interval, and how many have no value."""
    return rate_table(rows, context, "Threshold", ("missing",))
