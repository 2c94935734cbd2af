"""Expression trees as a list of distinct nodes, each after the nodes it stands on."""

from collections.abc import Iterable

from trialwright.model.expression import (
    Add,
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Certain,
    Choose,
    Compare,
    CountTrue,
    Expr,
    Multiply,
    Not,
    OrElse,
    Subtract,
)


def parts(node: Expr) -> tuple[Expr, ...]:
    """The nodes directly under `node`."""
    match node:
        case Add(left, right) | Subtract(left, right) | Multiply(left, right) | Compare(left, _, right):
            return (left, right)
        case Choose(when, then, otherwise):
            return (when, then, otherwise)
        case OrElse(number, fallback):
            return (number, fallback)
        case Not(of) | Certain(of):
            return (of,)
        case CountTrue(of) | All(of) | AnyOf(of) | AtLeast(_, of) | AtMost(_, of):
            return of
    return ()


def in_order(roots: Iterable[Expr]) -> list[Expr]:
    """Every distinct node once, parts before the whole: a shared sub-tree is computed once."""
    seen: dict[Expr, None] = {}

    def visit(node: Expr) -> None:
        if node not in seen:
            for part in parts(node):
                visit(part)
            seen[node] = None

    for root in roots:
        visit(root)
    return list(seen)
