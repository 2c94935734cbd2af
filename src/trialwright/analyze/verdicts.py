"""The verdicts of one estimand in its population, counted."""

import msgspec

from trialwright.analyze.material import Line, Material, assumptions
from trialwright.analyze.rates import Observed, interval_rows
from trialwright.catalog import Catalog
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, Estimand


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """
    Responders, non-responders and undetermined among the members of the estimand's population.

    `members` is the population by its own condition alone. A member without any record stays in it, undetermined:
    nobody leaves a denominator by having no data.
    """

    members: tuple[str, ...]
    records: tuple[AnalysisRecord, ...]
    yes: int
    no: int
    observed_only: bool

    @property
    def undetermined(self) -> int:
        return len(self.members) - self.yes - self.no

    @property
    def denominator(self) -> int:
        """Everybody, unless the estimand's rule is to look at observed verdicts only."""
        return self.yes + self.no if self.observed_only else len(self.members)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(record.id for record in self.records)


def verdicts_of(material: Material, estimand: Estimand) -> Verdicts:
    """The final verdicts (after strategies and missing-data rule) of everybody in the estimand's population."""
    members = material.members(estimand.population)
    among = frozenset(members)
    records = [r for r in material.of(estimand.name) if r.kind == "response" and r.participant_id in among]
    return Verdicts(
        members=members,
        records=tuple(records),
        yes=sum(r.verdict == "Y" for r in records),
        no=sum(r.verdict == "N" for r in records),
        observed_only=estimand.missing_rule == "observed",
    )


def verdict_line(use: DisplayUse, estimand: Estimand, named: tuple[str, str], verdicts: Verdicts) -> Line:
    """A line of a display that stands on all verdicts of an estimand's population."""
    return Line(
        display=use.number,
        row=named[0],
        label=named[1],
        estimand=estimand.name,
        analysis_set=estimand.population,
        denominator=verdicts.denominator,
        assumed=assumptions(estimand.origin, *estimand.assumed),
        records=verdicts.ids,
        participants=verdicts.members,
    )


def bound_rows(
    catalog: Catalog, use: DisplayUse, estimand: Estimand, verdicts: Verdicts, *, prefix: str = ""
) -> list[ResultRow]:
    """The result if none, and if all, of the undetermined were responders: `bound_lower`, `bound_upper`."""
    bounds = {
        "bound_lower": ("none of the undetermined is a responder", verdicts.yes),
        "bound_upper": ("all of the undetermined are responders", verdicts.yes + verdicts.undetermined),
    }
    rows: list[ResultRow] = []
    for row, (label, count) in bounds.items():
        named = (f"{prefix}{row}", f"{estimand.title.en}: if {label}" if prefix else f"If {label}")
        line = msgspec.structs.replace(verdict_line(use, estimand, named, verdicts), denominator=len(verdicts.members))
        rows += line.counted(count)
        rows += interval_rows(line, Observed(count, len(verdicts.members)), estimand, catalog)
    return rows
