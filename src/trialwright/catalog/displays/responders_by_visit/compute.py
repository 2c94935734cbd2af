"""How many participants met the endpoint's definition at each visit on the way to it."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import rate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a visit: responders, of how many, percentage, interval, and how many are undetermined."""
    return rate_table(rows, context, "Visit", ("undetermined",))
