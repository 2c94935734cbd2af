"""Departures from the protocol: participants and events by kind of deviation."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a kind of deviation: participants, events, and the share of participants."""
    return count_table(rows, context, "Protocol deviation", ("n", "events", "rate"))
