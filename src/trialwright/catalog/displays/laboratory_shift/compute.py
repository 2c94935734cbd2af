"""How often each laboratory value moved from where it stood at baseline, measured by its own upper limit."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import count_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a row of the family, a column a statistic."""
    shown = ("n", "worst_normal", "worst_raised", "worst_high", "missing")
    high = context.parameters.get("high", "3")
    headings = {
        "worst_normal": "Worst: at most the upper limit",
        "worst_raised": f"Worst: up to {high} times the limit",
        "worst_high": f"Worst: above {high} times the limit",
    }
    return count_table(rows, context, "Value and its level at baseline", shown, grouped=True, headings=headings)
