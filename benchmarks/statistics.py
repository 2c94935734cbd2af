"""
Exact methods and the mixed model beside their peers, in one run; and how long the readout of a study takes.

Absolute figures drift between machines; the ratios to a peer are what to hold. Where Python has no peer (a mixed
model with Satterthwaite or Kenward-Roger) the target of the project stands beside the figure.
"""

import time
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
from scipy import stats

from trialwright import catalog
from trialwright.catalog.numerics.binomial import clopper_pearson
from trialwright.catalog.numerics.ranks import p_value, whole_numbers

TIED = [-10, -10, -5, -5, -2.5, 0, 0, -15, -20, -7.5, 2.5, -5, -12.5, -10, 0, 5, -2.5, -5, -7.5, -10]
"""Changes of a daily dose: 20 values with ties and zeros."""

PEOPLE, VISITS = 48, 4


def run() -> None:
    _proportions()
    _ranks()
    _repeated_measures()
    _imputation()


def _proportions() -> None:
    ours = _best(lambda: clopper_pearson(8, 20, 0.025), 2000)
    entry = _best(lambda: catalog.load().estimate("proportion_ci", {"x": 8, "n": 20, "method": "clopper_pearson"}), 200)
    scipys = _best(lambda: stats.binomtest(8, 20).proportion_ci(0.95, "exact"), 30)
    _say("Clopper-Pearson limits", ours, scipys, "scipy binomtest().proportion_ci", 20)
    _say("the same as a catalog entry, arguments checked", entry, scipys, "scipy binomtest().proportion_ci", 20)


def _ranks() -> None:
    x = [Fraction(str(value)) for value in TIED]
    whole, _ = whole_numbers(x)
    ours = _best(lambda: p_value(whole, "pratt"), 500)
    scipys = _best(lambda: stats.wilcoxon(TIED, zero_method="pratt", method="approx"), 30)
    print(f"  exact signed rank, ties and zeros, n = 20: {ours * 1e3:.4f} ms (target 0.2 ms: {_met(ours <= 0.0002)})")
    print(f"    scipy's normal approximation of the same: {scipys * 1e3:.3f} ms, {scipys / ours:.1f} x as long")
    whole_answer = _best(lambda: catalog.load().estimate("signed_rank", {"x": x}), 20)
    print(f"    whole entry, with Hodges-Lehmann, both intervals and t: {whole_answer * 1e3:.2f} ms")


def _made(seed: int = 7) -> list[dict[str, str | Fraction]]:
    """48 participants at four visits with a level of their own, a fall over time, and noise that grows."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, str | Fraction]] = []
    for who in range(PEOPLE):
        level, base = random.normal(0, 4), round(float(random.normal(40, 8)), 1)
        for number in range(1, VISITS + 1):
            change = round(float(-2 * number - 0.2 * (base - 40) + level + random.normal(0, 2 + number)), 1)
            rows.append(
                {"id": f"P{who:02}", "visit": f"W{4 * number}", "base": Fraction(str(base)), "y": Fraction(str(change))}
            )
    return rows


def _repeated_measures() -> None:
    rows = _made()
    asked = {"data": rows, "response": "y", "subject": "id", "visit": "visit", "fixed": "visit,base"}
    for covariance, df in product(("us", "toeph", "ar1h", "csh"), ("Satterthwaite", "Kenward-Roger-Linear")):
        took = _best(lambda c=covariance, d=df: catalog.load().estimate("mmrm", {**asked, "covariance": c, "df": d}), 2)
        met = f" (target 150 ms: {_met(took <= 0.15)})" if covariance == "us" else ""
        print(f"  mixed model {covariance:<6} {df:<21} 48 x 4: {took * 1e3:7.1f} ms{met}")
    _statsmodels(rows)


def _statsmodels(rows: list[dict[str, str | Fraction]]) -> None:
    """The nearest peer: a random effect for every visit, which has the same likelihood and no degrees of freedom."""
    try:
        import pandas as pd
        from statsmodels.regression.mixed_linear_model import MixedLM
    except ImportError:
        print("  statsmodels is not here: no peer for the mixed model")
        return
    table = pd.DataFrame([{k: float(v) if isinstance(v, Fraction) else v for k, v in row.items()} for row in rows])
    model = MixedLM.from_formula("y ~ visit + base", table, groups="id", re_formula="~ 0 + visit")
    took = _best(lambda: model.fit(reml=True), 1)
    print(f"    statsmodels MixedLM (no Satterthwaite, no Kenward-Roger): {took * 1e3:.0f} ms")


def _imputation() -> None:
    rows = [row if (at % 11) else {**row, "y": None} for at, row in enumerate(_made())]
    asked = {"data": rows, "response": "y", "subject": "id", "visit": "visit", "covariates": "base", "seed": 1}
    took = _best(lambda: catalog.load().estimate("multiple_imputation", asked), 1)
    print(f"  multiple imputation, 100 of 48 x 4, 18 values missing: {took * 1e3:.0f} ms")


def _say(what: str, ours: float, peer: float, name: str, target: float) -> None:
    ratio = peer / ours
    print(f"  {what}: {ours * 1e6:.1f} us; {name}: {peer * 1e6:.0f} us")
    print(f"    {ratio:.0f} x as fast (target {target:.0f} x: {_met(ratio >= target)})")


def _met(held: bool) -> str:
    return "met" if held else "NOT met"


def _best(work: Callable[[], object], times: int, repeats: int = 5) -> float:
    """Seconds a call, the best of some repeats."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - start) / times)
    return min(found)
