"""Glucocorticoid spared: the dose halved, or low; no pulse, and the disease under control where that is asked for."""

from collections.abc import Mapping
from fractions import Fraction

from trialwright.catalog.criteria.operators import (
    ZERO,
    Outputs,
    Threshold,
    amount,
    flag,
    gain,
    relative_change,
)
from trialwright.catalog.exact_text import exact_text, rounded_apart
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import All, AnyOf, Certain, Column, Compare, Expr, Known, Not, Rule, Truth

DOSE = "gc"


def rule(parameters: Parameters) -> Rule:
    """
    Whether glucocorticoid was spared between baseline and now.

    Shape:    `verdict`, `reduced`, `low_dose`, `low_before`, `spared` (before pulse and disease); `pulsed`,
              `responded`; `before`, `now`, `scale`, whose quotients are the doses.
    Units:    mg of prednisone a day, exact.
    Missing:  three-valued; a baseline dose that is low already is judged as `already_low` says.
    Source:   entry.yaml.
    """
    now, before = Column(f"{DOSE}_f"), Column(f"{DOSE}_b")
    low = amount(parameters.number("low_dose_mg"), DOSE)
    # No dose is more than nothing, and nothing can be reduced: either decides although the other dose is not known.
    gone = Compare(now, "==", ZERO)
    halved = AnyOf((relative_change(gain(DOSE, False), DOSE, Threshold(parameters.number("reduced_by_pct"))), gone))
    reduced = All((Compare(before, ">", ZERO), halved))
    not_more = AnyOf((Compare(now, "<=", before), gone))
    is_low, low_before = Compare(now, "<=", low), Compare(before, "<=", low)
    # Asked only of a baseline above the low dose: of that, so little is a reduction whatever the baseline was.
    left = parameters.number("low_dose_mg") * (1 - parameters.number("reduced_by_pct") / 100)
    halved_at_least = AnyOf((halved, Compare(now, "<=", amount(left, DOSE))))
    ways: dict[str, Truth] = {
        "low_dose": is_low,
        "either": AnyOf((halved_at_least, is_low)),
        "both": All((halved_at_least, is_low)),
    }
    stays: Mapping[str, Truth] = {
        "not_evaluable": All((is_low, Known(None))),
        "counts": is_low,
        "counts_if_not_more": All((is_low, not_more)),
    }
    way = parameters.choice("spared_when")
    # Without the low dose in it, a low baseline is no special case: half of 5 mg is half.
    spared: Truth = reduced
    if way != "reduction":
        low_stays = stays[parameters.choice("already_low")]
        # The third is what holds either way: a baseline that is not known need not leave it open.
        spared = AnyOf((All((low_before, low_stays)), All((Not(low_before), ways[way])), All((low_stays, ways[way]))))
    clauses: list[Truth] = [spared]
    outputs: dict[str, Expr] = {"reduced": reduced, "low_dose": is_low, "low_before": low_before, "spared": spared}
    columns = [f"{DOSE}_b", f"{DOSE}_f", f"{DOSE}_scale"]
    if parameters.choice("pulse") == "nonresponder":
        clauses.append(Not(flag("pulse")))
        outputs["pulsed"] = flag("pulse")
        columns.append("pulse")
    if parameters.choice("disease") == "needed":
        clauses.append(flag("response"))
        outputs["responded"] = flag("response")
        columns.append("response")
    verdict: Truth = All(tuple(clauses))
    if parameters.choice("missing") == "nonresponder":
        verdict = Certain(verdict)
    scale = Column(f"{DOSE}_scale")
    return Rule(tuple(columns), {"verdict": verdict, **outputs, "before": before, "now": now, "scale": scale})


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """The verdict, the two doses and what they count for, pulse and disease, and what would have changed it."""
    scale = Fraction(outputs["scale"] or 1)
    before, now = (None if outputs[n] is None else Fraction(outputs[n] or 0) / scale for n in ("before", "now"))
    most, needed = parameters.number("low_dose_mg"), parameters.number("reduced_by_pct")
    told = [_verdict(outputs, parameters), _moved(before, now, needed)]
    way = parameters.choice("spared_when")
    if before is not None and now is not None and way != "low_dose":
        key = "is_reduction" if outputs["reduced"] else "no_reduction"
        told.append(Reason(key, {"needed": exact_text(needed)}))
    if now is not None and way != "reduction":
        told.append(Reason("is_low" if outputs["low_dose"] else "not_low", {"most": exact_text(most)}))
    if outputs.get("pulsed"):
        told.append(Reason("pulsed"))
    if outputs.get("responded") is False:
        told.append(Reason("no_response"))
    return told + _turning(outputs, parameters, before)


def _verdict(outputs: Outputs, parameters: Parameters) -> Reason:
    verdict = outputs["verdict"]
    if verdict is not None:
        return Reason("spared" if verdict else "not_spared")
    if outputs["low_before"] and parameters.choice("spared_when") != "reduction" and outputs["now"] is not None:
        return Reason("low_before")
    open_ = [DOSE] if outputs["before"] is None or outputs["now"] is None else []
    open_ += ["pulse"] if "pulsed" in outputs and outputs["pulsed"] is None else []
    open_ += ["response"] if "responded" in outputs and outputs["responded"] is None else []
    return Reason("spared_open", {"measures": ",".join(open_)})


def _moved(before: Fraction | None, now: Fraction | None, needed: Fraction) -> Reason:
    if before is None or now is None:
        return Reason("dose_missing")
    fields = {"before": exact_text(before), "now": exact_text(now)}
    if now < before:
        return Reason("fell", fields | {"pct": rounded_apart((before - now) / before * 100, needed)})
    return Reason("rose", fields) if now > before else Reason("stayed", fields)


def _turning(outputs: Outputs, parameters: Parameters, before: Fraction | None) -> list[Reason]:
    """The dose at which the verdict turns, or the clause beside the dose that did; nothing while it is open."""
    if before is None or outputs["verdict"] is None:
        return []
    dose = _turning_dose(parameters, before)
    if outputs["verdict"]:
        return [Reason("above_undoes", {"dose": exact_text(dose)})]
    beside = [
        m for m, bad in (("pulse", outputs.get("pulsed")), ("response", outputs.get("responded") is False)) if bad
    ]
    if outputs["spared"]:
        return [Reason(f"but_for_{beside[0]}")] if len(beside) == 1 else []
    return [] if beside or before <= 0 else [Reason("would_need", {"dose": exact_text(dose)})]


def _turning_dose(parameters: Parameters, before: Fraction) -> Fraction:
    """The highest dose that counts as spared for this baseline."""
    low = parameters.number("low_dose_mg")
    reduced = before * (1 - parameters.number("reduced_by_pct") / 100)
    way = parameters.choice("spared_when")
    if way != "reduction" and before <= low:
        return min(low, before) if parameters.choice("already_low") == "counts_if_not_more" else low
    return {"reduction": reduced, "low_dose": low, "either": max(reduced, low), "both": min(reduced, low)}[way]
