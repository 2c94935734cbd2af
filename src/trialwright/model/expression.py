"""
The one expression tree: conditions, edit checks, eligibility and response criteria are all built from these nodes.

Numbers are exact and may be missing; truths are three-valued (true, false, unknown) in Kleene's sense.
The tree is data: `catalog.evaluator` compiles it to columns (Polars) and to a row function; nothing here computes.
"""

from typing import Literal

import msgspec

Comparison = Literal["<", "<=", ">", ">=", "==", "!="]


class Node(msgspec.Struct, frozen=True, tag=True):
    """Anything that can stand in a tree."""


class Column(Node, frozen=True):
    """The number in a column: missing where the column is null."""

    name: str


class Constant(Node, frozen=True):
    """An exact number, numerator over denominator."""

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.denominator <= 0:
            raise ValueError("a denominator is positive")


class Add(Node, frozen=True):
    left: "Number"
    right: "Number"


class Subtract(Node, frozen=True):
    left: "Number"
    right: "Number"


class Multiply(Node, frozen=True):
    left: "Number"
    right: "Number"


class Choose(Node, frozen=True):
    """`then` where `when` is true, `otherwise` where it is false, missing where it is unknown."""

    when: "Truth"
    then: "Number"
    otherwise: "Number"


class OrElse(Node, frozen=True):
    """`number`, or `fallback` where it is missing."""

    number: "Number"
    fallback: "Number"


class CountTrue(Node, frozen=True):
    """How many of the truths are known to be true; never missing."""

    of: tuple["Truth", ...]


class DaysBetween(Node, frozen=True):
    """Days from the date in `start` to the date in `end`; a span of possible days where a date is partial."""

    start: str
    end: str


class Compare(Node, frozen=True):
    """Unknown where either side is missing, or where a partial date leaves it open."""

    left: "Number"
    op: Comparison
    right: "Number"


class CodeIs(Node, frozen=True):
    """The choice in `column` is one of `codes`; unknown where it is missing."""

    column: str
    codes: tuple[str, ...]


class Answered(Node, frozen=True):
    """The column holds a value: true or false, never unknown."""

    column: str


class Known(Node, frozen=True):
    """A constant truth; `None` is unknown."""

    truth: bool | None


class Not(Node, frozen=True):
    of: "Truth"


class All(Node, frozen=True):
    of: tuple["Truth", ...]


class AnyOf(Node, frozen=True):
    of: tuple["Truth", ...]


class AtLeast(Node, frozen=True):
    """At least `count` of the truths hold: true or false as soon as the unknown ones cannot change it."""

    count: int
    of: tuple["Truth", ...]


class AtMost(Node, frozen=True):
    """At most `count` of the truths hold: true or false as soon as the unknown ones cannot change it."""

    count: int
    of: tuple["Truth", ...]


class Certain(Node, frozen=True):
    """True where `of` is known to be true, else false: the end of three-valued logic."""

    of: "Truth"


Number = Column | Constant | Add | Subtract | Multiply | Choose | OrElse | CountTrue | DaysBetween
Truth = Compare | CodeIs | Answered | Known | Not | All | AnyOf | AtLeast | AtMost | Certain
Expr = Number | Truth


class Rule(msgspec.Struct, frozen=True):
    """
    A response criterion as named outputs over named columns.

    `columns` are the inputs of one row; those in `optional` may be absent from a table, which is missing in every row.
    `outputs` maps a name ("verdict", "improved_mmt", "points_phga") to its tree.
    """

    columns: tuple[str, ...]
    outputs: dict[str, Expr]
    optional: tuple[str, ...] = ()
