"""How many adverse events there were per 100 years of treatment and follow-up, with exact intervals."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    footnotes_of,
    heading_of,
    interval_cell,
    interval_heading,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    table,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_SHOWN = ("n", "events", "years", "rate_per_100")
_LIMITS = "per_100"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a kind of event: participants, events, time at risk, rate and its exact interval; then any other."""
    lines = lines_of(rows)
    extra = other_statistics(lines.values(), (*_SHOWN, f"{_LIMITS}_lower", f"{_LIMITS}_upper"))
    level = interval_heading(_LIMITS, lines.values()).partition(",")[0]
    body = tuple(
        (
            Cell(label_of(line, name, context)),
            *(number_cell(line.get(statistic), line) for statistic in _SHOWN),
            interval_cell(line, _LIMITS),
            *(number_cell(line.get(statistic), line) for statistic in extra),
        )
        for name, line in lines.items()
    )
    columns = ("Adverse events", *(heading_of(each, context) for each in _SHOWN), level)
    return table(context, (*columns, *(heading_of(each, context) for each in extra)), body, footnotes_of(rows, context))
