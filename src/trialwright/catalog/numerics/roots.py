"""Roots of monotone functions of one number, by halving: as exact as doubles are, and the same on every machine."""

from collections.abc import Callable

HALVINGS = 200  # an interval of doubles is used up after 60 to 70; further ones stop by themselves


def crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """
    Where an increasing `function` passes zero between `low` and `high`; the nearer end where it never does.

    Source: bisection. Newton's steps are fewer but can leave the interval where the function is flat.
    """
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
