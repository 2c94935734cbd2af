"""The probability that this number of participants would have excluded each benchmark, at every true rate."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """The responders seen and needed, then one line a true rate with the power against each benchmark."""
    headings = {}
    for number, benchmark in enumerate(context.benchmarks, 1):
        name = context.labels.get(benchmark.label.en, benchmark.label.en)
        headings[f"benchmark_{number}_rate"] = f"Power against {name}, %"
    return count_table(rows, context, "True rate", ("n", "rate", *headings), headings=headings)
