"""What this number of participants could have shown: the exact power of the test, and the responders seen."""

from fractions import Fraction

import msgspec
from scipy.special import bdtrc

from trialwright.analyze.material import Material, estimands_of
from trialwright.analyze.rates import Observed, numbers_of, test_rows
from trialwright.analyze.verdicts import verdict_line, verdicts_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

STEP = 5
AT_OBSERVED = "True rate equal to the observed one (says nothing that p does not say)"
EXACT = "Exact: the binomial probability of at least the responders needed, at each true rate"


def power(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line a true rate (`true_35`) with the probability of excluding each benchmark (`benchmark_<i>_rate`); `observed`,
    `at_observed` and the responders needed (`needed_<i>`).

    Missing:  a benchmark that no number of responders could exclude has no power anywhere: 0.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        verdicts = verdicts_of(material, estimand)
        line = verdict_line(use, estimand, ("observed", "Observed"), verdicts)
        rows += line.counted(verdicts.yes)
        needed: dict[int, int] = {}
        for number, benchmark in enumerate(estimand.benchmarks, 1):
            made = numbers_of(
                test_rows(line, Observed(verdicts.yes, verdicts.denominator), benchmark, estimand, material.catalog)
            )
            critical = made.get("critical")
            needed[number] = critical if isinstance(critical, int) else verdicts.denominator + 1
            label = f"Responders needed against {benchmark.label.en}"
            at = msgspec.structs.replace(line, row=f"needed_{number}", label=label)
            none = () if isinstance(critical, int) else ("no number of responders would do",)
            rows.append(at.says("n", critical if isinstance(critical, int) else None, warnings=none))
        seen = Fraction(verdicts.yes, verdicts.denominator) if verdicts.denominator else None
        places = [(f"true_{p}", f"True rate {p} %", Fraction(p, 100)) for p in range(0, 101, STEP)]
        places += [("at_observed", AT_OBSERVED, seen)] if seen is not None else []
        for row, label, rate in places:
            at = msgspec.structs.replace(line, row=row, label=label, denominator=None)
            for number, critical in needed.items():
                chance = _chance(critical, verdicts.denominator, rate)
                rows.append(at.says(f"benchmark_{number}_rate", chance, method=EXACT))
    return rows


def _chance(critical: int, n: int, rate: Fraction) -> float | Fraction:
    """P(at least `critical` responders of n) at a true rate."""
    if critical > n or n == 0:
        return Fraction(0)
    if critical <= 0:
        return Fraction(1)
    return round(float(bdtrc(critical - 1, n, float(rate))), 12)
