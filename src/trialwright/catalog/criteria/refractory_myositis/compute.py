"""Refractory disease in the words of one registered trial, its two readings of failure side by side."""

from trialwright.catalog.criteria.operators import Outputs, amount, flag
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Reason
from trialwright.model.expression import (
    All,
    Answered,
    AnyOf,
    Column,
    Compare,
    Comparison,
    Constant,
    Expr,
    Not,
    Rule,
    Truth,
)

MEASURES = {
    "long_enough": ("months",),
    "failed_or_intolerant": ("failed", "intolerant", "improved", "worse"),
    "stable": ("stable_months",),
    "dose_below": ("gc_mg_per_kg",),
}
ENOUGH, ALLOWED_WORSE = 3, 2  # the record: of 3 core parameters; more than 2


def rule(parameters: Parameters) -> Rule:
    """
    Whether the disease is refractory.

    Shape:    `verdict` and one truth a clause: `long_enough`, `failed_or_intolerant` and, unless entry rules are left
              out, `stable`, `dose_below`.
    Units:    months; mg of prednisone per kg and day.
    Missing:  three-valued. `failed` is taken where it is answered; else failure follows from how many core measures
              improved and how many are worse, where these are given.
    Source:   entry.yaml.
    """
    judged = AnyOf((_too_few(parameters), Compare(Column("worse"), ">", Constant(ALLOWED_WORSE))))
    failed = AnyOf((All((Answered("failed"), flag("failed"))), All((Not(Answered("failed")), judged))))
    clauses: dict[str, Truth] = {
        "long_enough": _reached("months", ">=", parameters, "months"),
        "failed_or_intolerant": AnyOf((failed, flag("intolerant"))),
    }
    columns = ["months", "months_scale", "failed", "intolerant", "improved", "worse"]
    if parameters.choice("entry_rules") == "included":
        clauses["stable"] = _reached("stable_months", ">", parameters, "stable_months")
        clauses["dose_below"] = _reached("gc_mg_per_kg", "<", parameters, "gc_below")
        columns += ["stable_months", "stable_months_scale", "gc_mg_per_kg", "gc_mg_per_kg_scale"]
    outputs: dict[str, Expr] = {"verdict": All(tuple(clauses.values())), **clauses}
    return Rule(tuple(columns), outputs, optional=("improved", "worse"))


def explain(outputs: Outputs, _parameters: Parameters) -> list[Reason]:
    """The verdict, which clauses are fulfilled, which are not or not known, and which alone stood against it."""
    clauses = [c for c in MEASURES if c in outputs]
    yes, no, open_ = ([c for c in clauses if outputs[c] is t] for t in (True, False, None))
    verdict = outputs["verdict"]
    measures = [m for c in open_ for m in MEASURES[c]]
    if verdict is None:
        told = [Reason("refractory_open", {"measures": ",".join(measures)})]
    else:
        told = [Reason("refractory" if verdict else "not_refractory")]
    for key, found in (("fulfilled", yes), ("unfulfilled", no), ("left_open", open_)):
        told += [Reason(key, {"clauses": ",".join(found)})] if found else []
    if verdict:
        return [*told, Reason("all_of_them")]
    if len(no) == 1 and not open_:
        return [*told, Reason("only_one", {"clauses": no[0]})]
    return [*told, Reason("more_than_one")] if len(no) > 1 else told


def _too_few(parameters: Parameters) -> Truth:
    """Fewer than three improved; or, by the other reading, at least three that did not improve."""
    if parameters.choice("failure_words") == "fewer_than_three":
        return Compare(Column("improved"), "<", Constant(ENOUGH))
    return Compare(Column("improved"), "<=", Constant(parameters.integer("core_measures") - ENOUGH))


def _reached(column: str, op: Comparison, parameters: Parameters, name: str) -> Truth:
    return Compare(Column(column), op, amount(parameters.number(name), column))
