"""How many participants responded in each subgroup, described and never tested."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import rate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a group under the name of its subgroup: responders, of how many, percentage, interval."""
    return rate_table(rows, context, "Subgroup")
