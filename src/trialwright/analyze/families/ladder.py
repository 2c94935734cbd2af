"""How the daily dose moves down (or up) its ladder: participants in each band of dose at each visit."""

from fractions import Fraction

from trialwright.analyze.material import Line, Material, assumptions, estimands_of, setting
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse

AS_TAKEN = "The dose as taken at each visit, whatever else happened; each participant is in one band, or missing"


def ladder(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    A line a visit, a statistic a band: `to_0`, `to_7.5` (above the band before, up to this), `above_30`, `missing`.

    Shape:    parameter `bands` lists the upper ends, in the unit of the value; the bands and `missing` add up to all.
    Missing:  whoever has no dose at the visit, also after leaving.
    """
    bands = [Fraction(text) for text in setting(material, use, "bands").split()]
    names = [*(f"to_{text}" for text in setting(material, use, "bands").split()), f"above_{_last(material, use)}"]
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "value"):
        members = material.members(estimand.population)
        among = frozenset(members)
        for visit in material.study.visits:
            found = [r for r in material.of(estimand.variable.entry, visit.name) if r.participant_id in among]
            if not found or visit.kind not in ("baseline", "planned"):
                continue
            line = Line(
                display=use.number, row=visit.name, label=visit.title.en, estimand=estimand.name,
                analysis_set=estimand.population, denominator=len(members), assumed=assumptions(estimand.origin),
                records=tuple(r.id for r in found), participants=members,
            )  # fmt: skip
            at = [band for r in found if (band := _band(r, bands)) is not None]
            rows += [line.says(name, at.count(place), method=AS_TAKEN) for place, name in enumerate(names)]
            rows.append(line.says("missing", len(members) - len(at)))
    return rows


def _last(material: Material, use: DisplayUse) -> str:
    return setting(material, use, "bands").split()[-1]


def _band(record: AnalysisRecord, bands: list[Fraction]) -> int | None:
    if not isinstance(record.value, Fraction):
        return None
    return next((place for place, end in enumerate(bands) if record.value <= end), len(bands))
