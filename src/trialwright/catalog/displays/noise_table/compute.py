"""How many of these participants would count as responders if nobody changed and every measure were only noisy."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import rate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a size of the noise: the rate and the number expected, and how probable what was seen would be."""
    return rate_table(rows, context, "If nobody had changed", ("expected", "p_at_least"))
