"""The registry's sentences for what a definition says: regimens, outcome measures with thresholds, time frames."""

from trialwright.catalog import Catalog
from trialwright.model.entry import Criterion, Instrument
from trialwright.model.study import DoseTier, Estimand, Intervention, Study, Variable, Visit

_MOST_CHARACTERS = 999  # the registry's limit for descriptions
_RULES = {
    "nonresponder": "a participant without a verdict counts as a non-responder",
    "undetermined": "a participant without a verdict stays undetermined",
    "bounds": "shown as lower and upper bound over what the missing values leave open",
    "observed": "participants with a value",
    "imputed": "missing values are filled in many times over (multiple imputation)",
    "last_observed": "the last value seen before stands for a missing one",
}


def decisions(variable: Variable, catalog: Catalog) -> dict[str, str]:
    """Every parameter of a response criterion as this variable settles it: defaults, the reading's, its own."""
    criterion = catalog.criterion(variable.entry)
    defaults = {parameter.name: parameter.default for parameter in criterion.parameters}
    return {**defaults, **criterion.readings.get(variable.reading, {}), **variable.parameters}


def regimen(given: Intervention, study: Study) -> str:
    """Dose by weight tier, route and days, as one passage; "" where the definition gives no dose."""
    if not given.tiers:
        return given.route
    doses = "; ".join(f"{tier.dose} {tier.unit}{_weights(tier)}" for tier in given.tiers)
    days = [str(visit.study_day) for visit in study.visits if visit.name in given.dosing_visits and visit.study_day]
    when = f" on study days {', '.join(days)} (day 1 is the first dose)" if days else ""
    route = f", {given.route}" if given.route else ""
    return f"{given.title.en}{route}: {doses}{when}."


def _weights(tier: DoseTier) -> str:
    if tier.low is None and tier.high is None:
        return ""
    upper = "up to and including" if tier.high_included else "below"
    if tier.low is None:
        return f" for a body weight {upper} {tier.high} kg"
    if tier.high is None:
        return f" for a body weight above {tier.low} kg"
    return f" for a body weight from {tier.low} kg {upper} {tier.high} kg"


def time_frame(estimand: Estimand, study: Study) -> str:
    """Baseline and the visit's day with its window, anchored to the first dose."""
    if estimand.variable.kind == "event":
        last = max((visit.study_day or 0 for visit in study.visits if visit.kind == "planned"), default=0)
        return f"From the first dose (day 1) to study day {last}" if last else "From the first dose (day 1)"
    visit = _visit(study, estimand.variable.visit)
    if visit is None or visit.study_day is None:
        return ""
    window = f" (window {visit.early} days before to {visit.late} days after)" if visit.early or visit.late else ""
    return f"Baseline and study day {visit.study_day}{window}; day 1 is the first dose"


def title(estimand: Estimand, catalog: Catalog) -> str:
    """A neutral title: what is summarised, by which definition or instrument."""
    variable = estimand.variable
    if variable.kind == "response":
        return f"Proportion of participants who respond by the {catalog.criterion(variable.entry).title.en}"
    instrument, score = _instrument(variable, catalog)
    if variable.kind == "event":
        return f"Number of participants with at least one {instrument.title.en.lower()}"
    measured = {item.name: (item.label.en, item.unit) for item in instrument.items}
    measured |= {each.name: (each.label.en, each.unit) for each in instrument.scores}
    label, unit = measured.get(score, (instrument.title.en, ""))
    return f"Change from baseline in {label.lower()}{f' ({unit})' if unit else ''}"


def _instrument(variable: Variable, catalog: Catalog) -> tuple[Instrument, str]:
    name, _, score = variable.entry.partition(".")
    return catalog.instrument(name), score


def description(estimand: Estimand, study: Study, catalog: Catalog) -> str:
    """Criterion with every decision and threshold, then population, intercurrent events, missing data and summary."""
    pieces = [*_measurement(estimand, catalog), *_attributes(estimand, study)]
    told = ""
    for piece in pieces:
        # what the limit does not take stands in the detailed description, in whole
        if len(told) + len(piece) + 1 > _MOST_CHARACTERS:
            break
        told = f"{told} {piece}".strip()
    return told


def full_description(estimand: Estimand, study: Study, catalog: Catalog) -> str:
    """The same without the limit, for the detailed description."""
    return " ".join([*_measurement(estimand, catalog), *_attributes(estimand, study)])


def _measurement(estimand: Estimand, catalog: Catalog) -> list[str]:
    variable = estimand.variable
    if variable.kind != "response":
        return [f"Instrument: {_instrument(variable, catalog)[0].says}"]
    criterion = catalog.criterion(variable.entry)
    settled = decisions(variable, catalog)
    return [f"{thresholds(criterion, settled)}", f"Core measures: {_roles(criterion, settled)}."]


def thresholds(criterion: Criterion, settled: dict[str, str]) -> str:
    """
    The thresholds in words, general over criteria: a `<x>_by_pct` with its `<x>_strict`, then every other decision.

    "improved by more than 20 percent" where strict, "improved by at least 20 percent" where not.
    """
    told = []
    for parameter in criterion.parameters:
        name, value = parameter.name, settled.get(parameter.name, "")
        if name.endswith("_by_pct"):
            kind = name.removesuffix("_by_pct")
            told.append(
                f"{kind}: by {'more than' if is_strict(settled, kind) else 'at least'} {value} percent of baseline"
            )
        elif not name.endswith("_strict") and parameter.kind != "names" and value:
            # the sentence of a choice lists all its options, so its short name reads better
            asked = (
                name.replace("_", " ")
                if parameter.kind == "choice"
                else f"{parameter.says[:1].lower()}{parameter.says[1:]}"
            )
            told.append(f"{asked}: {value.replace('_', ' ')}")
    return f"{criterion.title.en}. {'; '.join(told)}."


def is_strict(settled: dict[str, str], kind: str) -> bool:
    """The threshold itself does not count: "more than", not "at least"."""
    return settled.get(f"{kind}_strict", "false").strip().lower() in ("true", "yes")


def missing_rule(estimand: Estimand) -> str:
    """What becomes of a participant without a verdict or value."""
    return _RULES.get(estimand.missing_rule, estimand.missing_rule.replace("_", " "))


def _roles(criterion: Criterion, settled: dict[str, str]) -> str:
    names = [name.strip() for name in settled.get("measures", "").split(",") if name.strip()]
    return ", ".join(criterion.roles[name].en for name in names or criterion.roles if name in criterion.roles)


def _attributes(estimand: Estimand, study: Study) -> list[str]:
    told = [f"Analysis set: {study.analysis_set(estimand.population).says}"]
    told.append(f"Missing data: {missing_rule(estimand)}.")
    if estimand.intercurrent:
        events = {event.name: event.title.en for event in study.intercurrent_events}
        listed = [f"{events.get(name, name)}: {how.replace('_', ' ')}" for name, how in estimand.intercurrent.items()]
        told.append(f"Intercurrent events: {'; '.join(listed)}.")
    if estimand.benchmarks:
        rates = "; ".join(f"{one.responders} of {one.participants} ({one.label.en})" for one in estimand.benchmarks)
        told.append(f"Benchmarks: {rates}.")
    if estimand.alpha:
        told.append(f"Level: {estimand.alpha}.")
    return told


def _visit(study: Study, name: str) -> Visit | None:
    return next((visit for visit in study.visits if visit.name == name), None)
