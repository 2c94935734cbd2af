"""Which medicines participants took before and beside the study treatment, by name as entered."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a row of the family, a column a statistic."""
    return count_table(rows, context, "Medicine", ("n", "events", "rate"))
