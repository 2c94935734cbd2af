"""Bands of a dose by name and in words, the same in the table and in the figure."""

from collections.abc import Mapping
from itertools import pairwise


def bands_of(parameters: Mapping[str, str]) -> dict[str, str]:
    """Statistic -> words, in order: "to_0" none, "to_7.5" above 0 to 7.5, "above_30"."""
    ends = parameters.get("bands", "").split()
    if not ends:
        return {}
    first = "None" if float(ends[0]) == 0 else f"Up to {ends[0]}"
    between = {f"to_{high}": f"Above {low} to {high}" for low, high in pairwise(ends)}
    return {f"to_{ends[0]}": first, **between, f"above_{ends[-1]}": f"Above {ends[-1]}"}
