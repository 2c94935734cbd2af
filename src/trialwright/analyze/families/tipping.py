"""Missing verdicts enumerated: the result for every possible number of responders among them."""

import msgspec

from trialwright.analyze.material import Line, Material, estimands_of
from trialwright.analyze.rates import Observed, interval_rows, test_rows
from trialwright.analyze.verdicts import verdict_line, verdicts_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, Estimand


def tipping(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line `if_<k>` a possible number of responders among those whose verdict missing values leave open.

    Shape:    nothing is sampled: with m open verdicts there are m + 1 lines, from none to all of them. Each has `n`,
              `rate`, its interval, and a p a benchmark (`benchmark_<i>_p_value`) with the decision it leads to.
    Missing:  without open verdicts one line remains, the result itself.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        verdicts = verdicts_of(material, estimand)
        without = len(verdicts.members) - len(verdicts.records)
        open_ = sum(is_open(record) for record in verdicts.records) + without
        known = sum(record.verdict == "Y" and not is_open(record) for record in verdicts.records)
        for count in range(open_ + 1):
            label = f"{count} of the {open_} open verdicts counted as responders"
            line = verdict_line(use, estimand, (f"if_{count}", label), verdicts)
            line = msgspec.structs.replace(line, denominator=len(verdicts.members))
            observed = Observed(known + count, len(verdicts.members))
            rows += line.counted(observed.responders)
            rows += interval_rows(line, observed, estimand, material.catalog)
            rows += _decisions(material, estimand, line, observed)
    return rows


def is_open(record: AnalysisRecord) -> bool:
    """Whether missing values, and nothing else, left a verdict open, whatever a rule then made of it."""
    return record.verdict == "U" or "missing:" in record.details.get("steps", "")


def _decisions(material: Material, estimand: Estimand, line: Line, observed: Observed) -> list[ResultRow]:
    rows: list[ResultRow] = []
    for number, benchmark in enumerate(estimand.benchmarks, 1):
        made = test_rows(line, observed, benchmark, estimand, material.catalog)
        for row in made:
            if row.statistic in ("p_value", "reject"):
                name = f"benchmark_{number}_{row.statistic}"
                rows.append(msgspec.structs.replace(row, statistic=name, cell=f"{row.display}:{row.row}:{name}"))
    return rows
