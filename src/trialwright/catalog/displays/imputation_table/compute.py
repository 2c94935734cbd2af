"""The mean change at each visit under multiple imputation, then under each shift of what was imputed."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    footnotes_of,
    interval_cell,
    interval_heading,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    table,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

HEADINGS = {
    "n": "n",
    "imputed": "Imputed",
    "estimate": "Mean change",
    "se": "Standard error",
    "df": "Degrees of freedom",
}


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    One line a visit and shift: seen, imputed, mean change, standard error, degrees of freedom, interval, p.

    Missing:  a line without an estimate keeps its place, and a footnote says why.
    """
    lines = lines_of(rows)
    others = other_statistics(lines.values(), (*HEADINGS, "lower", "upper", "p_value"))
    body = tuple(
        (
            Cell(label_of(line, name, context), indent=min(name.count("."), 1)),
            *(number_cell(line.get(statistic), line, signed=statistic == "estimate") for statistic in HEADINGS),
            interval_cell(line),
            *(number_cell(line.get(statistic), line) for statistic in ("p_value", *others)),
        )
        for name, line in lines.items()
    )
    heading = interval_heading("", lines.values())
    return table(
        context, ("Visit and shift", *HEADINGS.values(), heading, "p", *others), body, footnotes_of(rows, context)
    )
