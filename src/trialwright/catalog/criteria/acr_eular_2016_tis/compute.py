"""The 2016 ACR/EULAR total improvement score: points for absolute change on each measure's scale, and its bounds."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from trialwright.catalog.criteria.operators import (
    Outputs,
    Threshold,
    amount,
    constant,
    lookup_sum,
    points,
    range_change,
    total,
    undetermined_unless,
)
from trialwright.catalog.exact_text import exact_text, rounded_apart
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import NumberRow, NumberTable, Reason, Source
from trialwright.model.expression import AnyOf, Choose, Column, Compare, Expr, Number, OrElse, Rule, Subtract, Truth
from trialwright.model.text import Text


class Points(NamedTuple):
    """Upper edges of the first four levels in percent of the scale (an edge belongs to the level below it), points."""

    higher_is_better: bool
    edges: tuple[int, int, int, int]
    points: tuple[str, str, str, str, str]

    @property
    def most(self) -> Fraction:
        return Fraction(self.points[-1])


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
# Lengths of scales that have one length only. MMT is 80, 150 or 260: always given. CHQ-PhS was not seen: always given.
STANDARD = {
    "imacs": {"phga": 10, "ptga": 10, "haq": 3, "exm": 10},
    "printo": {"phga": 10, "ptga": 10, "mmt": 52, "haq": 3, "exm": 20},
}
# In the PRINTO core set quality of life (CHQ-PhS) stands where the enzyme is, and rises when it gets better.
RISES = {"imacs": frozenset({"mmt"}), "printo": frozenset({"mmt", "enz"})}
# What an explanation calls the five that differ; named in the entry's sentences.
PRINTO = {"ptga": "parent_global", "mmt": "cmas", "haq": "chaq", "enz": "chq", "exm": "das"}
WORDS_FROM = ("lower", "upper")

_TABLE_3 = Source("PMC5577002 Table 3", "original")
_LENGTHS = {
    "imacs": (("10 cm VAS", "10 cm 视觉模拟评分", 10), ("HAQ or CHAQ", "HAQ 或 CHAQ", 3)),
    "printo": (("CMAS", "CMAS", 52), ("DAS", "DAS", 20)),
}
_SCALES = Source("IMACS and PRINTO core set measures, PMC2774891 and PMC7329617", "original")
TABLES = (
    NumberTable(
        name="categories",
        title=Text("Points from which improvement is minimal, moderate, major", "轻度、中度、显著改善的起始分"),
        rows=tuple(
            NumberRow(of=Text(f"{population}, {name}"), number=Fraction(cut), source=_TABLE_3)
            for population, cuts in CUT_OFFS.items()
            for name, cut in zip(CATEGORIES, cuts, strict=True)
        ),
    ),
    NumberTable(
        name="standard_ranges",
        title=Text("Length of the scale where it has only one", "量程唯一的量表"),
        says="MMT has three lengths (80, 150, 260), that of CHQ-PhS was not seen in a source: both are always given.",
        rows=tuple(
            NumberRow(of=Text(en, zh), number=Fraction(length), source=_SCALES)
            for lengths in _LENGTHS.values()
            for en, zh, length in lengths
        ),
    ),
)


def rule(parameters: Parameters) -> Rule:
    """
    Points, observed sum, lowest and highest possible total, and whether the wanted category is reached.

    Shape:    `verdict`, `observed`, `lower`, `upper`, `attainable`; per measure `points_m`, `attainable_m`; `gain_m`
              and `range_m`, whose quotient is the absolute improvement. `m_higher_better` overrides the direction.
    Units:    values and the range of the scale in one unit; edges in percent of the range, exact.
    Missing:  a measure without a value or a range may earn anything from 0 to its most; nothing is prorated. What
              a participant could attain is reckoned with the most where the baseline is missing.
    Source:   entry.yaml, Table 3.
    """
    worth = {m: _points(m, _gain(m, parameters), parameters) for m in TABLE}
    attainable = {m: OrElse(_points(m, _room(m, parameters), parameters), constant(TABLE[m].most)) for m in TABLE}
    observed = lookup_sum([worth[m] for m in TABLE])
    upper = lookup_sum([worth[m] for m in TABLE], [TABLE[m].most for m in TABLE])
    needed = constant(_needed(parameters))
    # Reached already, or out of reach even if what is missing turned out well; in between, unknown.
    verdict: Truth = AnyOf((Compare(observed, ">=", needed), undetermined_unless(Compare(upper, ">=", needed))))
    outputs: dict[str, Expr] = {
        "verdict": verdict,
        "observed": observed,
        "lower": observed,
        "upper": upper,
        "attainable": total([attainable[m] for m in TABLE]),
    }
    for m in TABLE:
        outputs |= {f"points_{m}": worth[m], f"attainable_{m}": attainable[m]}
        outputs |= {f"gain_{m}": _gain(m, parameters), f"range_{m}": _range(m, parameters)}
    standard = _standard(parameters)
    columns = tuple(f"{m}_{part}" for m in TABLE for part in ("b", "f", "range", "higher_better"))
    columns += tuple(f"{m}_scale" for m in standard)
    optional = tuple(f"{m}_higher_better" for m in TABLE) + tuple(f"{m}_range" for m in standard)
    return Rule(columns, outputs, optional=optional)


def lengths(parameters: Parameters) -> Mapping[str, Fraction | None]:
    """
    The measures whose values cannot lie beyond the length of their scale, and that length where the table has one.

    An enzyme can: its scale is a multiple of a limit of normal, and no end of it.
    """
    known = _standard(parameters)
    bounded = [m for m in TABLE if m != "enz" or parameters.choice("core_set") == "printo"]
    return {m: Fraction(known[m]) if m in known else None for m in bounded}


def words(outputs: Outputs, parameters: Parameters) -> dict[str, str]:
    """`category`: none, minimal, moderate or major; `undetermined:A..B` where the bounds fall into different ones."""
    low = _category(outputs["lower"], parameters)
    high = _category(outputs["upper"], parameters)
    return {"category": low if low == high else f"undetermined:{low}..{high}"}


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """The verdict, the total or its bounds, what each measure earned, and what would have changed the verdict."""
    lower, upper = outputs["lower"] or 0, outputs["upper"] or 0
    absent = [m for m in TABLE if outputs[f"points_{m}"] is None]
    fields = {
        "lower": exact_text(lower),
        "upper": exact_text(upper),
        "needed": str(_needed(parameters)),
        "measures": ",".join(absent),
    }
    verdict = outputs["verdict"]
    key = "open" if verdict is None else "met" if verdict else "not_met"
    told = Reason("total" if lower == upper else "total_open", fields)
    reasons = [
        Reason(key, fields),
        told,
        *(_measure_reason(m, outputs) for m in TABLE),
        *_turning(outputs, _needed(parameters), lower),
    ]
    return [_of_printo(each) for each in reasons] if parameters.choice("core_set") == "printo" else reasons


def _measure_reason(m: str, outputs: Outputs) -> Reason:
    return _moved_reason(m, outputs[f"points_{m}"], outputs[f"gain_{m}"], outputs[f"range_{m}"])


@lru_cache(maxsize=100_000)
def _moved_reason(
    m: str, worth: Fraction | int | None, gain: Fraction | int | None, scale: Fraction | int | None
) -> Reason:
    """Remembered, because a scale of a hundred steps has few changes and a table of patients repeats them."""
    if worth is None or gain is None or not scale:
        return Reason("missing", {"measure": m, "most": exact_text(TABLE[m].most)})
    if gain == 0:
        return Reason("unchanged", {"measure": m})
    moved = Fraction(gain) / Fraction(scale) * 100
    near = min(TABLE[m].edges, key=lambda edge: abs(edge - abs(moved)))
    fields = {"measure": m, "pct": rounded_apart(abs(moved), near), "points": exact_text(Fraction(worth))}
    return Reason("worse" if gain < 0 else "points" if worth else "no_points", fields)


def _turning(outputs: Outputs, needed: int, lower: Fraction | int) -> list[Reason]:
    """What alone would have changed the verdict; nothing where something missing could still decide it."""
    earned = {m: outputs[f"points_{m}"] or 0 for m in TABLE}
    if outputs["verdict"]:
        spare = lower - needed
        decisive = [m for m in TABLE if earned[m] > spare]
        key = "the_one" if len(decisive) == 1 else "each_one"
        return [Reason(key, {"measures": ",".join(decisive)}) if decisive else Reason("to_spare")]
    if outputs["verdict"] is None:
        return []
    most = {m: outputs[f"attainable_{m}"] or 0 for m in TABLE}
    attainable, short = outputs["attainable"] or 0, needed - lower
    fields = {"attainable": exact_text(attainable), "short": exact_text(short)}
    if attainable < needed:
        return [Reason("out_of_reach", fields)]
    would = [m for m in TABLE if outputs[f"points_{m}"] is not None and most[m] - earned[m] >= short]
    if not would:
        return [Reason("several_would", fields)]
    return [Reason("one_would" if len(would) == 1 else "any_would", {**fields, "measures": ",".join(would)})]


def _of_printo(reason: Reason) -> Reason:
    """The same with what the PRINTO core set has in the places of the IMACS measures."""
    told = {
        field: ",".join(PRINTO.get(m, m) for m in text.split(",")) if field.startswith("measure") else text
        for field, text in reason.fields.items()
    }
    return Reason(reason.key, told)


def _needed(parameters: Parameters) -> int:
    return CUT_OFFS[parameters.choice("population")][CATEGORIES.index(parameters.choice("category"))]


def _category(total: Fraction | int | bool | None, parameters: Parameters) -> str:
    reached = [
        name
        for name, cut in zip(CATEGORIES, CUT_OFFS[parameters.choice("population")], strict=True)
        if total is not None and total >= cut
    ]
    return reached[-1] if reached else "none"


def _standard(parameters: Parameters) -> Mapping[str, int]:
    return STANDARD[parameters.choice("core_set")] if parameters.choice("ranges") == "standard" else {}


def _range(m: str, parameters: Parameters) -> Number:
    given, length = Column(f"{m}_range"), _standard(parameters).get(m)
    return given if length is None else OrElse(given, amount(Fraction(length), m))


def _rises(m: str, parameters: Parameters) -> Truth:
    usual = constant(int(m in RISES[parameters.choice("core_set")]))
    return Compare(OrElse(Column(f"{m}_higher_better"), usual), "==", constant(1))


def _gain(m: str, parameters: Parameters) -> Number:
    before, now = Column(f"{m}_b"), Column(f"{m}_f")
    return Choose(_rises(m, parameters), Subtract(now, before), Subtract(before, now))


def _room(m: str, parameters: Parameters) -> Number:
    """How far the measure could improve from its baseline: down to 0, or up to the end of its scale."""
    before = Column(f"{m}_b")
    return Choose(_rises(m, parameters), Subtract(_range(m, parameters), before), before)


def _points(m: str, gain: Number, parameters: Parameters) -> Number:
    """The points of the highest level whose lower edge is passed; missing where the gain or the range is."""
    length = _range(m, parameters)
    levels = [
        (range_change(gain, length, Threshold(Fraction(edge), strict=True)), Fraction(worth))
        for edge, worth in zip(TABLE[m].edges, TABLE[m].points[1:], strict=True)
    ]
    return points(levels, Fraction(TABLE[m].points[0]))
