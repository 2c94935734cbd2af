"""What each core set measure did by itself: participants improved, unchanged, worsened, without a value."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a core set measure: how many participants improved, stayed, worsened, or have no value."""
    return count_table(rows, context, "Core set measure", ("improved", "unchanged", "worsened", "missing"))
