"""What every family of results works from, and how a result row is made."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, AnalysisRecord, Participant, ResultRow
from trialwright.model.entry import MethodResult
from trialwright.model.study import Assumption, DisplayUse, Estimand, Provenance, Study

Number = Fraction | float | int | str | None

NOBODY = "nobody is in the denominator"
DECIMALS = 1
"""How many decimals a described value is printed with; the row itself stays exact."""


class Material:
    """One analysis with its study, looked up the ways the families need."""

    def __init__(self, study: Study, analysis: Analysis, catalog: Catalog) -> None:
        self.study, self.analysis, self.catalog = study, analysis, catalog
        self.participants: dict[str, Participant] = {p.participant_id: p for p in analysis.participants}
        self.by_id: dict[str, AnalysisRecord] = {r.id: r for r in analysis.records}
        self._by_parameter: dict[str, list[AnalysisRecord]] = defaultdict(list)
        self._at_visit: dict[tuple[str, str], list[AnalysisRecord]] = defaultdict(list)
        self._about: dict[tuple[str, str], list[AnalysisRecord]] = defaultdict(list)
        for record in analysis.records:
            self._by_parameter[record.parameter].append(record)
            self._at_visit[record.parameter, record.visit].append(record)
            self._about[record.parameter, record.participant_id].append(record)

    def of(self, parameter: str, visit: str | None = None) -> list[AnalysisRecord]:
        """The records of one parameter, at one visit or at all."""
        if visit is None:
            return list(self._by_parameter.get(parameter, ()))
        return list(self._at_visit.get((parameter, visit), ()))

    def about(self, parameter: str, participant: str) -> list[AnalysisRecord]:
        """The records of one parameter of one participant."""
        return list(self._about.get((parameter, participant), ()))

    def parameters(self) -> tuple[str, ...]:
        """Every parameter there is a record of, in the order of the first."""
        return tuple(self._by_parameter)

    def members(self, analysis_set: str) -> tuple[str, ...]:
        """Participants of a set; of all who were enrolled where no set is named."""
        if analysis_set:
            return tuple(p.participant_id for p in self.participants.values() if analysis_set in p.sets)
        return self.with_fact("enrolled")

    def with_fact(self, name: str, value: bool | str | None = True) -> tuple[str, ...]:
        """Participants of whom a fact is known to be `value`."""
        return tuple(pid for pid, p in self.participants.items() if p.facts.get(name) == value)

    def facts(self, name: str, participants: Iterable[str]) -> tuple[str, ...]:
        """The ids of the records of one fact."""
        wanted = set(participants)
        return tuple(r.id for r in self._by_parameter[f"fact.{name}"] if r.participant_id in wanted)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a display while its statistics are made: what all of its rows share."""

    display: str
    row: str
    label: str
    estimand: str = ""
    analysis_set: str = ""
    denominator: int | None = None
    assumed: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()

    def says(
        self,
        statistic: str,
        value: Number,
        *,
        unit: str = "",
        decimals: int | None = None,
        method: str = "",
        warnings: Sequence[str] = (),
    ) -> ResultRow:
        """One statistic of the line; without a value it says why in its warnings."""
        return ResultRow(
            cell=f"{self.display}:{self.row}:{statistic}",
            display=self.display,
            estimand=self.estimand,
            row=self.row,
            statistic=statistic,
            label=self.label,
            value=value,
            unit=unit,
            decimals=decimals,
            analysis_set=self.analysis_set,
            denominator=self.denominator,
            method=method,
            warnings=tuple(warnings) or ((NOBODY,) if value is None else ()),
            assumed=self.assumed,
            records=self.records,
            participants=self.participants,
        )

    def counted(self, count: int) -> list[ResultRow]:
        """`n`, and `rate` where the line has a denominator."""
        rows = [self.says("n", count)]
        if self.denominator is not None:
            rows.append(self.says("rate", Fraction(count, self.denominator) if self.denominator else None))
        return rows


SUMMARY = "summary"
"""The method that describes numbers: mean, spread, quartiles."""


def described(
    catalog: Catalog,
    line: Line,
    values: Sequence[Fraction],
    *,
    prefix: str = "",
    unit: str = "",
    measured: int | None = None,
) -> list[ResultRow]:
    """
    What the summary method says of some values, but their number; a statistic it leaves out says why.

    `measured`: the decimals a value is measured with; smallest and largest print so, the others with one more.
    """
    finer = DECIMALS if measured is None else measured + 1
    result = catalog.estimate(SUMMARY, {"x": values})
    if not isinstance(result, MethodResult):
        raise ValueError("; ".join(problem.sentence() for problem in result))
    return [
        line.says(
            f"{prefix}{name}",
            result.values.get(name),
            unit=unit,
            decimals=measured if measured is not None and name in ("min", "max") else finer,
            method=result.method,
            warnings=() if name in result.values else result.warnings,
        )
        for name in catalog.method(SUMMARY).returns
        if name != "n"
    ]


def decimals_of(values: Iterable[Fraction]) -> int:
    """The decimals that values are written with; one where they have no end, and never more than two."""
    found = list(values)
    for places in (0, 1, 2):
        if all((value * 10**places).denominator == 1 for value in found):
            return places
    return 2 if all(1000 % value.denominator == 0 for value in found) else 1


def estimands_of(material: Material, use: DisplayUse, *kinds: str) -> list[Estimand]:
    """The estimands a display names that are of these kinds of variable."""
    named = [material.study.estimand(name) for name in use.estimands]
    return [e for e in named if not kinds or e.variable.kind in kinds]


def assumptions(*origins: Provenance | Assumption) -> tuple[str, ...]:
    """The sentences for what was assumed or proposed: they show wherever a number rests on it."""
    found = []
    for origin in origins:
        if isinstance(origin, Assumption):
            found.append(f"{origin.what}: {origin.reason}")
        elif origin.kind in ("assumed", "proposed"):
            found.append(origin.reason if origin.kind == "assumed" else f"proposed: {origin.reason}")
    return tuple(dict.fromkeys(found))


def population_of(material: Material, use: DisplayUse) -> str:
    """The analysis set of a display: its own parameter, else its first estimand's population, else none."""
    if named := use.parameters.get("population", ""):
        return named
    estimands = estimands_of(material, use)
    return estimands[0].population if estimands else ""


def setting(material: Material, use: DisplayUse, name: str) -> str:
    """A parameter of a display: as the study gives it, else the display's default."""
    declared = {p.name: p.default for p in material.catalog.display(use.display).parameters}
    return use.parameters.get(name, declared.get(name, ""))
