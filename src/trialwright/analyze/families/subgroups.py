"""The primary result by subgroup: described, never tested."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import msgspec

from trialwright.analyze.material import Material, assumptions, estimands_of
from trialwright.analyze.rates import Observed, interval_rows
from trialwright.analyze.verdicts import Verdicts, verdict_line, verdicts_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.quantity import Missing
from trialwright.model.study import DisplayUse, Estimand, Subgroup

NOT_TESTED = (
    "Subgroups are described and not compared: no difference between them can be concluded; in a group of fewer than "
    "10 read the counts and not the percentage. Groups without anybody are left out"
)


def subgroups(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `rate` and interval a group (`<subgroup>.<group>`), for every subgroup of the definition.

    Shape:    a choice gives a line a code; a number with cuts a line an interval ("below 50", "50 or more"); a group
              without anybody has none.
    Missing:  participants without the value have a line of their own.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        verdicts = verdicts_of(material, estimand)
        for subgroup in material.study.subgroups:
            for name, label, who, behind in _groups(material, subgroup, verdicts.members):
                rows += _line(material, use, estimand, verdicts, (subgroup, name, label), who=who, behind=behind)
    return rows


Group = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _groups(material: Material, subgroup: Subgroup, members: Sequence[str]) -> list[Group]:
    """Name, label, members and records of every group that has somebody."""
    last: dict[str, AnalysisRecord] = {}
    for visit in material.study.visits:
        if visit.kind in ("screening", "baseline"):
            for record in material.of(subgroup.by, visit.name):
                if not isinstance(record.value, Missing) or record.participant_id not in last:
                    last[record.participant_id] = record
    found: list[Group] = []
    for name, label in _named(material, subgroup):
        who = tuple(pid for pid in members if pid in last and _group_of(subgroup, last[pid]) == name)
        if who:
            found.append((name, label, who, tuple(r.id for pid, r in last.items() if pid in members)))
    without = tuple(pid for pid in members if pid not in last or not _group_of(subgroup, last[pid]))
    if without:
        found.append(("missing", "Not known", without, tuple(r.id for r in last.values())))
    return found


def _named(material: Material, subgroup: Subgroup) -> list[tuple[str, str]]:
    if subgroup.cuts:
        cuts = subgroup.cuts
        between = [(f"from_{a}", f"{a} or more, below {b}") for a, b in pairwise(cuts)]
        return [(f"below_{cuts[0]}", f"below {cuts[0]}"), *between, (f"from_{cuts[-1]}", f"{cuts[-1]} or more")]
    instrument, _, name = subgroup.by.partition(".")
    item = next((each for each in material.catalog.instrument(instrument).items if each.name == name), None)
    choices = [(choice.code, choice.label.en) for choice in item.choices] if item is not None else []
    return choices or [("Y", "Yes"), ("N", "No")]


def _group_of(subgroup: Subgroup, record: AnalysisRecord) -> str:
    value = record.value
    if isinstance(value, str):
        return value
    if not isinstance(value, Fraction) or not subgroup.cuts:
        return ""
    passed = [cut for cut in subgroup.cuts if value >= Fraction(cut)]
    return f"from_{passed[-1]}" if passed else f"below_{subgroup.cuts[0]}"


def _line(
    material: Material,
    use: DisplayUse,
    estimand: Estimand,
    verdicts: Verdicts,
    named: tuple[Subgroup, str, str],
    *,
    who: tuple[str, ...],
    behind: tuple[str, ...],
) -> list[ResultRow]:
    subgroup, name, label = named
    mine = [record for record in verdicts.records if record.participant_id in who]
    line = verdict_line(use, estimand, (f"{subgroup.name}.{name}", label), verdicts)
    line = msgspec.structs.replace(
        line,
        denominator=len(who),
        records=tuple(dict.fromkeys((*verdicts.ids, *behind))),
        assumed=(*line.assumed, *assumptions(subgroup.origin)),
    )
    responders = sum(record.verdict == "Y" for record in mine)
    n, *rate = line.counted(responders)
    rows = [msgspec.structs.replace(n, method=NOT_TESTED), *rate]
    return rows + interval_rows(line, Observed(responders, len(who)), estimand, material.catalog)
