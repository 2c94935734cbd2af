"""How many participants were in each band of the daily dose at each visit."""

from collections.abc import Sequence

from trialwright.catalog.displays.bands import bands_of
from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a visit, a column a band, then how many have no dose there."""
    bands = bands_of(context.parameters)
    return count_table(rows, context, "Visit", (*bands, "missing"), headings=bands)
