"""How much each core set measure improved, in percent of baseline."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import described_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a measure: n, missing, mean, median, range, and the estimated improvement with its exact interval."""
    return described_table(rows, context, "Improvement, %")
