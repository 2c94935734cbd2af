"""A smaller tree with the same answers: what is the same in every row, and nulls that cannot occur, taken out."""

import operator
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from math import ceil, floor, gcd, lcm

import msgspec

from trialwright.catalog.evaluator.linear import linear
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
    Comparison,
    Constant,
    CountTrue,
    DaysBetween,
    Expr,
    Known,
    Multiply,
    Not,
    Number,
    OrElse,
    Rule,
    Subtract,
    Truth,
)

NOTHING_PROVED: Mapping[str, int] = {}
MISSING = Choose(Known(None), Constant(0), Constant(0))
"""A number that is missing in every row."""

_ARITHMETIC: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    Add: operator.add,
    Subtract: operator.sub,
    Multiply: operator.mul,
}
_COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_TURNED: dict[Comparison, Comparison] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def fold(
    rule: Rule,
    constants: Mapping[str, int | None],
    holes: Collection[str],
    *,
    whole: bool = True,
    least: Mapping[str, int] = NOTHING_PROVED,
) -> Rule:
    """
    `rule` with the same answers wherever the columns of `constants` hold that one value (None: missing) in every row.

    Units:   the other columns hold whole numbers, unless `whole` says that fractions may stand there too.
             `least`: the smallest value of a column, where it is proved.
    Missing: only the columns in `holes` may hold nulls; what guards against others is left out.
    """
    folder = _Folder(constants, holes, whole, least)
    return msgspec.structs.replace(rule, outputs={name: folder.fold(tree) for name, tree in rule.outputs.items()})


class _Folder:
    def __init__(
        self, constants: Mapping[str, int | None], holes: Collection[str], whole: bool, least: Mapping[str, int]
    ) -> None:
        self.constants, self.holes, self.whole, self.least = constants, holes, whole, least
        # By identity: hashing a tree costs as much as walking it. `kept` keeps what the ids stand for alive.
        self.folded: dict[int, Expr] = {}
        self.nullable: dict[int, bool] = {}
        self.kept: list[Expr] = []

    def fold(self, node: Expr) -> Expr:
        if id(node) not in self.folded:
            self.folded[id(node)] = self._folded(node)
            self.kept.append(node)
        return self.folded[id(node)]

    def number(self, node: Number) -> Number:
        folded = self.fold(node)
        assert isinstance(folded, Number)  # noqa: S101 - a number folds to a number; this tells the type checker
        return folded

    def truth(self, node: Truth) -> Truth:
        folded = self.fold(node)
        assert isinstance(folded, Truth)  # noqa: S101 - a truth folds to a truth
        return folded

    def _folded(self, node: Expr) -> Expr:
        match node:
            case Column(name) if name in self.constants:
                value = self.constants[name]
                return MISSING if value is None else Constant(value)
            case Answered(name) if name in self.constants:
                return Known(self.constants[name] is not None)
            case Answered(name) if name not in self.holes:
                return Known(True)
            case Add(left, right) | Subtract(left, right) | Multiply(left, right):
                return _arithmetic(type(node), self.number(left), self.number(right))
            case Compare(left, op, right):
                return _compared(self.number(left), op, self.number(right), self.whole)
            case Choose(when, then, otherwise):
                return _chosen(self.truth(when), self.number(then), self.number(otherwise))
            case OrElse(number, fallback):
                known = self.number(number)
                if known == MISSING:
                    return self.number(fallback)
                return OrElse(known, self.number(fallback)) if self.may_be_null(known) else known
            case CountTrue(of):
                return CountTrue(tuple(self.truth(part) for part in of))
        return self._truth_folded(node)

    def _truth_folded(self, node: Expr) -> Expr:
        match node:
            case Not(of):
                inner = self.truth(of)
                return (
                    Known(None if inner.truth is None else not inner.truth) if isinstance(inner, Known) else Not(inner)
                )
            case Certain(of):
                inner = self.truth(of)
                if isinstance(inner, Known):
                    return Known(inner.truth is True)
                return Certain(inner) if self.may_be_null(inner) else inner
            case All(of):
                return _joined(All, _without_implied([self.truth(part) for part in of], self.least))
            case AnyOf(of):
                return _joined(AnyOf, [self.truth(part) for part in of])
            case AtLeast(count, of):
                return _at_least(count, [self.truth(part) for part in of])
            case AtMost(count, of):
                more = _at_least(count + 1, [self.truth(part) for part in of])
                match more:
                    case Known(truth):
                        return Known(None if truth is None else not truth)
                    case AtLeast(least, left):
                        return AtMost(least - 1, left)
        return node

    def may_be_null(self, node: Expr) -> bool:
        """Whether a folded tree can be missing or unknown in some row."""
        if id(node) not in self.nullable:
            self.nullable[id(node)] = self._may_be_null(node)
            self.kept.append(node)
        return self.nullable[id(node)]

    def _may_be_null(self, node: Expr) -> bool:
        match node:
            case Column(name) | CodeIs(name, _):
                return name in self.holes
            case DaysBetween(start, end):
                return start in self.holes or end in self.holes
            case Known(truth):
                return truth is None
            case Add(left, right) | Subtract(left, right) | Multiply(left, right) | Compare(left, _, right):
                return self.may_be_null(left) or self.may_be_null(right)
            case Choose(when, then, otherwise):
                return any(self.may_be_null(part) for part in (when, then, otherwise))
            case OrElse(_, fallback):
                return self.may_be_null(fallback)
            case Not(of):
                return self.may_be_null(of)
            case All(of) | AnyOf(of) | AtLeast(_, of) | AtMost(_, of):
                return any(self.may_be_null(part) for part in of)
        return False


def _arithmetic(kind: type[Add] | type[Subtract] | type[Multiply], left: Number, right: Number) -> Number:
    if MISSING in (left, right):
        return MISSING
    if isinstance(left, Constant) and isinstance(right, Constant):
        return _constant(_ARITHMETIC[kind](_fraction(left), _fraction(right)))
    if kind is Multiply and Constant(1) in (left, right):
        return right if left == Constant(1) else left
    return kind(left, right)


def _compared(left: Number, op: Comparison, right: Number, whole: bool) -> Truth:
    if MISSING in (left, right):
        return Known(None)
    if isinstance(left, Constant) and isinstance(right, Constant):
        return Known(_COMPARISONS[op](_fraction(left), _fraction(right)))
    if isinstance(left, Constant):
        return _compared(right, _TURNED[op], left, whole)
    plainer = _two_columns(left, op, right)
    if plainer is not None:
        return plainer
    if isinstance(right, Constant) and isinstance(left, Multiply) and isinstance(left.left, Constant):
        factor = _fraction(left.left)
        if factor > 0:
            return _compared(left.right, op, _constant(_fraction(right) / factor), whole)
    if whole and isinstance(right, Constant) and right.denominator != 1 and op not in ("==", "!=") and _whole(left):
        # A whole number passes 5/3 exactly where it passes 1 or reaches 2: no factor, and narrower integers. 4/2 may
        # stand there too, and is 2 from both sides.
        limit = _fraction(right)
        return Compare(left, op, Constant(floor(limit) if op in (">", "<=") else ceil(limit)))
    return Compare(left, op, right)


def _two_columns(left: Number, op: Comparison, right: Number) -> Truth | None:
    """5 (b - f) >= b as 4 b >= 5 f: no difference to compute, and narrower integers; None where it is not like that."""
    sides = linear(left), linear(right)
    if sides[0] is None or sides[1] is None:
        return None
    factors = {name: sides[0].get(name, 0) - sides[1].get(name, 0) for name in {**sides[0], **sides[1]}}
    named = {name: factor for name, factor in factors.items() if factor and name}
    if factors.get("", 0) or len(named) != 2 or min(named.values()) > 0 or max(named.values()) < 0:
        return None
    shared = lcm(*(f.denominator for f in named.values()))
    whole = {name: int(factor * shared) for name, factor in named.items()}
    common = gcd(*whole.values())
    up, down = sorted(whole, key=lambda name: -whole[name])
    return Compare(_times(whole[up] // common, up), op, _times(-whole[down] // common, down))


def _without_implied(parts: list[Truth], least: Mapping[str, int]) -> list[Truth]:
    """
    `parts` without a comparison `u > v` that another, `5 u >= 6 v`, implies because neither lies below zero.

    The guard "better at all" beside "better by 20 percent" is needed where both values can be zero, and only there.
    """
    return [part for part in parts if not any(_implies(other, part, least) for other in parts if other != part)]


def _implies(other: Truth, guard: Truth, least: Mapping[str, int]) -> bool:
    match guard, other:
        case Compare(Column(u), ">", Column(v)), Compare(left, ">" | ">=" as op, right):
            sides = linear(left), linear(right)
            if sides[0] is None or sides[1] is None or set(sides[0]) != {u} or set(sides[1]) != {v}:
                return False
            p, q = sides[0][u], sides[1][v]
            lowest = least.get(u, -1), least.get(v, -1)
            if min(lowest) < 0 or not 0 < p <= q:
                return False
            return op == ">" or (p < q and max(lowest) > 0)
    return False


def _times(factor: int, name: str) -> Number:
    return Column(name) if factor == 1 else Multiply(Constant(factor), Column(name))


def _chosen(when: Truth, then: Number, otherwise: Number) -> Number:
    if isinstance(when, Known):
        return MISSING if when.truth is None else then if when.truth else otherwise
    return Choose(when, then, otherwise)


def _joined(kind: type[All] | type[AnyOf], parts: list[Truth]) -> Truth:
    """All or any of `parts`: neutral truths left out, one that decides taken alone, what another implies dropped."""
    decisive, inner = (Known(False), AnyOf) if kind is All else (Known(True), All)
    neutral = Known(kind is All)
    left = list(dict.fromkeys(part for part in parts if part != neutral))
    if decisive in left:
        return decisive
    # a or (a and x) is a, whatever x is, unknown included.
    left = [part for part in left if not (isinstance(part, inner) and any(p in left for p in part.of))]
    if len(left) == 1:
        return left[0]
    return kind(tuple(left)) if left else neutral


def _at_least(count: int, of: list[Truth]) -> Truth:
    needed = count - sum(part == Known(True) for part in of)
    left = [part for part in of if part not in (Known(True), Known(False))]
    if needed <= 0:
        return Known(True)
    return Known(False) if needed > len(left) else AtLeast(needed, tuple(left))


def _whole(node: Number) -> bool:
    match node:
        case Column() | DaysBetween() | CountTrue():
            return True
        case Constant(_, denominator):
            return denominator == 1
        case Add(left, right) | Subtract(left, right) | Multiply(left, right):
            return _whole(left) and _whole(right)
        case Choose(_, then, otherwise):
            return _whole(then) and _whole(otherwise)
        case OrElse(number, fallback):
            return _whole(number) and _whole(fallback)


def _fraction(constant: Constant) -> Fraction:
    return Fraction(constant.numerator, constant.denominator)


def _constant(number: Fraction) -> Constant:
    return Constant(number.numerator, number.denominator)
