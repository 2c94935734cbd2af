"""
Criteria of the kind "k of n measures better, no more than m worse": the trees and the account of a verdict.

IMACS, PRINTO and ACR responses differ only in their `CoreSet`; each compute.py says which one its parameters mean.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from trialwright.catalog.criteria.operators import (
    Outputs,
    Threshold,
    Visit,
    confirmed,
    flag,
    gain,
    k_of_n,
    opposite,
    relative_change,
    unless_from_zero,
)
from trialwright.catalog.exact_text import exact_text, rounded_apart
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import All, Certain, Column, CountTrue, Expr, Not, Rule, Truth

NOTHING: Mapping[str, Fraction] = {}


class CoreSet(NamedTuple):
    """
    What a response asks of its measures.

    `enough` of `names` improved and all of `needed` (which are not counted among them); at most `allowed_worse` worse,
    where None says that worsening does not matter; none of `vetoes` worse; `uncounted` may worsen freely.
    `least`: the smallest change of a measure that counts, in its unit.
    """

    names: tuple[str, ...]
    higher_is_better: frozenset[str]
    enough: int
    improved: Threshold
    allowed_worse: int | None = None
    worse: Threshold = Threshold(Fraction(0))
    needed: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    zero_rise_is_worse: bool = True
    least: Mapping[str, Fraction] = NOTHING

    @property
    def every(self) -> tuple[str, ...]:
        return (*self.needed, *self.names)

    @property
    def counted(self) -> tuple[str, ...]:
        """Measures whose worsening counts: an ignored one leaves the count, so that its absence leaves nothing open."""
        return () if self.allowed_worse is None else tuple(m for m in self.names if m not in self.uncounted)

    def watches(self, m: str) -> bool:
        """Whether the worsening of a measure has a say at all."""
        return m in self.vetoes or (self.allowed_worse is not None and m in self.names and m not in self.uncounted)


def counted_core_set(
    parameters: Parameters, *, strength: str, worsening: str, higher_is_better: frozenset[str], least: str = ""
) -> CoreSet:
    """
    k of n measures improved and at most so many worse, from the parameters that every such definition has.

    `strength` names the measure whose worsening may be a veto, `worsening` the parameter that says so, `least` the one
    with the smallest changes that count, where the definition has it.
    """
    names = tuple(parameters.names("measures"))
    held = tuple(m for m in names if m == strength)
    says = parameters.choice(worsening)
    return CoreSet(
        names=names,
        higher_is_better=higher_is_better,
        enough=parameters.integer("enough"),
        improved=Threshold(parameters.number("improved_by_pct"), parameters.truth("improved_strict")),
        allowed_worse=parameters.integer("allowed_worse"),
        worse=Threshold(parameters.number("worse_by_pct"), parameters.truth("worse_strict")),
        vetoes=held if says == "veto" else (),
        uncounted=held if says == "ignored" else (),
        zero_rise_is_worse=parameters.choice("zero_rise") == "worse",
        least=parameters.amounts(least) if least else NOTHING,
    )


def core_set_rule(core: CoreSet, parameters: Parameters) -> Rule:
    """
    Improved at one visit (or two), as expressions over the pairs of the measures.

    Shape:    `verdict`, `n_improved`, `n_worsened`; per measure `improved_m`, `worsened_m` (neither of the two where
              worsening plays no part), and for the explanation `gain_m` (positive = better) and `base_m`, numerators
              whose quotient is the improvement. With two visits or rescue: `at_visit`, `at_next` and `rescued` too.
    Units:    values as entered; thresholds in percent of baseline, exact: gain x 100 >= percent x baseline.
    Missing:  a measure with either value missing may be improved, unchanged or worse; the verdict is unknown when
              that could decide either way.
    """
    at_visit = _at_visit(core, "f")
    columns = [f"{m}_{part}" for m in core.every for part in ("b", "f")]
    steps: dict[str, Expr] = {}
    verdict = at_visit
    if parameters.choice("confirm_visits") == "2":
        at_next = _at_visit(core, "n")
        verdict = confirmed(verdict, at_next)
        steps |= {"at_visit": at_visit, "at_next": at_next}
        columns += [f"{m}_n" for m in core.every]
    if parameters.choice("rescue") == "nonresponder":
        verdict = confirmed(verdict, Not(flag("rescue")))
        steps |= {"at_visit": at_visit, "rescued": flag("rescue")}
        columns.append("rescue")
    if core.least:
        columns += [f"{m}_scale" for m in core.every]
    if parameters.choice("missing") == "nonresponder":
        verdict = Certain(verdict)
    outputs: dict[str, Expr] = {
        "verdict": verdict,
        "n_improved": CountTrue(tuple(_improved(core, m, "f") for m in core.names)),
        **steps,
    }
    if core.allowed_worse is not None:
        outputs["n_worsened"] = CountTrue(tuple(_worsened(core, m, "f") for m in core.counted))
    for m in core.every:
        outputs[f"improved_{m}"] = _improved(core, m, "f")
        if core.allowed_worse is not None:
            outputs[f"worsened_{m}"] = _worsened(core, m, "f")
        outputs |= {f"gain_{m}": gain(m, m in core.higher_is_better), f"base_{m}": Column(f"{m}_b")}
    return Rule(tuple(columns), outputs)


def core_set_reasons(core: CoreSet, outputs: Outputs) -> list[Reason]:
    """Which clause decided, how far each measure moved and what that counts for, and what would have changed it."""
    if outputs["verdict"] is None and all(outputs[f"gain_{m}"] is None for m in core.every):
        return [Reason("none_known", {"of": str(len(core.every))})]
    measures = [_measure_reason(core, m, outputs) for m in core.every]
    return [*_later(outputs), _deciding(core, outputs), *measures, *_turning(core, outputs)]


def _at_visit(core: CoreSet, visit: Visit) -> Truth:
    improved = [_improved(core, m, visit) for m in core.names]
    worse = [_worsened(core, m, visit) for m in core.counted]
    vetoes = [_worsened(core, m, visit) for m in core.vetoes]
    # Where worsening does not matter nothing can be one too many.
    enough = k_of_n(core.enough, improved, core.allowed_worse or 0, worse, vetoes)
    needed = tuple(_improved(core, m, visit) for m in core.needed)
    return All((*needed, enough)) if needed else enough


def _improved(core: CoreSet, m: str, visit: Visit) -> Truth:
    limit = core.improved._replace(at_least=core.least.get(m, Fraction(0)))
    return relative_change(gain(m, m in core.higher_is_better, visit), m, limit)


def _worsened(core: CoreSet, m: str, visit: Visit) -> Truth:
    limit = core.worse._replace(at_least=core.least.get(m, Fraction(0)))
    loss = opposite(gain(m, m in core.higher_is_better, visit))
    worse = relative_change(loss, m, limit)
    return worse if core.zero_rise_is_worse else unless_from_zero(worse, m, loss)


def _later(outputs: Outputs) -> list[Reason]:
    """What rescue and the next visit made of an answer; both come before the visit's own account."""
    found = []
    if outputs.get("rescued"):
        found.append(Reason("rescued"))
    elif "rescued" in outputs and outputs["rescued"] is None:
        found.append(Reason("rescue_unknown"))
    if outputs.get("at_visit") is not False and "at_next" in outputs:
        at_next = outputs["at_next"]
        found.append(Reason("next_open" if at_next is None else "confirmed" if at_next else "not_confirmed"))
    return found


def _deciding(core: CoreSet, outputs: Outputs) -> Reason:
    fields = {
        "of": str(len(core.names)),
        "improved": str(outputs["n_improved"]),
        "worse": str(outputs.get("n_worsened", 0)),
        "enough": str(core.enough),
        "allowed": str(core.allowed_worse),
    }
    # Where rescue or the next visit had a say, the account of this visit is of its own answer.
    at_visit = outputs.get("at_visit", outputs["verdict"])
    kind = "_needed" if core.needed else ""
    if at_visit:
        key = "met" if outputs["verdict"] else "met_at_visit"
        return Reason(f"{key}{kind}", {**fields, "measures": ",".join(core.needed)} if kind else fields)
    lacking = [m for m in core.needed if outputs[f"improved_{m}"] is False]
    if lacking:
        return Reason("needed_lacking", {**fields, "measures": ",".join(lacking)})
    possible = sum(outputs[f"improved_{m}"] is not False for m in core.names)
    if possible < core.enough:
        key = "too_few" if possible == outputs["n_improved"] else "too_few_even_if"
        return Reason(key, {**fields, "possible": str(possible)})
    if core.allowed_worse is not None and int(outputs.get("n_worsened") or 0) > core.allowed_worse:
        return Reason("too_many_worse", fields)
    vetoed = [m for m in core.vetoes if outputs[f"worsened_{m}"]]
    if vetoed:
        return Reason("strength_worse", {**fields, "measure": vetoed[0]})
    key = "open" if outputs["verdict"] is None else "open_taken_as_not"
    return Reason(key, {**fields, "measures": ",".join(_undecided(core, outputs))})


def _undecided(core: CoreSet, outputs: Outputs) -> list[str]:
    return [
        m
        for m in core.every
        if outputs[f"improved_{m}"] is None or (core.watches(m) and outputs[f"worsened_{m}"] is None)
    ]


def _turning(core: CoreSet, outputs: Outputs) -> list[Reason]:
    """What would have changed the visit's answer; nothing where a missing measure could still decide it."""
    at_visit = outputs.get("at_visit", outputs["verdict"])
    improved, worse = int(outputs["n_improved"] or 0), int(outputs.get("n_worsened") or 0)
    allowed = len(core.every) if core.allowed_worse is None else core.allowed_worse
    if at_visit:
        found = [Reason("each_needed" if improved == core.enough else "one_to_spare")]
        return found + ([Reason("no_more_worse")] if worse == allowed and worse < len(core.counted) else [])
    if at_visit is None or any(outputs[f"worsened_{m}"] is None for m in core.every if core.watches(m)):
        return []
    vetoed = [m for m in core.vetoes if outputs[f"worsened_{m}"]]
    absent = [m for m in core.needed if outputs[f"improved_{m}"] is not True]
    lacking, excess = core.enough - improved, worse - allowed
    if lacking <= 0 and not absent:
        if vetoed and excess <= sum(m in core.counted for m in vetoed):
            return [Reason("but_for_strength", {"measure": vetoed[0]})]
        if excess > 0 and not vetoed:
            return [Reason("fewer_worse", {"excess": str(excess)})]
    if excess > 0 or vetoed or (absent and lacking > 0):
        return [Reason("several_clauses")]
    return [Reason("but_for_needed", {"measures": ",".join(absent)})] if absent else _lacking(core, lacking, outputs)


def _lacking(core: CoreSet, lacking: int, outputs: Outputs) -> list[Reason]:
    """How many more had to improve, and which came nearest; only those above zero could have got better."""
    open_to_it = [m for m in core.names if outputs[f"improved_{m}"] is False and outputs[f"base_{m}"]]
    if len(open_to_it) < lacking:
        return []
    fields = {"lacking": str(lacking), "needed": exact_text(core.improved.percent)}
    strictly = "_strict" if core.improved.strict else ""
    if lacking > 1:
        return [Reason(f"more{strictly}", fields)]
    shares = {m: Fraction(outputs[f"gain_{m}"] or 0) / Fraction(outputs[f"base_{m}"] or 1) for m in open_to_it}
    nearest = max(shares, key=lambda m: shares[m])
    told = [Reason(f"one_more{strictly}", fields)]
    return told + ([Reason("nearest", {"measure": nearest})] if shares[nearest] > 0 else [])


def _measure_reason(core: CoreSet, m: str, outputs: Outputs) -> Reason:
    moved_by, base = outputs[f"gain_{m}"], outputs[f"base_{m}"]
    if moved_by is None or base is None:
        return Reason("missing", {"measure": m})
    improved, worsened = outputs[f"improved_{m}"], outputs.get(f"worsened_{m}")
    worth = "ignored" if not core.watches(m) else "worse" if worsened else "open" if worsened is None else "not"
    return _moved_reason((m, moved_by, base), bool(improved), worth, (core.improved, core.worse))


@lru_cache(maxsize=100_000)
def _moved_reason(
    moved_by: tuple[str, Fraction | int, Fraction | int],
    improved: bool,
    worth: str,
    limits: tuple[Threshold, Threshold],
) -> Reason:
    """Remembered, because a scale of a hundred steps has few changes and a table of patients repeats them."""
    m, by, base = moved_by
    if by == 0:
        return Reason("unchanged", {"measure": m})
    better = by > 0
    if base == 0:
        if better:
            return Reason("improved_from_zero" if improved else "too_small", {"measure": m})
        key = {"open": "zero_left_open", "not": "too_small", "ignored": "zero_ignored"}.get(worth, "worsened_from_zero")
        return Reason(key, {"measure": m})
    moved = abs(Fraction(by) / Fraction(base)) * 100
    limit = limits[0] if better else limits[1]
    reached = moved > limit.percent or (moved == limit.percent and not limit.strict)
    fields = {"measure": m, "pct": rounded_apart(moved, limit.percent)}
    if not better and worth == "ignored":
        return Reason("strength_ignored", fields)
    if improved if better else worth == "worse":
        return Reason("improved" if better else "worsened", fields)
    if reached:
        return Reason("too_small", fields)
    strictly = "_strict" if limit.strict else ""
    return Reason(f"{'better' if better else 'declined'}{strictly}", {**fields, "needed": exact_text(limit.percent)})
