"""A rule as data: every distinct node once, parts before the whole, for an engine that is not Python."""

import msgspec

from trialwright.catalog.evaluator.nodes import in_order, parts
from trialwright.model.expression import (
    Answered,
    AtLeast,
    AtMost,
    CodeIs,
    Column,
    Compare,
    Constant,
    DaysBetween,
    Expr,
    Known,
    Rule,
    Truth,
)

Step = list[str | int | bool | list[str] | None]
"""The kind of a node, what it says itself, then the places of its parts."""


class Program(msgspec.Struct, frozen=True):
    """`steps` in order; `outputs` name the step that holds each answer; `truths` are those that are yes, no or open."""

    columns: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: dict[str, int]
    truths: tuple[str, ...]


def program_of(rule: Rule) -> Program:
    """
    The rule for `engine.js`, which computes in whole numbers of any size: nothing is rounded.

    Raises: TypeError for a node that a calculator has no field for (a date).
    """
    nodes = in_order(rule.outputs.values())
    places = {node: place for place, node in enumerate(nodes)}
    return Program(
        columns=rule.columns,
        steps=tuple(_step(node, [places[part] for part in parts(node)]) for node in nodes),
        outputs={name: places[root] for name, root in rule.outputs.items()},
        truths=tuple(name for name, root in rule.outputs.items() if isinstance(root, Truth)),
    )


def _step(node: Expr, at: list[int]) -> Step:
    kind = type(node).__name__
    match node:
        case Column(name) | Answered(name):
            return [kind, name]
        case Constant(numerator, denominator):
            # As text: a number of JavaScript would lose digits beyond 2 ** 53.
            return [kind, str(numerator), str(denominator)]
        case Known(truth):
            return [kind, truth]
        case Compare(_, op, _):
            return [kind, op, *at]
        case CodeIs(column, codes):
            return [kind, column, list(codes)]
        case AtLeast(count, _) | AtMost(count, _):
            return [kind, count, *at]
        case DaysBetween():
            raise TypeError("a calculator has no field for a date")
    return [kind, *at]
