"""The same question under every declared reading: one line an estimand."""

from collections.abc import Mapping, Sequence

import msgspec

from trialwright.analyze.material import Material, estimands_of
from trialwright.analyze.rates import Observed, interval_rows
from trialwright.analyze.verdicts import Verdicts, bound_rows, verdict_line, verdicts_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, Estimand

NOW = {"Y": "responder", "N": "non-responder", "U": "undetermined"}


def sensitivity(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `undetermined`, `rate` and its interval an estimand, how many verdicts differ from the first one's, and whose.

    Missing: an estimand that leaves verdicts open has no rate of its own but two more lines, with none and with all of
             them as responders.
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
    n, *rate = line.counted(verdicts.yes)
    asked = msgspec.structs.replace(n, method=f"{estimand.title.en}: {estimand.says.strip()}")
    rows = [asked, line.says("undetermined", verdicts.undetermined)]
    if not verdicts.undetermined or verdicts.observed_only:
        # Where verdicts are open a single rate would quietly count them as non-responders: the bounds below say it.
        rows += rate
        rows += interval_rows(line, Observed(verdicts.yes, verdicts.denominator), estimand, material.catalog)
    if first is not None:
        mine = {r.participant_id: r.verdict for r in verdicts.records}
        changed = [r for r in first.records if mine.get(r.participant_id, r.verdict) != r.verdict]
        # Both sets of verdicts are behind this number.
        both = msgspec.structs.replace(line, records=tuple(dict.fromkeys((*first.ids, *verdicts.ids))))
        method = "Differ: verdicts that are not those of the first line, among the participants of both"
        rows.append(both.says("differ", len(changed), method=method))
        rows.append(both.says("who", _who(changed, mine, len(first.members) - len(verdicts.members))))
    return rows


def _who(changed: Sequence[AnalysisRecord], mine: Mapping[str, str], fewer: int) -> str:
    """Whose verdict became what, and how many are not in the population of this line."""
    told = []
    for verdict, words in NOW.items():
        who = [r.participant_id for r in changed if mine[r.participant_id] == verdict]
        told += [f"{words}: {', '.join(who)}"] if who else []
    if fewer > 0:
        told.append(f"{fewer} not in this set")
    return "; ".join(told) or "nobody"
