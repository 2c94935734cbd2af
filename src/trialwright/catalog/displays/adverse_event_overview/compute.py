"""Adverse events in one view: participants with at least one, and events, by seriousness, severity and relation."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a kind of event: participants with at least one, all events, and the share of participants."""
    return count_table(rows, context, "Participants with at least one", ("n", "events", "rate"))
