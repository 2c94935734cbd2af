"""Two arms: exact power of a given size, or the size that reaches a power."""

from fractions import Fraction

from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.numerics.refusals import not_above, out_of_reach, wrong_share
from trialwright.catalog.numerics.two_arms import largest_size, probability, rejects
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem

NAME = "two_arm_rates"
LARGEST = 200


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `power` and the largest `size` of n1 and n2; without n1, of the smallest equal arms that reach 1 - beta.

    Shape:    `n_per_arm` is the first size that reaches the power, `holds_from` that from which on all do up to nmax.
    Missing:  no size up to nmax leaves all of them out, with a warning.
    Problems: rates or errors outside 0 to 1, a first rate that is not above the second, arms out of reach.
    Source:   entry.yaml; nothing is approximated but the score test's own limit.
    """
    names = ("p1", "p2", "alpha", "beta")
    p1, p2, alpha, beta = (arguments.number(name) for name in names)
    n1, most = arguments.integer("n1"), arguments.integer("nmax")
    n2 = arguments.integer("n2") or n1
    wrong = [p for name in names for p in wrong_share(NAME, name, arguments.number(name), "Write 0.6 for 60 %")]
    wrong += out_of_reach(NAME, "n1", n1, 0, LARGEST) + out_of_reach(NAME, "n2", n2, min(n1, 1), LARGEST)
    wrong += out_of_reach(NAME, "nmax", most, 2, LARGEST)
    wrong = wrong or not_above(NAME, p2, p1)
    if wrong:
        return wrong
    kind = arguments.choice("test"), arguments.choice("sides")
    rates = float(p1), float(p2)
    values: dict[str, Fraction | float | int | str] = {}
    if not n1:
        first, steady = _sizes(rates, float(alpha), 1 - float(beta), kind, most)
        n1 = n2 = first or 0
        values |= {name: n for name, n in (("n_per_arm", first), ("holds_from", steady)) if n is not None}
    warnings: tuple[str, ...] = ()
    if n1:
        rejected = rejects(n1, n2, float(alpha), *kind)
        size = largest_size(rejected)
        values |= {"power": min(probability(rejected, *rates), 1.0), "size": size}
        if size > float(alpha) + 1e-9:
            warnings = (f"The test's largest size, {rounded(Fraction(size), 4)}, is above the level",)
    else:
        warnings = (f"No size up to {most} an arm reaches the power: raise nmax",)
    keys = ("power", "size", "n_per_arm", "holds_from")
    return MethodResult(
        values=values,
        method=(
            f"{kind[0]} test of two rates, {exact_text(p1)} against {exact_text(p2)}, {kind[1]}-sided at "
            f"{exact_text(alpha * 100)} %; every pair of outcomes summed"
        ),
        warnings=warnings,
        shapes={key: values.get(key) for key in keys},
    )


def _sizes(
    rates: tuple[float, float], alpha: float, wanted: float, kind: tuple[str, str], most: int
) -> tuple[int | None, int | None]:
    """The first size an arm that reaches the power, and the one from which on every one up to `most` does."""
    reach = [n for n in range(2, most + 1) if probability(rejects(n, n, alpha, *kind), *rates) >= wanted - 1e-11]
    steady = most + 1
    while steady - 1 in reach[-(most + 2 - steady) :]:
        steady -= 1
    return (reach[0] if reach else None), (steady if steady <= most else None)
