"""The result for every possible number of responders among those whose verdict is missing."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import rate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a possible number: responders, interval, and for each benchmark p and whether it is excluded."""
    headings = {}
    for number, benchmark in enumerate(context.benchmarks, 1):
        name = context.labels.get(benchmark.label.en, benchmark.label.en)
        headings[f"benchmark_{number}_p_value"] = f"p against {name}"
        headings[f"benchmark_{number}_reject"] = f"{name} excluded"
    return rate_table(rows, context, "Open verdicts counted as responders", headings=headings)
