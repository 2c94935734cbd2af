"""Deterioration that the next visit confirms, by the same one of three clauses."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from trialwright.catalog.criteria.operators import (
    Outputs,
    Threshold,
    Visit,
    absolute_change,
    confirmed,
    gain,
    opposite,
    relative_change,
    undetermined_unless,
    unless_from_zero,
)
from trialwright.catalog.evaluator import compile_rule
from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.numerators import over_one_scale
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason, Told, Undecided
from trialwright.model.expression import All, AnyOf, AtLeast, Column, CountTrue, Expr, Rule, Subtract, Truth

MEASURES = ("phga", "ptga", "mmt", "haq", "exm")
STRENGTH = "mmt"
CLAUSES = ("muscle", "extramuscular", "several")
VISITS: tuple[Visit, ...] = ("f", "n")


def rule(parameters: Parameters) -> Rule:
    """
    Deteriorated and confirmed, over baseline, first (`f`) and second visit (`n`).

    Shape:    `verdict`; per clause and visit `muscle_f` ...; per measure and visit `worse_m_f` (third clause), and for
              the explanation `loss_m_f` (positive = worse), `base_m`, `scale_m`; `n_worsened_f`, `n_worsened_n`.
    Units:    cm as entered for the two scales, percent of baseline for the others, all exact.
    Missing:  three-valued, each clause by itself.
    Source:   entry.yaml; the order of the clauses follows the figure.
    """
    at = {visit: _clauses(parameters, visit) for visit in VISITS}
    same = AnyOf(tuple(confirmed(at["f"][c], at["n"][c]) for c in CLAUSES))
    any_at = [AnyOf(tuple(at[visit].values())) for visit in VISITS]
    rest: Mapping[str, Truth] = {
        "undetermined": AnyOf((same, undetermined_unless(All(tuple(any_at))))),
        "confirmed": All(tuple(any_at)),
        "not_confirmed": same,
    }
    outputs: dict[str, Expr] = {"verdict": rest[parameters.choice("different_clauses")]}
    for visit in VISITS:
        outputs |= {f"{clause}_{visit}": truth for clause, truth in at[visit].items()}
        worse = {m: _worse(m, parameters, visit) for m in MEASURES}
        outputs |= {f"n_worsened_{visit}": CountTrue(tuple(worse.values()))}
        outputs |= {f"worse_{m}_{visit}": truth for m, truth in worse.items()}
        outputs |= {f"loss_{m}_{visit}": _loss(m, visit) for m in MEASURES}
    outputs |= {f"base_{m}": Column(f"{m}_b") for m in MEASURES}
    outputs |= {f"scale_{m}": Column(f"{m}_scale") for m in MEASURES}
    return Rule(tuple(f"{m}_{part}" for m in MEASURES for part in ("b", "f", "n", "scale")), outputs)


def explain(outputs: Outputs, parameters: Parameters) -> list[Reason]:
    """Which clause held when, how far each measure moved, and what would have changed the answer."""
    first, second = ([c for c in CLAUSES if outputs[f"{c}_{visit}"]] for visit in VISITS)
    moved = [reason for m in MEASURES for reason in _moved(m, outputs)]
    return [_deciding(outputs, parameters, first, second), *moved, *_turning(outputs, parameters, first, second)]


class Given(msgspec.Struct, frozen=True):
    """Three visits: each measure, null where it is missing."""

    baseline: dict[str, Fraction | None]
    visit1: dict[str, Fraction | None]
    visit2: dict[str, Fraction | None]

    def __post_init__(self) -> None:
        for name in ("baseline", "visit1", "visit2"):
            found = getattr(self, name)
            unknown = [m for m in found if m not in MEASURES]
            if unknown:
                raise ValueError(f'{name}: "{unknown[0]}" is no measure; they are {", ".join(MEASURES)}')
            if any(value is not None and value < 0 for value in found.values()):
                raise ValueError(f"{name}: no measure lies below 0")


def answer(given: Given, settings: Parameters) -> dict[str, Told]:
    """
    `confirmed`: true, false, or null with its reason; `first` and `second`: the clauses that hold at each visit.

    Missing: null or an absent key; as `rule`.
    """
    row: dict[str, Fraction | int | None] = {}
    for m in MEASURES:
        parts = {"b": given.baseline.get(m), "f": given.visit1.get(m), "n": given.visit2.get(m)}
        row |= over_one_scale(m, parts)
    outputs = compile_rule(rule(settings))(row)
    verdict = outputs["verdict"]
    held = [[c for c in CLAUSES if outputs[f"{c}_{visit}"]] for visit in VISITS]
    open_ = "different clauses hold at the two visits" if all(held) else "what is missing could decide it"
    return {
        "confirmed": Undecided(open_) if verdict is None else bool(verdict),
        "first": ", ".join(held[0]) or None,
        "second": ", ".join(held[1]) or None,
    }


def _clauses(parameters: Parameters, visit: Visit) -> Mapping[str, Truth]:
    weaker = relative_change(_loss(STRENGTH, visit), STRENGTH, Threshold(parameters.number("strength_by_pct")))
    return {
        "muscle": All((absolute_change(_loss("phga", visit), "phga", parameters.number("global_by")), weaker)),
        "extramuscular": absolute_change(_loss("exm", visit), "exm", parameters.number("extramuscular_by")),
        "several": AtLeast(parameters.integer("how_many"), tuple(_worse(m, parameters, visit) for m in MEASURES)),
    }


def _worse(m: str, parameters: Parameters, visit: Visit) -> Truth:
    worse = relative_change(_loss(m, visit), m, Threshold(parameters.number("measures_by_pct")))
    return worse if parameters.choice("zero_rise") == "worse" else unless_from_zero(worse, m, _loss(m, visit))


def _loss(m: str, visit: Visit) -> Subtract:
    return opposite(gain(m, m == STRENGTH, visit))


def _deciding(outputs: Outputs, parameters: Parameters, first: list[str], second: list[str]) -> Reason:
    both = [c for c in first if c in second]
    if outputs["verdict"] and both:
        return Reason("deteriorated", {"clauses": ",".join(both)})
    fields = {"first_clauses": ",".join(first), "second_clauses": ",".join(second)}
    if first and second and not _open(outputs):
        keys = {"undetermined": "other_clause", "confirmed": "other_counts", "not_confirmed": "other_does_not"}
        return Reason(keys[parameters.choice("different_clauses")], fields)
    if outputs["verdict"] is None:
        gone = [m for m in MEASURES if any(outputs[f"loss_{m}_{visit}"] is None for visit in VISITS)]
        return Reason("depends", {"measures": ",".join(gone)})
    if outputs["verdict"]:
        return Reason("other_counts", fields)
    if not first and not second:
        return Reason("never")
    return Reason("only_first", fields) if first else Reason("only_second", fields)


def _open(outputs: Outputs) -> bool:
    return any(outputs[f"{c}_{visit}"] is None for c in CLAUSES for visit in VISITS)


def _moved(m: str, outputs: Outputs) -> list[Reason]:
    base, scale = outputs[f"base_{m}"], outputs[f"scale_{m}"]
    if base is None:
        return [Reason("no_baseline", {"measure": m})]
    found = []
    for visit in VISITS:
        loss = outputs[f"loss_{m}_{visit}"]
        if loss is None:
            found.append(Reason(f"gone_{visit}", {"measure": m}))
            continue
        share = rounded(abs(Fraction(loss) / Fraction(base)) * 100, 1) if base else "-"
        fields = {"measure": m, "by": exact_text(abs(Fraction(loss)) / Fraction(scale or 1)), "pct": share}
        found.append(Reason(f"{'worse' if loss > 0 else 'better' if loss < 0 else 'same'}_{visit}", fields))
    return found


def _turning(outputs: Outputs, parameters: Parameters, first: list[str], second: list[str]) -> list[Reason]:
    """What would have changed the answer; nothing where something missing could still decide it."""
    both = [c for c in first if c in second]
    if both:
        return [Reason("undone", {"clauses": ",".join(both)})] if len(both) == 1 else [Reason("any_of_them")]
    if _open(outputs):
        return []
    if first:
        return [Reason("would_confirm", {"first_clauses": ",".join(first)})]
    if second:
        return [Reason("would_have", {"second_clauses": ",".join(second)})]
    near = min(int(outputs[f"n_worsened_{visit}"] or 0) for visit in VISITS)
    if near == parameters.integer("how_many") - 1:
        return [Reason("one_more_would", {"pct": exact_text(parameters.number("measures_by_pct"))})]
    return [Reason("nothing_near")]
