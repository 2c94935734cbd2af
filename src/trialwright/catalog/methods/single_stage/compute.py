"""Single-stage designs by the exact binomial test: every size that keeps the level and reaches the power."""

from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.designs import holds_from, one_stage
from trialwright.catalog.numerics.refusals import wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, MethodResult
from trialwright.model.problem import Problem

SHOWN = 3
LARGEST = 1_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The first three `solutions`, smallest first, and `holds_from`, from where on every size up to `nmax` is one.

    Shape:    a solution is {n, r, alpha_attained, power_attained}; r is the largest count that does NOT reject.
    Missing:  no solution up to nmax leaves the list empty, with a warning.
    Problems: rates or errors outside 0 to 1, a hoped-for rate that is not above the benchmark.
    Source:   A'Hern 2001: exact single-stage designs; the saw-tooth of the power stands beside it.
    """
    p0, p1 = arguments.number("p0"), arguments.number("p1")
    alpha, beta, most = arguments.number("alpha"), arguments.number("beta"), arguments.integer("nmax")
    wrong = wrong_share("single_stage", "p0", p0, "Write 0.2 for 20 %")
    wrong += wrong_share("single_stage", "p1", p1, "Write 0.4 for 40 %")
    wrong += wrong_share("single_stage", "alpha", alpha, "Write 0.05 for 5 %")
    wrong += wrong_share("single_stage", "beta", beta, "Write 0.2 for a power of 80 %")
    if not wrong and p1 <= p0:
        wrong.append(
            problems.impossible_arguments(
                "single_stage", f"p1 is {exact_text(p1)} and p0 is {exact_text(p0)}",
                "The rate hoped for, p1, is above the benchmark p0", "Exchange or correct them",
            )
        )  # fmt: skip
    if not 1 <= most <= LARGEST:
        wrong.append(
            problems.impossible_arguments(
                "single_stage", f"nmax is {most}", f"nmax lies from 1 to {LARGEST}", "Write 200"
            )
        )
    if wrong:
        return wrong
    designs = one_stage(p0, p1, alpha, beta, most)
    steady = holds_from(designs, most)
    solutions: tuple[Cells, ...] = tuple(
        {"n": d.n, "r": d.r, "alpha_attained": d.alpha_attained, "power_attained": d.power_attained}
        for d in designs[:SHOWN]
    )
    values: dict[str, Fraction | float | int | str] = {}
    if designs:
        values |= {"n": designs[0].n, "r": designs[0].r}
    if steady is not None:
        values |= {"holds_from": steady}
    warnings = () if designs else (f"No size up to {most} keeps the level and reaches the power: raise nmax",)
    return MethodResult(
        values=values,
        method=(
            f"Exact single-stage design of {exact_text(p0)} against {exact_text(p1)}, "
            f"one-sided level {exact_text(alpha * 100)} %, power {exact_text((1 - beta) * 100)} %"
        ),
        warnings=warnings,
        shapes={"solutions": solutions, "holds_from": steady},
    )
