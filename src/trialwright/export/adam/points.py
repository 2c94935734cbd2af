"""The points behind a score: what each measure gave to a verdict, with the way back to the measure's own line."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from trialwright.export.adam.basic import Bench, roles_of
from trialwright.export.adam.names import short
from trialwright.export.adam.tables import Line
from trialwright.export.datasets import Dataset
from trialwright.export.sdtm.values import number
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.study import Estimand

POINTS = "points_"
_BOUNDS = ("lower", "upper")


def sequences(core: Dataset | None) -> dict[str, int]:
    """ASEQ of every line of ADCORE by the analysis record that it writes down."""
    if core is None:
        return {}
    return {str(name): int(str(at)) for name, at in zip(core.column("ARECID"), core.column("ASEQ"), strict=True)}


def points_lines(
    bench: Bench,
    estimands: Sequence[Estimand],
    found: Sequence[tuple[Line, AnalysisRecord, Estimand]],
    codes: Mapping[str, str],
    core: Mapping[str, int],
) -> tuple[list[Line], dict[str, str]]:
    """
    A line for the points of every measure and one for the score, at every verdict of a criterion that gives points.

    Shape:   the lines, and in words how each PARAMCD was worked out. SRCSEQ is ASEQ of the measure's line of ADCORE.
    Missing: no line where a measure gave no points; no score where missing measures leave it open.
    """
    lines: list[Line] = []
    told: dict[str, str] = {}
    named: dict[tuple[str, str], str] = {}
    taken = set(codes.values())
    for line, record, estimand in found:
        title = bench.catalog.criterion(estimand.variable.entry).title.en
        behind = roles_of(record)
        for key, words, value, measure in _values(record, title, behind):
            code = named.get((estimand.name, key))
            if code is None:
                code = named[estimand.name, key] = short(f"{key}_{estimand.name.partition('_')[0]}", taken)
                taken.add(code)
                told[code] = f"{words}, as {estimand.variable.entry} gives them for {codes[estimand.name]}"
            kept = {name: cell for name, cell in line.items() if name not in ("AVALC", "CRITVERD", "NIMPROV", "NWORSE")}
            lines.append({
                **kept, "PARAM": f"{words} ({codes[estimand.name]})", "PARAMCD": code,
                "PARAMN": len(estimands) + list(named).index((estimand.name, key)) + 1, "AVAL": number(value),
                "PARAMTYP": "DERIVED", "DTYPE": None, "SRCDOM": "ADCORE" if measure else "ADRESP",
                "SRCVAR": "AVAL", "SRCSEQ": core.get(measure) if measure else None,
            })  # fmt: skip
    return lines, told


def _values(record: AnalysisRecord, title: str, behind: Mapping[str, str]) -> list[tuple[str, str, Fraction, str]]:
    """Key, words, value and the record of the measure ("" for the score) of everything that has points."""
    counts = record.counts
    roles = [name.removeprefix(POINTS) for name in counts if name.startswith(POINTS)]
    if not roles:
        return []
    made = [(f"pt_{role}", f"{title}: points of {role.upper()}", counts[POINTS + role], behind.get(role, ""))
            for role in roles]  # fmt: skip
    lower, upper = (counts.get(name) for name in _BOUNDS)
    if lower is not None and lower == upper:
        made.append(("score", f"{title}: score", lower, ""))
    return made
