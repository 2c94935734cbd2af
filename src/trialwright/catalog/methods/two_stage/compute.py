"""Two-stage designs with a stop for futility: optimal, minimax and the admissible ones between them."""

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.designs import TwoStage, admissible, two_stage
from trialwright.catalog.numerics.refusals import wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, Estimate, MethodResult
from trialwright.model.problem import Problem

LARGEST = 300


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The `optimal` and the `minimax` design, and every `admissible` one with the weights for which it is best.

    Shape:    a design is {r1, n1, r, n, EN0, PET0, alpha_attained, power_attained}; r1 and r are the largest counts
              that do NOT go on, do NOT reject.
    Missing:  no design up to nmax leaves None and an empty list, with a warning.
    Problems: rates or errors outside 0 to 1, a hoped-for rate that is not above the benchmark, an nmax out of reach.
    Source:   Simon 1989; every design is enumerated, none is approximated.
    """
    names = ("p0", "p1", "alpha", "beta")
    p0, p1, alpha, beta = (arguments.number(name) for name in names)
    most = arguments.integer("nmax")
    wrong = [
        problem
        for name in names
        for problem in wrong_share("two_stage", name, arguments.number(name), "Write 0.2 for 20 %")
    ]
    if not wrong and p1 <= p0:
        found = f"p1 is {exact_text(p1)} and p0 is {exact_text(p0)}"
        expected = "The rate hoped for, p1, is above the benchmark p0"
        wrong.append(problems.impossible_arguments("two_stage", found, expected, "Exchange or correct them"))
    if not 2 <= most <= LARGEST:
        expected = f"nmax lies from 2 to {LARGEST}"
        wrong.append(problems.impossible_arguments("two_stage", f"nmax is {most}", expected, "Write 100"))
    if wrong:
        return wrong
    designs = two_stage(float(p0), float(p1), float(alpha), float(beta), most)
    hull = admissible(designs)
    method = (
        f"Simon two-stage design of {exact_text(p0)} against {exact_text(p1)}, "
        f"one-sided level {exact_text(alpha * 100)} %, power {exact_text((1 - beta) * 100)} %"
    )
    warnings = () if hull else (f"No design up to {most} keeps the level and reaches the power: raise nmax",)
    best = {"minimax": hull[0][0], "optimal": hull[-1][0]} if hull else {}
    return MethodResult(
        values={f"{name}_n": design.n for name, design in best.items()},
        method=method,
        warnings=warnings,
        rows=tuple(
            Estimate(name=name, labels={"n": str(design.n)}, estimate=design.expected_n, method=method)
            for name, design in best.items()
        ),
        shapes={
            "optimal": shape(best["optimal"]) if best else None,
            "minimax": shape(best["minimax"]) if best else None,
            "admissible": tuple(shape(design) | {"w_from": low, "w_to": high} for design, low, high in hull),
        },
    )


def shape(design: TwoStage) -> Cells:
    """A design by the names of the fixed answer."""
    return {
        "r1": design.r1,
        "n1": design.n1,
        "r": design.r,
        "n": design.n,
        "EN0": design.expected_n,
        "PET0": design.early_stop,
        "alpha_attained": design.alpha_attained,
        "power_attained": design.power_attained,
    }
