"""How many values of the endpoint are there at each visit, of how many that were due."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a row of the family, a column a statistic."""
    return count_table(rows, context, "Visit and measure", ("n", "rate"), grouped=True)
