"""What came between treatment and endpoint, and how the estimand answers it: one line an intercurrent event."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line an intercurrent event: participants, their share, and the estimand's strategy in words."""
    return count_table(rows, context, "Intercurrent event", ("n", "rate", "strategy"))
