"""Fleming's design: boundaries by the normal approximation, their true size and power by enumeration."""

from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import not_above, wrong_share
from trialwright.catalog.numerics.several_stages import expected_size, fleming, fleming_size, stage_outcomes
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, MethodResult
from trialwright.model.problem import Problem

NAME = "fleming"
LARGEST = 2_000
MOST_STAGES = 3


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The boundaries after each stage, the attained level and power, and the participants needed on average.

    Shape:    `stages` is one {n, r, a} a look: n participants so far, up to `r` responders stop for futility, `a` or
              more reject the benchmark.
    Problems: rates or errors outside 0 to 1, a hoped-for rate not above the benchmark, more than three stages.
    Source:   Fleming 1982; every outcome is summed, so the attained level may lie above the nominal one.
    """
    names = ("p0", "p1", "alpha", "beta")
    p0, p1, alpha, beta = (arguments.number(name) for name in names)
    wrong = [p for name in names for p in wrong_share(NAME, name, arguments.number(name), "Write 0.2 for 20 %")]
    asked = arguments.numbers("stages")
    wrong += _wrong_stages(asked)
    wrong = wrong or not_above(NAME, p0, p1)
    if wrong:
        return wrong
    stages = [int(n) for n in asked]
    if stages == [0]:
        stages = [min(fleming_size(float(p0), float(p1), float(alpha), float(beta)), LARGEST)]
    give_up, reject = bounds = fleming(stages, float(p0), float(alpha))
    null, hoped = (stage_outcomes(stages, bounds, float(p)) for p in (p0, p1))
    size, power = min(float(null[0].sum()), 1.0), min(float(hoped[0].sum()), 1.0)
    seen = [sum(stages[: place + 1]) for place in range(len(stages))]
    looks: tuple[Cells, ...] = tuple(
        {"n": n, "r": low, "a": high} for n, low, high in zip(seen, give_up, reject, strict=True)
    )
    return MethodResult(
        values={"n": seen[-1], "alpha_attained": size, "power_attained": power},
        method=(
            f"Fleming design of {exact_text(p0)} against {exact_text(p1)}, "
            f"one-sided level {exact_text(alpha * 100)} %, stages of {', '.join(map(str, stages))}"
        ),
        warnings=_warnings(size, float(alpha)),
        shapes={
            "stages": looks,
            "n": seen[-1],
            "EN0": expected_size(stages, null[0] + null[1]),
            "EN1": expected_size(stages, hoped[0] + hoped[1]),
            "PET0": float((null[0] + null[1])[:-1].sum()),
            "alpha_attained": size,
            "power_attained": power,
        },
    )


def _warnings(size: float, alpha: float) -> tuple[str, ...]:
    said = "The attained size is above the level: the boundaries are those of the normal approximation"
    return (said,) if size > alpha + 1e-12 else ()


def _wrong_stages(asked: list[Fraction]) -> list[Problem]:
    whole = all(n.denominator == 1 for n in asked)
    if asked == [0] or (whole and 1 <= len(asked) <= MOST_STAGES and min(asked) >= 1 and sum(asked) <= LARGEST):
        return []
    found = f"stages is {', '.join(exact_text(n) for n in asked[:5]) or 'empty'}"
    expected = f"One to {MOST_STAGES} whole numbers, {LARGEST} together at most; or 0"
    return [problems.impossible_arguments(NAME, found, expected, "Write 15, 10")]
