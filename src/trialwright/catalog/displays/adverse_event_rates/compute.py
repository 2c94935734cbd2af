"""How many adverse events there were per 100 years of treatment and follow-up, with exact intervals."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a row of the family, a column a statistic."""
    return count_table(
        rows, context, "Adverse events", ("n", "events", "years", "rate_per_100", "per_100_lower", "per_100_upper")
    )
