"""The response score as a number, how many reach each category, and what each measure brings to it."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import described_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line the score, one a category, one the points of each measure."""
    return described_table(rows, context, "Points")
