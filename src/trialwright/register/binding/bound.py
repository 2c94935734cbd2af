"""What computes each registered outcome measure: entry, unit, direction, anchor, population, missing-data rule."""

import textwrap

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.entry import Instrument
from trialwright.model.study import Estimand, OutcomeMeasure, Study
from trialwright.model.v2.protocol import ProtocolSection
from trialwright.register import wording
from trialwright.register.binding.nearest import Nearest, nearest_entries
from trialwright.register.subject import PlacedOutcome, placed_outcomes

_BETTER = {"higher": "higher is better", "lower": "lower is better"}
_PARTS = (
    ("computed by", "computed_by"),
    ("unit", "unit"),
    ("direction", "direction"),
    ("anchor", "anchor"),
    ("population", "population"),
    ("missing data", "missing_rule"),
)


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """
    A registered outcome measure and the endpoint of the definition that computes it.

    `estimand` is "" where none does; then `nearest` offers what the catalog has. `lacking` names the parts that the
    endpoint does not settle.
    """

    level: str
    measure: str
    where: str  # v2 path in the record
    estimand: str = ""
    computed_by: str = ""
    unit: str = ""
    direction: str = ""
    anchor: str = ""
    population: str = ""
    missing_rule: str = ""
    nearest: tuple[Nearest, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The parts that an endpoint has and this one does not say; all of them where nothing is bound."""
        return tuple(label for label, field in _PARTS if not getattr(self, field))


def bind_outcomes(protocol: ProtocolSection, catalog: Catalog, study: Study | None = None) -> tuple[Binding, ...]:
    """
    Every outcome measure of a record, bound to the definition; without one, only what the catalog offers.

    Missing:  a measure that nothing computes has `estimand` "" and the nearest entries, which may be none.
    """
    return tuple(_bind(placed, catalog, study) for placed in placed_outcomes(protocol))


def outcome_of(placed: PlacedOutcome, study: Study, catalog: Catalog) -> OutcomeMeasure | None:
    """The outcome of the definition that a registered measure is, by its registered words or by those of the draft."""
    words = plain(placed.outcome.measure)
    for outcome in study.outcomes:
        drafted = wording.title(study.estimand(outcome.estimand), catalog)
        if outcome.level == placed.level and words in (plain(outcome.measure), plain(drafted)):
            return outcome
    return None


def plain(text: str) -> str:
    """Words as they are compared: without case, spacing and the full stop at the end."""
    return " ".join(text.split()).strip(" .").lower()


def _bind(placed: PlacedOutcome, catalog: Catalog, study: Study | None) -> Binding:
    outcome = outcome_of(placed, study, catalog) if study is not None else None
    if study is None or outcome is None:
        told = f"{placed.outcome.measure} {placed.outcome.description}"
        offered = nearest_entries(placed.outcome.measure, catalog) or nearest_entries(told, catalog)
        return Binding(
            level=placed.level, measure=placed.outcome.measure, where=f"{placed.path}.measure", nearest=offered
        )
    estimand = study.estimand(outcome.estimand)
    entry, unit, direction = _computed(estimand, catalog)
    return Binding(
        level=placed.level,
        measure=placed.outcome.measure,
        where=f"{placed.path}.measure",
        estimand=estimand.name,
        computed_by=entry,
        unit=unit,
        direction=direction,
        anchor=wording.time_frame(estimand, study),
        population=study.analysis_set(estimand.population).says,
        missing_rule=wording.missing_rule(estimand),
    )


def _computed(estimand: Estimand, catalog: Catalog) -> tuple[str, str, str]:
    """The entry in words, the unit of its number, and which way is better."""
    variable = estimand.variable
    if variable.kind == "response":
        reading = f", read as {variable.reading}" if variable.reading else ""
        title = catalog.criterion(variable.entry).title.en
        return f"{variable.entry} ({title}{reading})", "participants", "more responders is better"
    name, _, part = variable.entry.partition(".")
    instrument = catalog.instrument(name)
    if variable.kind == "event":
        return f"{name} ({instrument.title.en})", "participants", "fewer is better"
    return f"{variable.entry} ({instrument.title.en})", _unit(instrument, part), _direction(instrument, part)


def _unit(instrument: Instrument, part: str) -> str:
    units = {item.name: item.unit for item in instrument.items}
    units |= {score.name: score.unit for score in instrument.scores}
    measure = instrument.measures.get(part)
    unit = units.get(measure.of if measure else part, "")
    # a score without a unit is counted in its own points, which only its range makes readable
    return unit or (f"points of {measure.range}" if measure and measure.range else "")


def _direction(instrument: Instrument, part: str) -> str:
    for name, measure in instrument.measures.items():
        if part in (name, measure.of):
            return _BETTER[measure.better]
    return ""


def render_bindings(bindings: tuple[Binding, ...]) -> str:
    """Every outcome measure for a terminal: what computes it, part by part, or what the catalog offers."""
    lines: list[str] = []
    for binding in bindings:
        lines += ["", *_wrapped(f"{binding.level.capitalize()}: {binding.measure}", 0)]
        if binding.estimand:
            lines.append(f"  bound to estimand {binding.estimand}")
            for label, field in _PARTS:
                lines += _wrapped(f"{label}: {getattr(binding, field) or 'NOT SAID'}", 4)
        else:
            lines.append("  nothing computes it")
            offered = [one.words() for one in binding.nearest] or ["nothing in the catalog comes near"]
            lines += _wrapped(f"nearest in the catalog: {'; '.join(offered)}", 4)
    return "\n".join(lines[1:]) + "\n" if lines else "The record has no outcome measure.\n"


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent=" " * indent, subsequent_indent=" " * (indent + 4))
