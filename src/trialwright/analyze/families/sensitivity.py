"""The same question under every declared reading: one line an estimand."""

import msgspec

from trialwright.analyze.material import Material, estimands_of
from trialwright.analyze.rates import Observed, interval_rows
from trialwright.analyze.verdicts import Verdicts, bound_rows, verdict_line, verdicts_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse, Estimand


def sensitivity(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `undetermined`, `rate` and its interval an estimand, and how many verdicts differ from the first one's.

    Missing: an estimand that leaves verdicts open has two more lines, with none and with all of them as responders.
    """
    estimands = estimands_of(material, use, "response")
    rows: list[ResultRow] = []
    first = verdicts_of(material, estimands[0]) if estimands else None
    for estimand in estimands:
        verdicts = verdicts_of(material, estimand)
        rows += _line(material, use, estimand, verdicts, first)
        if verdicts.undetermined:
            rows += bound_rows(material.catalog, use, estimand, verdicts, prefix=f"{estimand.name}.")
    return rows


def _line(
    material: Material, use: DisplayUse, estimand: Estimand, verdicts: Verdicts, first: Verdicts | None
) -> list[ResultRow]:
    line = verdict_line(use, estimand, (estimand.name, estimand.title.en), verdicts)
    rows = [*line.counted(verdicts.yes), line.says("undetermined", verdicts.undetermined)]
    rows += interval_rows(line, Observed(verdicts.yes, verdicts.denominator), estimand, material.catalog)
    if first is not None:
        mine = {r.participant_id: r.verdict for r in verdicts.records}
        differ = sum(mine.get(r.participant_id, r.verdict) != r.verdict for r in first.records)
        # Both sets of verdicts are behind this number.
        both = msgspec.structs.replace(line, records=tuple(dict.fromkeys((*first.ids, *verdicts.ids))))
        rows.append(both.says("differ", differ, method="Differ: verdicts that are not those of the first line"))
    return rows
