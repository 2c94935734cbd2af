"""Conditions ready to run: compiled once a tree, for a page and a save ask the same ones again and again."""

from functools import lru_cache

from trialwright.catalog.evaluator import RowFunction, compile_row
from trialwright.catalog.evaluator.nodes import in_order
from trialwright.model.expression import Answered, CodeIs, Column, DaysBetween, Truth


@lru_cache(maxsize=4096)
def compiled(truth: Truth) -> RowFunction:
    """The row function of a condition."""
    return compile_row(truth)


@lru_cache(maxsize=4096)
def names_in(truth: Truth) -> frozenset[str]:
    """The columns that a condition reads: items, "VISIT/item", facts."""
    names: set[str] = set()
    for node in in_order([truth]):
        if isinstance(node, Column):
            names.add(node.name)
        elif isinstance(node, Answered | CodeIs):
            names.add(node.column)
        elif isinstance(node, DaysBetween):
            names |= {node.start, node.end}
    return frozenset(names)
