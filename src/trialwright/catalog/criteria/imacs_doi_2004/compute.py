"""The IMACS preliminary definition of improvement, with every choice that its readings leave open as a parameter."""

from fractions import Fraction
from functools import lru_cache

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
from trialwright.model.expression import Certain, Column, CountTrue, Expr, Not, Rule, Truth

HIGHER_IS_BETTER = ("mmt", "qol")
STRENGTH = "mmt"


def rule(parameters: Parameters) -> Rule:
    """
    Improved at one visit, as expressions over the pairs of `measures`.

    Shape:    `verdict`, `n_improved`, `n_worsened`; per measure `improved_m`, `worsened_m`, and for the explanation
              `gain_m` (positive = better) and `base_m`, numerators whose quotient is the improvement. With two visits
              or rescue: `at_visit`, `at_next` and `rescued` too.
    Units:    values as entered; thresholds in percent of baseline, exact: gain x 100 >= percent x baseline.
    Missing:  a measure with either value missing may be improved, unchanged or worse; the verdict is unknown when
              that could decide either way.
    Source:   entry.yaml; the order of tests follows the paper's sentence.
    """
    names = parameters.names("measures")
    improved = {m: _improved(m, parameters, "f") for m in names}
    worsened = {m: _worsened(m, parameters, "f") for m in names}
    at_visit = _at_visit(parameters, "f")
    columns = [f"{m}_{part}" for m in names for part in ("b", "f")]
    steps: dict[str, Expr] = {}
    verdict = at_visit
    if parameters.choice("confirm_visits") == "2":
        at_next = _at_visit(parameters, "n")
        verdict = confirmed(verdict, at_next)
        steps |= {"at_visit": at_visit, "at_next": at_next}
        columns += [f"{m}_n" for m in names]
    if parameters.choice("rescue") == "nonresponder":
        verdict = confirmed(verdict, Not(flag("rescue")))
        steps |= {"at_visit": at_visit, "rescued": flag("rescue")}
        columns.append("rescue")
    if parameters.amounts("least_change"):
        columns += [f"{m}_scale" for m in names]
    if parameters.choice("missing") == "nonresponder":
        verdict = Certain(verdict)
    outputs: dict[str, Expr] = {
        "verdict": verdict,
        "n_improved": CountTrue(tuple(improved.values())),
        "n_worsened": CountTrue(tuple(worsened[m] for m in _counted(parameters))),
        **steps,
    }
    for m in names:
        outputs |= {f"improved_{m}": improved[m], f"worsened_{m}": worsened[m]}
        outputs |= {f"gain_{m}": gain(m, m in HIGHER_IS_BETTER), f"base_{m}": Column(f"{m}_b")}
    return Rule(tuple(columns), outputs)


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """Which clause decided, how far each measure moved and what that counts for, and what would have changed it."""
    names = parameters.names("measures")
    if outputs["verdict"] is None and all(outputs[f"gain_{m}"] is None for m in names):
        return [Reason("none_known", {"of": str(len(names))})]
    measures = [_measure_reason(m, outputs, parameters) for m in names]
    return [*_later(outputs), _deciding(outputs, parameters), *measures, *_turning(outputs, parameters)]


def _at_visit(parameters: Parameters, visit: Visit) -> Truth:
    names = parameters.names("measures")
    vetoes = [STRENGTH] if STRENGTH in names and _strength_is(parameters, "veto") else []
    return k_of_n(
        parameters.integer("enough"),
        [_improved(m, parameters, visit) for m in names],
        parameters.integer("allowed_worse"),
        [_worsened(m, parameters, visit) for m in _counted(parameters)],
        [_worsened(m, parameters, visit) for m in vetoes],
    )


def _counted(parameters: Parameters) -> list[str]:
    """Under "ignored" strength leaves the count altogether, so that its absence cannot leave a verdict open."""
    ignored = _strength_is(parameters, "ignored")
    return [m for m in parameters.names("measures") if not (m == STRENGTH and ignored)]


def _improved(m: str, parameters: Parameters, visit: Visit) -> Truth:
    return relative_change(gain(m, m in HIGHER_IS_BETTER, visit), m, _limit(m, parameters, "improved"))


def _worsened(m: str, parameters: Parameters, visit: Visit) -> Truth:
    loss = opposite(gain(m, m in HIGHER_IS_BETTER, visit))
    worse = relative_change(loss, m, _limit(m, parameters, "worse"))
    return worse if parameters.choice("zero_rise") == "worse" else unless_from_zero(worse, m, loss)


def _limit(m: str, parameters: Parameters, which: str) -> Threshold:
    least = parameters.amounts("least_change").get(m, Fraction(0))
    return Threshold(parameters.number(f"{which}_by_pct"), parameters.truth(f"{which}_strict"), least)


def _later(outputs: Outputs) -> list[Reason]:
    """What rescue and the next visit made of an answer; both come before the visit's own account."""
    found = []
    if outputs.get("rescued"):
        found.append(Reason("rescued"))
    elif "rescued" in outputs and outputs["rescued"] is None:
        found.append(Reason("rescue_unknown"))
    if outputs.get("at_visit") is not False and "at_next" in outputs:
        found.append(
            Reason({True: "confirmed", False: "not_confirmed", None: "next_open"}[bool_of(outputs["at_next"])])
        )
    return found


def bool_of(truth: Fraction | int | bool | None) -> bool | None:
    return None if truth is None else bool(truth)


def _deciding(outputs: Outputs, parameters: Parameters) -> Reason:
    names = parameters.names("measures")
    fields = {
        "of": str(len(names)),
        "improved": str(outputs["n_improved"]),
        "worse": str(outputs["n_worsened"]),
        "enough": parameters.texts["enough"],
        "allowed": parameters.texts["allowed_worse"],
    }
    # Where rescue or the next visit had a say, the account of this visit is of its own answer.
    at_visit = outputs.get("at_visit", outputs["verdict"])
    if at_visit:
        return Reason("met" if outputs["verdict"] else "met_at_visit", fields)
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


def _turning(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """What would have changed the visit's answer; nothing where a missing measure could still decide it."""
    at_visit = outputs.get("at_visit", outputs["verdict"])
    counted = _counted(parameters)
    improved, worse = int(outputs["n_improved"] or 0), int(outputs["n_worsened"] or 0)
    enough, allowed = parameters.integer("enough"), parameters.integer("allowed_worse")
    if at_visit:
        found = [Reason("each_needed" if improved == enough else "one_to_spare")]
        return found + ([Reason("no_more_worse")] if worse == allowed and worse < len(counted) else [])
    if at_visit is None or any(outputs[f"worsened_{m}"] is None for m in counted):
        return []
    strength = STRENGTH in parameters.names("measures") and _strength_is(parameters, "veto")
    vetoed = strength and bool(outputs[f"worsened_{STRENGTH}"])
    lacking, excess = enough - improved, worse - allowed
    if lacking <= 0 and vetoed and excess <= 1:
        return [Reason("but_for_strength", {"measure": STRENGTH})]
    if lacking <= 0 and excess > 0 and not vetoed:
        return [Reason("fewer_worse", {"excess": str(excess)})]
    if lacking <= 0 or excess > 0 or vetoed:
        return []
    return _lacking(lacking, outputs, parameters)


def _lacking(lacking: int, outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """How many more had to improve, and which came nearest; only those above zero could have got better."""
    open_to_it = [m for m in parameters.names("measures") if outputs[f"improved_{m}"] is False and outputs[f"base_{m}"]]
    if len(open_to_it) < lacking:
        return []
    fields = {"lacking": str(lacking), "needed": exact_text(parameters.number("improved_by_pct"))}
    strictly = "_strict" if parameters.truth("improved_strict") else ""
    if lacking > 1:
        return [Reason(f"more{strictly}", fields)]
    shares = {m: Fraction(outputs[f"gain_{m}"] or 0) / Fraction(outputs[f"base_{m}"] or 1) for m in open_to_it}
    nearest = max(shares, key=lambda m: shares[m])
    told = [Reason(f"one_more{strictly}", fields)]
    return told + ([Reason("nearest", {"measure": nearest})] if shares[nearest] > 0 else [])


def _measure_reason(m: str, outputs: Outputs, parameters: Parameters) -> Reason:
    moved_by, base = outputs[f"gain_{m}"], outputs[f"base_{m}"]
    if moved_by is None or base is None:
        return Reason("missing", {"measure": m})
    return _moved_reason((m, moved_by, base), outputs[f"improved_{m}"], outputs[f"worsened_{m}"], parameters)


@lru_cache(maxsize=100_000)
def _moved_reason(
    moved_by: tuple[str, Fraction | int, Fraction | int],
    improved: Fraction | int | None,
    worsened: Fraction | int | None,
    parameters: Parameters,
) -> Reason:
    """Remembered, because a scale of a hundred steps has few changes and a table of patients repeats them."""
    m, by, base = moved_by
    if by == 0:
        return Reason("unchanged", {"measure": m})
    better = by > 0
    if base == 0:
        key = "improved_from_zero" if better else "zero_left_open" if worsened is None else "worsened_from_zero"
        if (better and not improved) or (worsened is False and not better):
            key = "too_small"
        return Reason(key, {"measure": m})
    moved = abs(Fraction(by) / Fraction(base)) * 100
    threshold = parameters.number("improved_by_pct" if better else "worse_by_pct")
    strict = parameters.truth("improved_strict" if better else "worse_strict")
    reached = moved > threshold or (moved == threshold and not strict)
    strictly = "_strict" if strict else ""
    if not better and m == STRENGTH and _strength_is(parameters, "ignored"):
        key = "strength_ignored"
    elif improved if better else worsened:
        key = "improved" if better else "worsened"
    elif reached:
        key = "too_small"
    else:
        key = f"{'better' if better else 'declined'}{strictly}"
    fields = {"measure": m, "pct": rounded_apart(moved, threshold)}
    plain = key in ("improved", "worsened", "too_small")
    return Reason(key, fields if plain else {**fields, "needed": exact_text(threshold)})


def _strength_is(parameters: Parameters, way: str) -> bool:
    return parameters.choice("mmt_worsening") == way
