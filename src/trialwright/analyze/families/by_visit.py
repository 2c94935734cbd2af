"""Responders at every visit on the way to the endpoint."""

import msgspec

from trialwright.analyze.material import Material, estimands_of
from trialwright.analyze.rates import Observed, interval_rows
from trialwright.analyze.verdicts import verdict_line, verdicts_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

SAME_RULES = (
    "Every visit is judged by the rules of the endpoint: strategies as of that visit, then the missing-data rule"
)


def by_visit(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `rate`, interval and `undetermined` a visit that measures the endpoint, the endpoint's own visit last.

    Missing:  everybody of the population stays in every denominator.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        verdicts = verdicts_of(material, estimand)
        for visit in material.study.visits:
            at_end = visit.name == estimand.variable.visit
            parameter = estimand.name if at_end else f"{estimand.name}:course"
            found = [r for r in material.of(parameter, visit.name) if r.participant_id in set(verdicts.members)]
            if not found:
                continue
            line = verdict_line(use, estimand, (visit.name, visit.title.en), verdicts)
            line = msgspec.structs.replace(line, denominator=len(verdicts.members), records=tuple(r.id for r in found))
            responders = sum(r.verdict == "Y" for r in found)
            n, rate = line.counted(responders)
            open_ = len(verdicts.members) - sum(r.verdict in ("Y", "N") for r in found)
            rows += [msgspec.structs.replace(n, method=SAME_RULES), rate, line.says("undetermined", open_)]
            rows += interval_rows(line, Observed(responders, len(verdicts.members)), estimand, material.catalog)
    return rows
