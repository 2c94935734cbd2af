"""How many participants would count as responders if nobody changed and every measure were only noisy."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a size of the noise: percentage and number of responders expected, and how probable those seen are."""
    return count_table(rows, context, "If nobody had changed", ("rate", "expected", "p_at_least"))
