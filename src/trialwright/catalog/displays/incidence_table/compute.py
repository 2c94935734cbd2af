"""How many participants had had an adverse event by each time."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import estimate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a day: at risk, with an event so far, cumulative incidence and its interval."""
    return estimate_table(rows, context, "Day", ("at_risk", "n", "incidence_rate"), limits="incidence")
