"""Every possible number of responders among the missing, with the conclusion each would lead to."""

from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.binomial import clopper_pearson
from trialwright.catalog.numerics.binomial_tests import p_values, terms
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_level, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, Estimate, MethodResult
from trialwright.model.problem import Problem

MOST = 5_000  # participants: beyond, the exact sums keep a reader waiting


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The rate with `nonresponder` imputation and in the `best` case; `tips_at`, how many would have to have responded.

    Shape:    one row a possible number of responders among the missing, 0 to all of them.
    Missing:  no `tips_at` where the conclusion is the same for every number.
    Problems: more known and missing verdicts than participants, a benchmark or level outside 0 to 1.
    Source:   entry.yaml; nothing is sampled, and the test decides in exact arithmetic.
    """
    x, missing, n = arguments.integer("responders"), arguments.integer("missing"), arguments.integer("n")
    p0, alpha, level = arguments.number("p0"), arguments.number("alpha"), arguments.number("conf_level")
    wrong = wrong_counts("tipping", x, n, MOST) + wrong_level("tipping", level)
    wrong += wrong_share("tipping", "p0", p0, "Write 0.425 for 42.5 %")
    wrong += wrong_share("tipping", "alpha", alpha, "Write 0.05 for 5 %")
    if missing < 0 or x + missing > n:
        found = f"{x} responders and {missing} missing of {n}"
        expected = "Responders and missing together at most n"
        wrong.append(problems.impossible_arguments("tipping", found, expected, "Correct missing"))
    if wrong:
        return wrong
    method = (
        f"Complete enumeration of {missing} missing verdicts: exact test (greater) at one-sided "
        f"{exact_text(alpha * 100)} %, Clopper-Pearson exact {exact_text(level * 100)} % confidence interval"
    )
    outcomes = terms(n, p0)
    tails, whole = p_values(outcomes, "greater"), 2 * sum(outcomes)
    rows: list[Estimate] = []
    cells: list[Cells] = []
    decided: list[bool] = []
    for among in range(missing + 1):
        count = x + among
        p = Fraction(tails[count], whole)
        lower, upper = clopper_pearson(count, n, float((1 - level) / 2))
        decided.append(p <= alpha)
        rows.append(
            Estimate(
                name="rate", labels={"responders_among_missing": str(among)}, estimate=Fraction(count, n), lower=lower,
                upper=upper, level=level, p_value=float(p), method=method,
            )
        )  # fmt: skip
        cells.append(
            {"responders_among_missing": among, "x": count, "rate": Fraction(count, n), "lower": lower,
             "upper": upper, "p_value": float(p), "excluded": int(decided[-1])}
        )  # fmt: skip
    values: dict[str, Fraction | float | int | str] = {
        "nonresponder": Fraction(x, n), "best": Fraction(x + missing, n),
    }  # fmt: skip
    # The p value falls with the number of responders: the first that excludes is where it tips.
    tips_at = decided.index(True) if decided[-1] and not decided[0] else None
    if tips_at is not None:
        values["tips_at"] = tips_at
    known = "is" if decided[0] else "is not"
    warnings = () if tips_at is not None else (f"The benchmark {known} excluded whatever the missing verdicts are",)
    return MethodResult(
        values=values, method=method, warnings=warnings, rows=tuple(rows),
        shapes={"rows": tuple(cells), "nonresponder": values["nonresponder"], "best": values["best"],
                "tips_at": tips_at},
    )  # fmt: skip
