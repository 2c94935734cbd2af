"""What may be believed of the true response rate under several priors, beside each benchmark."""

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

_HEADINGS = {"rate": "Posterior mean, %", "a": "Posterior beta: a", "b": "Posterior beta: b"}


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a prior: posterior mean, credible interval, and the probability to be above each benchmark."""
    lines = lines_of(rows)
    headings = dict(_HEADINGS)
    for number, benchmark in enumerate(context.benchmarks, 1):
        headings[f"above_{number}_rate"] = f"Above {context.labels.get(benchmark.label.en, benchmark.label.en)}, %"
    above = tuple(name for name in headings if name.startswith("above_"))
    others = (*above, *other_statistics(lines.values(), ("rate", "lower", "upper", *above)))
    body = tuple(
        (
            Cell(label_of(line, name, context)),
            number_cell(line.get("rate"), line),
            interval_cell(line),
            *(number_cell(line.get(each), line) for each in others),
        )
        for name, line in lines.items()
    )
    columns = ("Prior", headings["rate"], interval_heading("", lines.values()))
    shown = (*columns, *(headings.get(each) or heading_of(each, context) for each in others))
    return table(context, shown, body, footnotes_of(rows, context))
