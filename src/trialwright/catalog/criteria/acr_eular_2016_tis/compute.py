"""The 2016 ACR/EULAR total improvement score: points for absolute change on each measure's scale, and its bounds."""

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from trialwright.catalog.exact_text import exact_text, rounded_apart
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import (
    Add,
    All,
    AnyOf,
    Choose,
    Column,
    Compare,
    Constant,
    Expr,
    Known,
    Multiply,
    Number,
    OrElse,
    Rule,
    Subtract,
    Truth,
)

Outputs = Mapping[str, Fraction | int | bool | None]


class Points(NamedTuple):
    """Upper edges of the first four levels in percent of the scale (an edge belongs to the level below it), points."""

    higher_is_better: bool
    edges: tuple[int, int, int, int]
    points: tuple[str, str, str, str, str]


_USUAL, _STRENGTH = (5, 15, 25, 40), (2, 10, 20, 30)
TABLE = {
    "phga": Points(False, _USUAL, ("0", "7.5", "15", "17.5", "20")),
    "ptga": Points(False, _USUAL, ("0", "2.5", "5", "7.5", "10")),
    "mmt": Points(True, _STRENGTH, ("0", "10", "20", "27.5", "32.5")),
    "haq": Points(False, _USUAL, ("0", "5", "7.5", "7.5", "10")),
    "enz": Points(False, _USUAL, ("0", "2.5", "5", "7.5", "7.5")),
    "exm": Points(False, _USUAL, ("0", "7.5", "12.5", "15", "20")),
}
CATEGORIES = ("minimal", "moderate", "major")
CUT_OFFS = {"adult": (20, 40, 60), "juvenile": (30, 45, 70)}


def rule(parameters: Parameters) -> Rule:
    """
    Points, observed sum, lowest and highest possible total, and whether the wanted category is reached.

    Shape:    `verdict`, `observed`, `lower`, `upper`; per measure `points_m`, and `gain_m`, `range_m` whose quotient is
              the absolute improvement. `m_higher_better` (1 or 0) overrides the usual direction where it is given.
    Units:    values and the range of the scale in one unit; edges in percent of the range, exact.
    Missing:  a measure without a value or a range may earn anything from 0 to its most; nothing is prorated.
    Source:   entry.yaml, Table 3.
    """
    points = {m: _points(m) for m in TABLE}
    observed = _sum([OrElse(points[m], Constant(0)) for m in TABLE])
    upper = _sum([OrElse(points[m], _constant(TABLE[m].points[-1])) for m in TABLE])
    needed = Constant(_needed(parameters))
    # Reached already, or out of reach even if what is missing turned out well; in between, unknown.
    reachable = All((Compare(upper, ">=", needed), Known(None)))
    verdict: Truth = AnyOf((Compare(observed, ">=", needed), reachable))
    outputs: dict[str, Expr] = {"verdict": verdict, "observed": observed, "lower": observed, "upper": upper}
    for m in TABLE:
        outputs |= {f"points_{m}": points[m], f"gain_{m}": _gain(m), f"range_{m}": Column(f"{m}_range")}
    columns = tuple(f"{m}_{part}" for m in TABLE for part in ("b", "f", "range", "higher_better"))
    return Rule(columns, outputs, optional=tuple(f"{m}_higher_better" for m in TABLE))


WORDS_FROM = ("lower", "upper")


def words(outputs: Outputs, parameters: Parameters) -> dict[str, str]:
    """`category`: none, minimal, moderate or major; `undetermined:A..B` where the bounds fall into different ones."""
    low = _category(outputs["lower"], parameters)
    high = _category(outputs["upper"], parameters)
    return {"category": low if low == high else f"undetermined:{low}..{high}"}


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """The verdict, the total or its bounds, then what each measure earned."""
    lower, upper = Fraction(outputs["lower"] or 0), Fraction(outputs["upper"] or 0)
    absent = [m for m in TABLE if outputs[f"points_{m}"] is None]
    fields = {
        "lower": exact_text(lower),
        "upper": exact_text(upper),
        "needed": str(_needed(parameters)),
        "measures": ",".join(absent),
    }
    verdict = outputs["verdict"]
    key = "open" if verdict is None else "met" if verdict else "not_met"
    total = "total" if lower == upper else "total_open"
    return [Reason(key, fields), Reason(total, fields), *(_measure_reason(m, outputs) for m in TABLE)]


def _measure_reason(m: str, outputs: Outputs) -> Reason:
    points, gain, scale = outputs[f"points_{m}"], outputs[f"gain_{m}"], outputs[f"range_{m}"]
    if points is None or gain is None or not scale:
        return Reason("missing", {"measure": m, "most": exact_text(Fraction(TABLE[m].points[-1]))})
    if gain == 0:
        return Reason("unchanged", {"measure": m})
    moved = Fraction(gain) / Fraction(scale) * 100
    near = min(TABLE[m].edges, key=lambda edge: abs(edge - abs(moved)))
    fields = {"measure": m, "pct": rounded_apart(abs(moved), near), "points": exact_text(Fraction(points))}
    return Reason("worse" if gain < 0 else "points" if points else "no_points", fields)


def _needed(parameters: Parameters) -> int:
    return CUT_OFFS[parameters.choice("population")][CATEGORIES.index(parameters.choice("category"))]


def _category(total: Fraction | int | bool | None, parameters: Parameters) -> str:
    reached = [
        name
        for name, cut in zip(CATEGORIES, CUT_OFFS[parameters.choice("population")], strict=True)
        if total is not None and total >= cut
    ]
    return reached[-1] if reached else "none"


def _gain(m: str) -> Number:
    before, now = Column(f"{m}_b"), Column(f"{m}_f")
    usual = Constant(int(TABLE[m].higher_is_better))
    higher = Compare(OrElse(Column(f"{m}_higher_better"), usual), "==", Constant(1))
    return Choose(higher, Subtract(now, before), Subtract(before, now))


def _points(m: str) -> Number:
    """The points of the highest level whose lower edge is passed; missing where the gain or the range is."""
    level: Number = _constant(TABLE[m].points[0])
    for edge, points in zip(TABLE[m].edges, TABLE[m].points[1:], strict=True):
        share = Fraction(edge, 100)
        passed = Compare(
            Multiply(Constant(share.denominator), _gain(m)),
            ">",
            Multiply(Constant(share.numerator), Column(f"{m}_range")),
        )
        level = Choose(passed, _constant(points), level)
    return level


def _constant(text: str) -> Constant:
    number = Fraction(text)
    return Constant(number.numerator, number.denominator)


def _sum(numbers: list[Number]) -> Number:
    return reduce(Add, numbers)
