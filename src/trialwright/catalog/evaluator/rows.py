"""The row function of a tree: one participant, exact Python numbers, values as the ledger holds them."""

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any, cast

from trialwright.catalog.evaluator.nodes import in_order, parts
from trialwright.catalog.evaluator.widths import bounds_of
from trialwright.catalog.parameters import exact
from trialwright.model.expression import (
    Add,
    All,
    Answered,
    AnyOf,
    AtLeast,
    AtMost,
    Certain,
    Choose,
    CodeIs,
    Column,
    Compare,
    Constant,
    CountTrue,
    DaysBetween,
    Expr,
    Known,
    Multiply,
    Not,
    OrElse,
    Rule,
    Subtract,
)
from trialwright.model.quantity import Code, Limit, Missing, PartialDate, Quantity, Value, Words

RowValue = Value | Fraction | int | bool | str | None
"""What may stand in a row: a value of the ledger, an exact number, a truth, or a code as a bare text."""

RowResult = Fraction | int | bool | None
RowFunction = Callable[[Mapping[str, RowValue]], RowResult]


class Span:
    """
    A number of days known only to lie between two, both included: what a partial date leaves open.

    It reckons and compares as a number does; a comparison that its days do not agree on is None. So a step need not
    ask what it has before it: plain numbers, which are nearly all there is, go straight through.
    """

    __hash__ = None  # type: ignore[assignment]  # equality is three-valued

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __add__(self, other: "_Open") -> "Span":
        return _corners(operator.add, self, other)

    def __radd__(self, other: "_Open") -> "Span":
        return _corners(operator.add, other, self)

    def __sub__(self, other: "_Open") -> "Span":
        return _corners(operator.sub, self, other)

    def __rsub__(self, other: "_Open") -> "Span":
        return _corners(operator.sub, other, self)

    def __mul__(self, other: "_Open") -> "Span":
        return _corners(operator.mul, self, other)

    def __rmul__(self, other: "_Open") -> "Span":
        return _corners(operator.mul, other, self)

    def __lt__(self, other: "_Open") -> bool | None:
        b = _span(other)
        return True if self.high < b.low else False if self.low >= b.high else None

    def __le__(self, other: "_Open") -> bool | None:
        b = _span(other)
        return True if self.high <= b.low else False if self.low > b.high else None

    def __gt__(self, other: "_Open") -> bool | None:
        return _span(other).__lt__(self)

    def __ge__(self, other: "_Open") -> bool | None:
        return _span(other).__le__(self)

    def __eq__(self, other: object) -> bool | None:  # type: ignore[override]
        b = _span(cast(_Open, other))
        if self.low == self.high == b.low == b.high:
            return True
        return False if self.high < b.low or b.high < self.low else None

    def __ne__(self, other: object) -> bool | None:  # type: ignore[override]
        return _not(self.__eq__(other))


_Open = Span | Fraction | int


def _corners(apply: Callable[[Any, Any], Any], left: _Open, right: _Open) -> Span:
    a, b = _span(left), _span(right)
    corners = [apply(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Span(min(corners), max(corners))


_Slot = Fraction | int | bool | Span | None
_Step = Callable[[list[Any], Mapping[str, RowValue]], _Slot]

_ARITHMETIC: dict[type, Callable[[Any, Any], Fraction | int | Span]] = {
    Add: operator.add,
    Subtract: operator.sub,
    Multiply: operator.mul,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool | None]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_TRUE_CODES, _FALSE_CODES = frozenset({"Y", "yes", "true"}), frozenset({"N", "no", "false"})


def compile_row(expr: Expr) -> RowFunction:
    """
    A function from one row (column -> value) to the exact value of `expr`: a number, a truth, or None.

    Missing:  an absent column, None and Missing are alike: None in, None out, three-valued in Kleene's sense.
    Units:    a Quantity counts by its number; who asks converts units first.
    Raises:   TypeError where a column holds words, or a code that is no number, and a number is needed.
    """
    run = compile_rule(Rule((), {"": expr}))
    return lambda row: run(row)[""]


def compile_rule(rule: Rule) -> Callable[[Mapping[str, RowValue]], dict[str, RowResult]]:
    """The same for all outputs of a rule at once; what they share is computed once."""
    nodes = in_order(rule.outputs.values())
    over = _denominators(nodes)
    constants, steps, places = _compile(nodes, over)
    asked = [(name, places[root, 1], over.get(root, 1)) for name, root in rule.outputs.items()]

    def outputs(row: Mapping[str, RowValue]) -> dict[str, RowResult]:
        slots = constants.copy()
        append = slots.append
        for step in steps:
            append(step(slots, row))
        return {name: _result(slots[place], denominator) for name, place, denominator in asked}

    return outputs


def _denominators(nodes: Sequence[Expr]) -> dict[Expr, int]:
    names = [node.name for node in nodes if isinstance(node, Column)]
    return {node: bounds.denominator for node, bounds in bounds_of(nodes, dict.fromkeys(names, (0, 0))).items()}


def _compile(
    nodes: Sequence[Expr], over: Mapping[Expr, int]
) -> tuple[list[_Slot], list[_Step], dict[tuple[Expr, int], int]]:
    """
    Constant slots, the steps that fill the slots after them, and the place of each node times a factor.

    A number stands as its numerator over the denominator of its node, as in columns: with whole numbers in a row,
    sums of half points stay whole, and a sum of Fractions costs ten times as much. What meets in a sum is put over
    one denominator by a slot of its own.
    """
    slots = dict.fromkeys(slot for node in nodes for slot in (*_operands(node, over), (node, 1)))
    fixed = [slot for slot in slots if isinstance(slot[0], Constant | Known)]
    ordered = [*fixed, *(slot for slot in slots if slot not in set(fixed))]
    places = {slot: place for place, slot in enumerate(ordered)}
    constants: list[_Slot] = [
        node.numerator * factor if isinstance(node, Constant) else cast(Known, node).truth for node, factor in fixed
    ]
    steps = [
        _step(node, [places[operand] for operand in _operands(node, over)])
        if factor == 1
        else _scaled(places[node, 1], factor)
        for node, factor in ordered[len(fixed) :]
    ]
    return constants, steps, places


def _operands(node: Expr, over: Mapping[Expr, int]) -> list[tuple[Expr, int]]:
    """The parts of a node, each with what it must be multiplied by to stand over one denominator with the others."""
    of = parts(node)
    if not isinstance(node, Add | Subtract | Compare | Choose | OrElse):
        return [(part, 1) for part in of]
    shared = lcm(*(over[part] for part in of if part in over))
    return [(part, shared // over[part] if part in over else 1) for part in of]


def _scaled(place: int, factor: int) -> _Step:
    return lambda s, _: None if s[place] is None else s[place] * factor


def _step(node: Expr, at: list[int]) -> _Step:
    match node:
        case Column(name):
            # Most cells are whole numbers, and a call costs as much as the sum that it is for.
            return lambda _, row: cell if type(cell := row.get(name)) is int else _number(cell)
        case Add() | Subtract() | Multiply():
            return _arithmetic(type(node), *at)
        case DaysBetween(start, end):
            return lambda _, row: _days_between(row.get(start), row.get(end))
        case Compare(_, op, _):
            return _comparison(op, *at)
        case CodeIs(name, codes):
            wanted = frozenset(codes)
            return lambda _, row: _code_is(row.get(name), wanted)
        case Answered(name):
            return lambda _, row: row.get(name) is not None and not isinstance(row.get(name), Missing)
    return _combination(node, at)


def _combination(node: Expr, at: list[int]) -> _Step:
    match node:
        case Choose():
            when, then, otherwise = at
            return lambda s, _: None if s[when] is None else s[then] if s[when] else s[otherwise]
        case OrElse():
            number, fallback = at
            return lambda s, _: s[fallback] if s[number] is None else s[number]
        case Not():
            (of,) = at
            return lambda s, _: None if s[of] is None else not s[of]
        case Certain():
            (of,) = at
            return lambda s, _: s[of] is True
        case CountTrue():
            return lambda s, _: [s[i] for i in at].count(True)
        case All():
            return lambda s, _: _all([s[i] for i in at])
        case AnyOf():
            return lambda s, _: _any([s[i] for i in at])
        case AtLeast(count, _):
            return lambda s, _: _at_least(count, [s[i] for i in at])
        case AtMost(count, _):
            # At most k hold exactly when k + 1 do not.
            return lambda s, _: _not(_at_least(count + 1, [s[i] for i in at]))
    raise TypeError(f"{type(node).__name__} is no node that the evaluator knows")


def _all(truths: list[_Slot]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _any(truths: list[_Slot]) -> bool | None:
    if True in truths:
        return True
    return None if None in truths else False


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _at_least(count: int, truths: list[_Slot]) -> bool | None:
    known = truths.count(True)
    if known >= count:
        return True
    return None if known + truths.count(None) >= count else False


def _arithmetic(kind: type, left: int, right: int) -> _Step:
    apply = _ARITHMETIC[kind]

    def step(slots: list[Any], _row: Mapping[str, RowValue]) -> _Slot:
        a, b = slots[left], slots[right]
        return None if a is None or b is None else apply(a, b)

    return step


def _comparison(op: str, left: int, right: int) -> _Step:
    holds = _COMPARISONS[op]

    def step(slots: list[Any], _row: Mapping[str, RowValue]) -> _Slot:
        a, b = slots[left], slots[right]
        return None if a is None or b is None else holds(a, b)

    return step


def _span(number: _Open) -> Span:
    return number if isinstance(number, Span) else Span(cast(int, number), cast(int, number))


def _number(value: RowValue) -> _Slot:
    match value:
        case None | Missing() | Limit():
            return None
        case bool():
            return int(value)
        case int() | Fraction():
            return value
        case Quantity():
            return value.exact
        case PartialDate():
            low, high = value.earliest.toordinal(), value.latest.toordinal()
            return low if low == high else Span(low, high)
        case Code():
            return _number_of_code(value.code)
        case str():
            return _number_of_code(value)
        case Words():
            raise TypeError("a number is needed where words stand")
    raise TypeError(f"a number is exact (int, Fraction, Quantity), found {type(value).__name__}")


def _number_of_code(code: str) -> Fraction:
    try:
        return exact(code)
    except ValueError:
        raise TypeError("a number is needed where a code stands that is none") from None


def _code_is(value: RowValue, codes: frozenset[str]) -> bool | None:
    match value:
        case None | Missing() | Limit():
            return None
        case Code():
            return value.code in codes
        case bool():
            return bool(codes & (_TRUE_CODES if value else _FALSE_CODES))
        case str():
            return value in codes
    raise TypeError(f"a code is needed, found {type(value).__name__}")


def _days_between(start: RowValue, end: RowValue) -> _Slot:
    first, last = _number(_dated(start)), _number(_dated(end))
    if first is None or last is None:
        return None
    a, b = _span(first), _span(last)
    days = Span(b.low - a.high, b.high - a.low)
    return days.low if days.low == days.high else days


def _dated(value: RowValue) -> RowValue:
    return PartialDate(value) if isinstance(value, str) else value


def _result(slot: _Slot, denominator: int) -> RowResult:
    # An open span is a number we do not know.
    if slot is None or isinstance(slot, Span):
        return None
    return slot if denominator == 1 else _divided(slot, denominator)


@lru_cache(maxsize=4096)
def _divided(numerator: Fraction | int, denominator: int) -> Fraction | int:
    """Remembered, because scores have few values and a Fraction is slow to make; whole where it divides."""
    whole, rest = divmod(numerator, denominator)
    return Fraction(numerator, denominator) if rest else whole
