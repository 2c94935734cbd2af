"""Muscle enzymes: multiples of the upper limit of normal, and the pair of the enzyme most abnormal at entry."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from trialwright.catalog.criteria.operators import constant
from trialwright.catalog.instruments.answers import number
from trialwright.catalog.parameters import amounts
from trialwright.model.entry import Answers, NumberRow, NumberTable, Pair, Scored, Source, Told, Undecided
from trialwright.model.expression import (
    All,
    Answered,
    AnyOf,
    Certain,
    Choose,
    Column,
    Compare,
    Constant,
    Expr,
    Known,
    Multiply,
    Not,
    Number,
    Rule,
    Truth,
)
from trialwright.model.quantity import Missing
from trialwright.model.text import Text

U_PER_L = {"µkat/L": Fraction(60)}  # 1 µkat = 1 µmol/s = 60 µmol/min = 60 U

ORDERS = {
    "ck_aldolase_ldh_ast_alt": ("ck", "aldolase", "ldh", "ast", "alt"),
    "ck_ldh_ast_alt_aldolase": ("ck", "ldh", "ast", "alt", "aldolase"),
}

UNDECIDED = "undecided"

# Length of an enzyme's scale in the 2016 criteria, in multiples of its ULN, for adults; table 1, never changed.
# Aldolase, and every multiple for children, were not seen in any source: refused unless the study brings its own.
SCALE_ULN = {"ck": 15, "ldh": 3, "ast": 3, "alt": 3}
_SCRIPT = Source("a public R analysis script of the 2016 criteria, which cites the guide", "secondary")
TABLES = (
    NumberTable(
        name="scale_lengths",
        title=Text("Length of the scale in multiples of the ULN, adults", "量程（正常值上限的倍数，成人）"),
        says=(
            "Only the 2016 response criteria use it. That of aldolase and those for children have not been seen in a "
            "source: without the study's own multiple (own_multiples) such a scale has no length."
        ),
        serves=("scale_length",),
        rows=tuple(
            NumberRow(of=Text(enzyme.upper()), number=Fraction(multiple), source=_SCRIPT)
            for enzyme, multiple in SCALE_ULN.items()
        ),
    ),
)

Enzyme = Literal["CK", "ALD", "LDH", "AST", "ALT"]
Unit = Literal["U/L", "ukat/L", "µkat/L"]
ENZYMES: dict[Enzyme, str] = {"CK": "ck", "ALD": "aldolase", "LDH": "ldh", "AST": "ast", "ALT": "alt"}
TIE = "TIE"
MISSING = Choose(Known(None), Constant(0), Constant(0))
"""No number, as a tree."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One upper limit of normal as a laboratory prints it, for everybody or for one sex."""

    enzyme: Enzyme
    uln: Fraction
    laboratory: str = ""
    sex: Literal["F", "M"] | None = None
    unit: Unit = "U/L"

    def __post_init__(self) -> None:
        if self.uln <= 0:
            raise ValueError(f"{self.enzyme}: a limit lies above 0")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """
    One sample: values and limits by enzyme (null = not measured), in U/L unless `units` says otherwise.

    Where a limit is not given beside the value it is looked up in `limits` by laboratory and sex.
    """

    values: dict[Enzyme, Fraction | None]
    uln: dict[Enzyme, Fraction | None] = {}
    units: dict[Enzyme, Unit] = {}
    limits: Sequence[Limit] = ()
    laboratory: str = ""
    sex: Literal["F", "M"] | None = None
    order: list[Enzyme] = []

    def __post_init__(self) -> None:
        if any(found is not None and found < 0 for found in self.values.values()):
            raise ValueError("values: no enzyme lies below 0")
        if any(limit is not None and limit <= 0 for limit in self.uln.values()):
            raise ValueError("uln: a limit lies above 0")
        if self.order and sorted(self.order) != sorted(ENZYMES):
            raise ValueError(f"order: name each of {', '.join(ENZYMES)} once")

    def answers(self) -> dict[Enzyme, tuple[Fraction | None, Fraction | None]]:
        """Value and limit of each enzyme in U/L."""
        return {enzyme: (self._value(enzyme), self._limit(enzyme)) for enzyme in ENZYMES}

    def _value(self, enzyme: Enzyme) -> Fraction | None:
        found = self.values.get(enzyme)
        return None if found is None else found * _factor(self.units.get(enzyme, "U/L"))

    def _limit(self, enzyme: Enzyme) -> Fraction | None:
        beside = self.uln.get(enzyme)
        if beside is not None:
            return beside * _factor(self.units.get(enzyme, "U/L"))
        fitting = {
            limit.uln * _factor(limit.unit)
            for limit in self.limits
            if limit.enzyme == enzyme
            and limit.laboratory in ("", self.laboratory)
            and (limit.sex is None or self.sex is None or limit.sex == self.sex)
        }
        # Two limits that differ, by a sex that is not known for instance, are as good as none.
        return fitting.pop() if len(fitting) == 1 else None


def answer(given: Given, settings: Mapping[str, str]) -> dict[str, Told]:
    """
    `pick`, the enzyme most abnormal by multiple of its own limit ("TIE" while no order is set), and its `multiple`.

    Missing: undecided where no enzyme has value and limit; with `missing_uln: undetermined` also where a measured one
             has no limit.
    """
    found = given.answers()
    without = [enzyme for enzyme, (level, limit) in found.items() if level is not None and limit is None]
    multiples = {e: level / limit for e, (level, limit) in found.items() if level is not None and limit is not None}
    if not multiples or (without and settings["missing_uln"] == "undetermined"):
        why = f"{', '.join(without)} has no upper limit of normal" if without else "no enzyme is measured"
        return dict.fromkeys(("pick", "multiple", "tied", "passed_over"), Undecided(why))
    most = max(multiples.values())
    tied = [enzyme for enzyme in _order(given, settings) if multiples.get(enzyme) == most]
    decided = len(tied) == 1 or given.order or settings["ties"] != UNDECIDED
    return {
        "pick": tied[0] if decided else TIE,
        "multiple": most,
        "tied": ", ".join(tied) if len(tied) > 1 else None,
        "passed_over": ", ".join(without) or None,
    }


def _order(given: Given, settings: Mapping[str, str]) -> list[Enzyme]:
    """The enzymes in the order that decides between equals: the line's own, else the chosen one."""
    if given.order or settings["ties"] == UNDECIDED:
        return given.order or list(ENZYMES)
    return sorted(ENZYMES, key=lambda enzyme: ORDERS[settings["ties"]].index(ENZYMES[enzyme]))


def _factor(unit: Unit) -> Fraction:
    return Fraction(1) if unit == "U/L" else U_PER_L["µkat/L"]


def score(answers: Answers, options: dict[str, str]) -> dict[str, Scored]:
    """
    `most_abnormal_multiple`: the largest multiple of its own ULN among the enzymes measured.

    Missing: as `_most_abnormal`; two equals have one multiple, whichever goes first.
    """
    declared = options["ties"] != UNDECIDED
    enzyme = _most_abnormal(answers, options if declared else {**options, "ties": next(iter(ORDERS))})
    if isinstance(enzyme, Missing):
        return {"most_abnormal_multiple": enzyme}
    return {"most_abnormal_multiple": _multiple(answers, enzyme)}


def pair(baseline: Answers, now: Answers, options: dict[str, str]) -> Pair:
    """
    The enzyme most abnormal at entry, at both visits, in U/L: the same enzyme is followed to the end.

    Shape:   `chosen` names it; `range` is its scale in U/L, a multiple of the ULN at entry.
    Missing: at baseline as `_most_abnormal`; now, the reason why that very enzyme is missing. No range where the
             multiple was never seen in a source and the study has none of its own.
    Source:  ACR 2020 abstract 1058; entry.yaml.
    """
    enzyme = _most_abnormal(baseline, options)
    if isinstance(enzyme, Missing):
        return Pair(enzyme, Missing("unknown"))
    uln = number(baseline, f"{enzyme}_uln", U_PER_L)
    multiple = _multiple_of_scale(enzyme, options)
    length = uln * multiple if isinstance(uln, Fraction) and isinstance(multiple, Fraction) else Missing("unknown")
    return Pair(number(baseline, enzyme, U_PER_L), number(now, enzyme, U_PER_L), enzyme, length)


def pair_rule(options: Mapping[str, str], parts: Sequence[str]) -> Rule:
    """
    `pair` as expression trees, for many participants at once: `b` at baseline, each of `parts` later, and `range`.

    Shape:   columns `ck_b`, `ck_uln`, and `ck_<part>` of every enzyme, whole numbers over one denominator.
    Units:   U/L, as everywhere in the study: a column has one unit.
    Missing: as `pair`.
    """
    order = ORDERS.get(options["ties"], tuple(ENZYMES.values())) if options["followed"] == "most_abnormal" else ("ck",)
    first = {enzyme: _goes_first(enzyme, order, options) for enzyme in order}
    outputs: dict[str, Expr] = {part: _of_the_first(first, part) for part in ("b", *parts)}
    lengths = {enzyme: _multiple_of_scale(enzyme, options) for enzyme in order}
    length: Number = MISSING
    for enzyme in reversed(order):
        times = lengths[enzyme]
        own = Multiply(constant(times), Column(f"{enzyme}_uln")) if isinstance(times, Fraction) else MISSING
        length = Choose(first[enzyme], own, length)
    columns = tuple(f"{enzyme}_{part}" for enzyme in order for part in ("b", "uln", *parts))
    return Rule(columns, {**outputs, "range": length})


def _goes_first(enzyme: str, order: Sequence[str], options: Mapping[str, str]) -> Truth:
    """Measured, with a limit, and no other enzyme more abnormal; of equals the first in the order, or none."""
    clauses: list[Truth] = [Answered(f"{enzyme}_b"), Answered(f"{enzyme}_uln")]
    for other in order:
        if other == enzyme:
            continue
        theirs = Multiply(Column(f"{other}_b"), Column(f"{enzyme}_uln"))
        ours = Multiply(Column(f"{enzyme}_b"), Column(f"{other}_uln"))
        tie_loses = options["ties"] == UNDECIDED or order.index(other) < order.index(enzyme)
        clauses.append(Not(Certain(Compare(theirs, ">=" if tie_loses else ">", ours))))
    if options["missing_uln"] == "undetermined":
        clauses += [AnyOf((Not(Answered(f"{other}_b")), Answered(f"{other}_uln"))) for other in order]
    return Certain(All(tuple(clauses)))


def _of_the_first(first: Mapping[str, Truth], part: str) -> Number:
    value: Number = MISSING
    for enzyme in reversed(list(first)):
        value = Choose(first[enzyme], Column(f"{enzyme}_{part}"), value)
    return value


def _multiple_of_scale(enzyme: str, options: Mapping[str, str]) -> Scored:
    """How many ULN the enzyme's scale is long: the study's own multiple, else one seen in a source."""
    own = amounts(options["own_multiples"])
    if enzyme in own:
        return own[enzyme]
    seen = SCALE_ULN if options["population"] == "adult" else {}
    return Fraction(seen[enzyme]) if enzyme in seen else Missing("unknown")


def _most_abnormal(answers: Answers, options: dict[str, str]) -> str | Missing:
    """
    Largest multiple of the ULN; of equals the first in the declared order; CK alone where `followed` says so.

    Missing: no enzyme has both a value and its ULN: the reason of the first one. Under `missing_uln: undetermined`
             also where any measured enzyme has no ULN, for it might have been the largest. "unknown" where two are
             equally abnormal and no order was declared.
    """
    # "The muscle enzyme" read as CK, whatever else was raised: a reading of protocols that name no rule.
    order = ORDERS.get(options["ties"], tuple(ENZYMES.values())) if options["followed"] == "most_abnormal" else ("ck",)
    multiples = {enzyme: _multiple(answers, enzyme) for enzyme in order}
    known = {enzyme: m for enzyme, m in multiples.items() if isinstance(m, Fraction)}
    measured = [enzyme for enzyme in order if isinstance(number(answers, enzyme, U_PER_L), Fraction)]
    if options["missing_uln"] == "undetermined" and set(measured) - set(known):
        return Missing("unknown")
    if not known:
        return next(m for m in multiples.values() if isinstance(m, Missing))
    most = max(known.values())
    tied = [enzyme for enzyme in order if known.get(enzyme) == most]
    return tied[0] if len(tied) == 1 or options["ties"] != UNDECIDED else Missing("unknown")


def _multiple(answers: Answers, enzyme: str) -> Scored:
    found, uln = number(answers, enzyme, U_PER_L), number(answers, f"{enzyme}_uln", U_PER_L)
    if isinstance(found, Missing):
        return found
    if isinstance(uln, Missing):
        return uln
    return found / uln if uln > 0 else Missing("unknown")
