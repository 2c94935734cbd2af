"""Laboratory values against their own upper limits: how often each moved from where it was at baseline."""

from fractions import Fraction

from trialwright.analyze.material import Line, Material, population_of, setting
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

LIMIT = "_uln"
LEVELS = (
    ("normal", "at most the upper limit"),
    ("raised", "up to {high} times the limit"),
    ("high", "above {high} times the limit"),
)
MEANT = (
    "Worst: the largest multiple of the upper limit at any visit after the first dose; "
    "no value is graded by a licensed scale"
)


def laboratory(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line a laboratory item and level at baseline (`ck.normal`), a statistic a level at its worst afterwards.

    Shape:    parameter `instrument` names the form, `high` how many times the limit counts as high; every item that has
              a limit `<item>_uln` is a line. Statistics `worst_normal`, `worst_raised`, `worst_high`, `missing`.
    Missing:  a value without its limit, or never measured afterwards, counts as missing.
    """
    members = material.members(population_of(material, use))
    name, high = setting(material, use, "instrument"), Fraction(setting(material, use, "high"))
    instrument = material.catalog.instrument(name)
    items = {item.name: item for item in instrument.items}
    rows: list[ResultRow] = []
    for item in (each for each in items.values() if f"{each.name}{LIMIT}" in items):
        seen = {pid: _course(material, f"{name}.{item.name}", pid) for pid in members}
        ids = tuple(i for pid in members for i in _ids(material, f"{name}.{item.name}", pid))
        for level, words in (*LEVELS, ("unknown", "not known")):
            at = [pid for pid in members if _level(seen[pid][0], high) == level]
            if not at and level == "unknown":
                continue
            line = Line(
                display=use.number, row=f"{item.name}.{level}",
                label=f"{item.label.en}: {words.format(high=setting(material, use, 'high'))}",
                analysis_set=population_of(material, use), denominator=len(members), records=ids,
                participants=tuple(members),
            )  # fmt: skip
            rows.append(line.says("n", len(at), method=MEANT))
            for worst, _ in LEVELS:
                rows.append(line.says(f"worst_{worst}", sum(_level(seen[pid][1], high) == worst for pid in at)))
            rows.append(line.says("missing", sum(seen[pid][1] is None for pid in at)))
    return rows


def _ids(material: Material, parameter: str, participant: str) -> list[str]:
    both = (*material.about(parameter, participant), *material.about(f"{parameter}{LIMIT}", participant))
    return [r.id for r in both]


def _course(material: Material, parameter: str, participant: str) -> tuple[Fraction | None, Fraction | None]:
    """The multiple of the limit at baseline, and the largest afterwards."""
    limits = {r.visit: r.value for r in material.about(f"{parameter}{LIMIT}", participant)}
    before: list[Fraction] = []
    after: list[Fraction] = []
    kinds = {visit.name: visit.kind for visit in material.study.visits}
    for record in material.about(parameter, participant):
        limit = limits.get(record.visit)
        if not isinstance(record.value, Fraction):
            continue
        if isinstance(limit, Fraction) and limit > 0:
            (before if kinds.get(record.visit) in ("screening", "baseline") else after).append(record.value / limit)
    return (before[-1] if before else None), (max(after) if after else None)


def _level(multiple: Fraction | None, high: Fraction) -> str:
    if multiple is None:
        return "unknown"
    if multiple <= 1:
        return "normal"
    return "raised" if multiple <= high else "high"
