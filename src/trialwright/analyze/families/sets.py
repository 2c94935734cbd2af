"""How many participants each analysis set holds."""

from trialwright.analyze.material import Line, Material, assumptions
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse


def analysis_sets(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` an analysis set, and its `rate` of those enrolled.

    Missing: whoever the set's condition leaves undecided is not in it; the row warns of how many.
    """
    enrolled = material.with_fact("enrolled")
    rows = []
    for analysis_set in material.study.analysis_sets:
        members = material.members(analysis_set.name)
        undecided = material.with_fact(f"set.{analysis_set.name}", None)
        line = Line(
            display=use.number,
            row=analysis_set.name,
            label=analysis_set.title.en,
            analysis_set=analysis_set.name,
            denominator=len(enrolled),
            assumed=assumptions(analysis_set.origin),
            records=material.facts(f"set.{analysis_set.name}", tuple(material.participants)),
            participants=tuple(dict.fromkeys((*members, *enrolled))),
        )
        warnings = [f"undecided for {len(undecided)} participant(s), who are left out"] if undecided else []
        counted = line.counted(len(members))
        rows += [line.says("n", len(members), warnings=warnings), *counted[1:]]
    return rows
