"""The mean change of each measure at each visit, by a mixed model for repeated measures."""

from collections.abc import Sequence

from trialwright.catalog.displays.course import estimate_table
from trialwright.model.analysis import DisplayContext, ResultRow, Table


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """One line a measure and visit: n, mean change, standard error, degrees of freedom, interval."""
    return estimate_table(rows, context, "Measure and visit", ("n", "estimate", "se", "df"))
