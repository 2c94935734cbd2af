"""The flow of participants in one picture: the states of disposition, who is still under way, and the analysis sets."""

from trialwright.analyze.families.disposition import disposition
from trialwright.analyze.families.sets import analysis_sets
from trialwright.analyze.material import Line, Material
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

ENDS = ("completed", "withdrawn", "died")


def flow(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    The rows of disposition and of the analysis sets, with `never_dosed` and `under_way` between them.

    Missing: whoever is enrolled and has neither completed, nor left, nor died is under way.
    """
    enrolled = material.with_fact("enrolled")
    dosed = set(material.with_fact("dosed"))
    ended = {pid for name in ENDS for pid in material.with_fact(name)}
    never = tuple(pid for pid in enrolled if pid not in dosed)
    under_way = tuple(pid for pid in enrolled if pid not in ended)
    apart = (
        ("never_dosed", "Enrolled and never treated", ("dosed",), never),
        ("under_way", "Still under way", ENDS, under_way),
    )
    rows = disposition(material, use)
    for row, label, facts, who in apart:
        line = Line(
            display=use.number, row=row, label=label, denominator=len(enrolled),
            records=tuple(i for fact in ("enrolled", *facts) for i in material.facts(fact, enrolled)),
            participants=tuple(material.participants),
        )  # fmt: skip
        rows += line.counted(len(who))
    return rows + analysis_sets(material, use)
