"""Adverse events in one view: participants with at least one, and events, by seriousness, severity and relation."""

from collections.abc import Sequence

import msgspec

from trialwright.catalog.displays.layout import count_table, lines_of
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    One line a kind of event: participants with at least one, all events, and the share of participants.

    Shape:    grades stand last, under a heading of their own: they are of any event, not of the line above them.
    """
    made = count_table(rows, context, "Participants with at least one", ("n", "events", "rate"))
    first = next((place for place, name in enumerate(lines_of(rows)) if name.startswith("grade.")), None)
    if first is None:
        return made
    heading = (Cell("By grade", strong=True), *(Cell("", align="right") for _ in made.columns[1:]))
    return msgspec.structs.replace(made, rows=(*made.rows[:first], heading, *made.rows[first:]))
