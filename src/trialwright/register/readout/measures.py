"""Each registered outcome measure as the results section shows it: measure, number analysed, values, analyses."""

from collections.abc import Iterator

from trialwright.model.analysis import ResultRow
from trialwright.model.study import Estimand, OutcomeMeasure, Study
from trialwright.register import wording
from trialwright.register.reading.display import Built
from trialwright.register.readout.parts import arm, denominator, unit_words
from trialwright.register.readout.rows import Display, Rows

_TYPES = {"primary": "PRIMARY", "secondary": "SECONDARY", "other": "OTHER_PRE_SPECIFIED"}
_GROUP = "OG000"


def outcome_measure(outcome: OutcomeMeasure, study: Study, rows: Rows) -> Built:
    """
    One outcome measure in v2 shape.

    Missing:  a measure without result rows is written NOT_POSTED, so that nobody takes its absence for a result.
    """
    estimand = study.estimand(outcome.estimand)
    told: Built = {
        "type": _TYPES[outcome.level],
        "title": outcome.measure,
        "description": outcome.description,
        "populationDescription": _population(estimand, study),
        "timeFrame": outcome.time_frame,
        "groups": [arm(study, _GROUP)],
    }
    values = {"response": _response, "value": _change, "event": _event}[estimand.variable.kind](estimand, rows)
    return told | (values or {"reportingStatus": "NOT_POSTED"})


def _population(estimand: Estimand, study: Study) -> str:
    missing = wording.missing_rule(estimand)
    return f"{study.analysis_set(estimand.population).says} Missing data: {missing}."


def _counted(row: ResultRow, value: str) -> Built:
    return {
        "reportingStatus": "POSTED",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "unitOfMeasure": "Participants",
        "denoms": [denominator(_GROUP, str(row.denominator or 0))],
        "classes": [{"categories": [{"measurements": [{"groupId": _GROUP, "value": value}]}]}],
    }


def _response(estimand: Estimand, rows: Rows) -> Built:
    display = next(rows.displays("responders", estimand.name), None)
    row, value = (display.row("responders", "n"), display.shown("responders", "n")) if display else (None, None)
    if display is None or row is None or value is None:
        return {}
    return _counted(row, value) | {"analyses": [*_interval(display), *_benchmarks(display, estimand)]}


def _interval(display: Display) -> Iterator[Built]:
    rate, low, high = (display.shown("responders", name) for name in ("rate", "lower", "upper"))
    row = display.row("responders", "lower")
    if rate and low and high and row is not None:
        yield {
            "groupIds": [_GROUP],
            "paramType": "Percentage of participants who respond",
            "paramValue": rate,
            "ciPctValue": _level(row.method),
            "ciNumSides": "TWO_SIDED",
            "ciLowerLimit": low,
            "ciUpperLimit": high,
            "estimateComment": row.method,
        }


def _level(method: str) -> str:
    """ "95" out of "Clopper-Pearson exact 95 % confidence interval"."""
    before = method.partition("%")[0].split()
    return before[-1] if before and before[-1].replace(".", "").isdigit() else ""


def _benchmarks(display: Display, estimand: Estimand) -> Iterator[Built]:
    """The test against each benchmark: a single arm is never shown without what it is held against."""
    for number, benchmark in enumerate(estimand.benchmarks, 1):
        line = f"benchmark_{number}"
        value, row = display.shown(line, "p_value"), display.row(line, "p_value")
        if value is not None and row is not None:
            share = f"{benchmark.responders} of {benchmark.participants}"
            yield {
                "groupIds": [_GROUP],
                "groupDescription": f"Single arm against {benchmark.label.en}: {share}. {benchmark.source}",
                "nonInferiorityType": "OTHER",
                "statisticalMethod": "Exact binomial test",
                "statisticalComment": row.method,
                "pValue": value.replace(" ", ""),
            }


def _change(estimand: Estimand, rows: Rows) -> Built:
    visit = estimand.variable.visit
    display = next(rows.displays("change", estimand.name), None)
    if display is None:
        return {}
    row = display.row(visit, "change_mean")
    mean, spread, n = (display.shown(visit, name) for name in ("change_mean", "change_sd", "change_n"))
    if row is None or mean is None or n is None:
        return {}
    value = {"groupId": _GROUP, "value": mean} | ({"spread": spread} if spread else {})
    return {
        "reportingStatus": "POSTED",
        "paramType": "MEAN",
        "dispersionType": "Standard Deviation",
        "unitOfMeasure": unit_words(row.unit),
        "denoms": [denominator(_GROUP, n)],
        "classes": [{"title": "Change from baseline", "categories": [{"measurements": [value]}]}],
    }


def _event(estimand: Estimand, rows: Rows) -> Built:
    display = next(rows.displays("events", estimand.name), None)
    row, value = (display.row("any", "n"), display.shown("any", "n")) if display else (None, None)
    return _counted(row, value) if row is not None and value is not None else {}
