"""The IMACS preliminary definition of improvement, with every choice that its readings leave open as a parameter."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from trialwright.catalog.exact_text import exact_text, rounded_apart
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Certain,
    Column,
    Compare,
    Comparison,
    Constant,
    CountTrue,
    Expr,
    Known,
    Multiply,
    Not,
    Number,
    Rule,
    Subtract,
    Truth,
)

Outputs = Mapping[str, Fraction | int | bool | None]

HIGHER_IS_BETTER = ("mmt", "qol")
STRENGTH = "mmt"
_ZERO = Constant(0)


def rule(parameters: Parameters) -> Rule:
    """
    Improved at one visit, as expressions over the pairs of `measures`.

    Shape:    `verdict`, `n_improved`, `n_worsened`; per measure `improved_m`, `worsened_m`, and for the explanation
              `gain_m` (positive = better) and `base_m`, numerators whose quotient is the improvement.
    Units:    values as entered; thresholds in percent of baseline, exact: gain x 100 >= percent x baseline.
    Missing:  a measure with either value missing may be improved, unchanged or worse; the verdict is unknown when
              that could decide either way.
    Source:   entry.yaml; the order of tests follows the paper's sentence.
    """
    names = parameters.names("measures")
    improved = {m: _improved(m, parameters) for m in names}
    worsened = {m: _worsened(m, parameters) for m in names}
    # Under "ignored" the measure leaves the count altogether, so that its absence cannot leave a verdict open.
    counted = tuple(worsened[m] for m in names if not (m == STRENGTH and _strength_is(parameters, "ignored")))
    clauses: list[Truth] = [
        AtLeast(parameters.integer("enough"), tuple(improved.values())),
        AtMost(parameters.integer("allowed_worse"), counted),
    ]
    if STRENGTH in names and _strength_is(parameters, "veto"):
        clauses.append(Not(worsened[STRENGTH]))
    verdict: Truth = All(tuple(clauses))
    if parameters.choice("missing") == "nonresponder":
        verdict = Certain(verdict)
    outputs: dict[str, Expr] = {
        "verdict": verdict,
        "n_improved": CountTrue(tuple(improved.values())),
        "n_worsened": CountTrue(counted),
    }
    for m in names:
        outputs |= {f"improved_{m}": improved[m], f"worsened_{m}": worsened[m]}
        outputs |= {f"gain_{m}": _gain(m), f"base_{m}": Column(f"{m}_b")}
    return Rule(tuple(f"{m}_{part}" for m in names for part in ("b", "f")), outputs)


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """Which clause decided, then each measure: how far it moved, exactly, and what that counts for."""
    names = parameters.names("measures")
    if outputs["verdict"] is None and all(outputs[f"gain_{m}"] is None for m in names):
        return [Reason("none_known", {"of": str(len(names))})]
    return [_deciding(outputs, parameters)] + [_measure_reason(m, outputs, parameters) for m in names]


def _deciding(outputs: Outputs, parameters: Parameters) -> Reason:
    names = parameters.names("measures")
    fields = {
        "of": str(len(names)),
        "improved": str(outputs["n_improved"]),
        "worse": str(outputs["n_worsened"]),
        "enough": parameters.texts["enough"],
        "allowed": parameters.texts["allowed_worse"],
    }
    if outputs["verdict"]:
        return Reason("met", fields)
    possible = sum(outputs[f"improved_{m}"] is not False for m in names)
    if possible < parameters.integer("enough"):
        key = "too_few" if possible == outputs["n_improved"] else "too_few_even_if"
        return Reason(key, {**fields, "possible": str(possible)})
    if Fraction(outputs["n_worsened"] or 0) > parameters.integer("allowed_worse"):
        return Reason("too_many_worse", fields)
    if STRENGTH in names and _strength_is(parameters, "veto") and outputs[f"worsened_{STRENGTH}"]:
        return Reason("strength_worse", {**fields, "measure": STRENGTH})
    undecided = [m for m in names if outputs[f"improved_{m}"] is None or outputs[f"worsened_{m}"] is None]
    key = "open" if outputs["verdict"] is None else "open_taken_as_not"
    return Reason(key, {**fields, "measures": ",".join(undecided)})


def _measure_reason(m: str, outputs: Outputs, parameters: Parameters) -> Reason:
    gain, base = outputs[f"gain_{m}"], outputs[f"base_{m}"]
    if gain is None or base is None:
        return Reason("missing", {"measure": m})
    return _moved_reason((m, gain, base), outputs[f"improved_{m}"], outputs[f"worsened_{m}"], parameters)


@lru_cache(maxsize=100_000)
def _moved_reason(
    moved_by: tuple[str, Fraction | int, Fraction | int],
    improved: Fraction | int | None,
    worsened: Fraction | int | None,
    parameters: Parameters,
) -> Reason:
    """Remembered, because a scale of a hundred steps has few changes and a table of patients repeats them."""
    m, gain, base = moved_by
    if gain == 0:
        return Reason("unchanged", {"measure": m})
    better = gain > 0
    if base == 0:
        key = "improved_from_zero" if better else "zero_left_open" if worsened is None else "worsened_from_zero"
        return Reason(key, {"measure": m})
    moved = abs(Fraction(gain) / Fraction(base)) * 100
    threshold = parameters.number("improved_by_pct" if better else "worse_by_pct")
    strictly = "_strict" if parameters.truth("improved_strict" if better else "worse_strict") else ""
    if better:
        key = "improved" if improved else f"better{strictly}"
    elif m == STRENGTH and _strength_is(parameters, "ignored"):
        key = "strength_ignored"
    else:
        key = "worsened" if worsened else f"declined{strictly}"
    fields = {"measure": m, "pct": rounded_apart(moved, threshold)}
    return Reason(key, fields if key in ("improved", "worsened") else {**fields, "needed": exact_text(threshold)})


def _strength_is(parameters: Parameters, way: str) -> bool:
    return parameters.choice("mmt_worsening") == way


def _gain(m: str) -> Subtract:
    before, now = Column(f"{m}_b"), Column(f"{m}_f")
    return Subtract(now, before) if m in HIGHER_IS_BETTER else Subtract(before, now)


def _loss(m: str) -> Number:
    gain = _gain(m)
    return Subtract(gain.right, gain.left)


def _improved(m: str, parameters: Parameters) -> Truth:
    # No change is never an improvement: without the first test 0 -> 0 would pass "at least 20 % of nothing".
    return All((Compare(_gain(m), ">", _ZERO), _reaches(_gain(m), m, parameters, "improved")))


def _worsened(m: str, parameters: Parameters) -> Truth:
    loss = _loss(m)
    worse: Truth = All((Compare(loss, ">", _ZERO), _reaches(loss, m, parameters, "worse")))
    if parameters.choice("zero_rise") == "worse":
        return worse
    from_zero = All((Compare(Column(f"{m}_b"), "==", _ZERO), Compare(loss, ">", _ZERO)))
    # Where the measure rose from zero, true becomes unknown; everywhere else nothing changes.
    return All((worse, AnyOf((Not(from_zero), Known(None)))))


def _reaches(moved: Number, m: str, parameters: Parameters, which: str) -> Truth:
    percent = parameters.number(f"{which}_by_pct")
    op: Comparison = ">" if parameters.truth(f"{which}_strict") else ">="
    # Reduced once (20 % -> 5 x gain >= baseline), so that narrow integers suffice on many rows.
    ratio = percent / 100
    return Compare(_times(ratio.denominator, moved), op, _times(ratio.numerator, Column(f"{m}_b")))


def _times(factor: int, number: Number) -> Number:
    return number if factor == 1 else Multiply(Constant(factor), number)
