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
_FIRST = ("first_years", "first_per_100")
_LIMITS, _FIRST_LIMITS = "per_100", "first_per_100"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    One line a kind of event: participants, events, time at risk, rate and its exact interval; then any other.

    Shape:    where they were asked for, the time to the first event, the rate of first events and its interval follow.
    """
    lines = lines_of(rows)
    limits = tuple(f"{name}_{end}" for name in (_LIMITS, _FIRST_LIMITS) for end in ("lower", "upper"))
    extra = other_statistics(lines.values(), (*_SHOWN, *_FIRST, *limits))
    level = interval_heading(_LIMITS, lines.values()).partition(",")[0]
    parts: list[tuple[tuple[str, ...], str]] = [(_SHOWN, _LIMITS)]
    if any(name in line for line in lines.values() for name in _FIRST):
        parts.append((_FIRST, _FIRST_LIMITS))
    body = tuple(
        (
            Cell(label_of(line, name, context)),
            *(
                cell
                for shown, interval in parts
                for cell in (*(number_cell(line.get(each), line) for each in shown), interval_cell(line, interval))
            ),
            *(number_cell(line.get(statistic), line) for statistic in extra),
        )
        for name, line in lines.items()
    )
    heads = [head for shown, _ in parts for head in (*(heading_of(each, context) for each in shown), level)]
    columns = ("Adverse events", *heads, *(heading_of(each, context) for each in extra))
    return table(context, columns, body, footnotes_of(rows, context))
