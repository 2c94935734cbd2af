"""Where every participant stands, from screening to the end."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a station: participants, and their share of those enrolled."""
    return count_table(rows, context, "Participants", ("n", "rate"), whole="enrolled")
