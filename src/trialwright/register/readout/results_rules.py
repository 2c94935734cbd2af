"""
The published rules of the registry for a results section.

Source:  validation messages of 2018-06 and 2018-09 and the list of major review comments, as the registry published
         them. What it checks beyond them it has not published.
"""

import re
from collections.abc import Iterator

from trialwright.model.problem import Problem, Severity
from trialwright.model.v2.results import EventGroup, FlowPeriod, OutcomeMeasure, ResultsSection
from trialwright.register.spans import has_time

_VALIDATION = "ClinicalTrials.gov results validation messages, 2018"
_REVIEW = "ClinicalTrials.gov, major comments of the results review"
_COUNTED = re.compile(
    r"^\s*(?:the\s+)?(number|percentage|percent|proportion) of (?:participants|subjects|patients)\b", re.I
)
_PLACEHOLDER = re.compile(r"^\W*(?:n/?a|none|not applicable|nil|unknown|tbd)?\W*$|^\d+$", re.I)
_BARE = frozenset(["safety", "tolerability", "feasibility", "efficacy", "satisfaction", "safety and tolerability"])
_SPREAD_NEEDED = ("MEAN", "MEDIAN", "LEAST_SQUARES_MEAN", "GEOMETRIC_MEAN", "GEOMETRIC_LEAST_SQUARES_MEAN")
_ROOT = "resultsSection"


def check_results(section: ResultsSection) -> tuple[Problem, ...]:
    """Everything in a results section that the registry's published rules would stop or question."""
    found: list[Problem] = []
    for at, measure in enumerate(section.outcome_measures_module.outcome_measures):
        where = f"{_ROOT}.outcomeMeasuresModule.outcomeMeasures[{at}]"
        found += [*_words(measure, where), *_numbers(measure, where)]
    for at, period in enumerate(section.participant_flow_module.periods):
        found += _flow(period, f"{_ROOT}.participantFlowModule.periods[{at}]")
    found += _events(section)
    return tuple(found)


def _problem(
    code: str, severity: Severity, where: str, *, found: str, expected: str, cure: str, source: str
) -> Problem:
    return Problem(code=code, severity=severity, where=where, found=found, expected=expected, cure=cure, source=source)


def _words(measure: OutcomeMeasure, where: str) -> Iterator[Problem]:
    title, unit = measure.title.strip(), measure.unit_of_measure.strip()
    if title.lower().strip(" .") in _BARE:
        yield _problem(
            "TW-REG-981", "warning", f"{where}.title", source=_VALIDATION,
            found=f'The title "{title}" names no measure.', expected="What was measured, in which unit or count.",
            cure="Say what was counted: Number of participants with at least one adverse event.",
        )  # fmt: skip
    counted = _COUNTED.match(title)
    if counted and unit and not _unit_of_count(counted[1].lower(), unit.lower()):
        yield _problem(
            "TW-REG-982", "error", f"{where}.unitOfMeasure", source=_VALIDATION,
            found=f'The title counts a {counted[1].lower()} of participants, the unit is "{unit}".',
            expected="Participants, or percentage of participants.", cure="Let title and unit count the same thing.",
        )  # fmt: skip
    if measure.classes and _PLACEHOLDER.match(unit):
        yield _problem(
            "TW-REG-983", "error", f"{where}.unitOfMeasure", source=_VALIDATION,
            found=f'The unit is "{unit}".', expected="A unit, or units on a scale with the scale's range.",
            cure="Name the unit in which the value was measured.",
        )  # fmt: skip
    if measure.time_frame and not has_time(measure.time_frame) and re.fullmatch(r"[\d\s.,-]+", measure.time_frame):
        yield _problem(
            "TW-REG-984", "error", f"{where}.timeFrame", source=_VALIDATION,
            found=f'The time frame is "{measure.time_frame}", a number alone.', expected="A number with its unit.",
            cure="Write days, weeks or months, and from when they count.",
        )  # fmt: skip


def _unit_of_count(counted: str, unit: str) -> bool:
    if counted == "number":
        return any(word in unit for word in ("participant", "subject", "patient", "people", "person"))
    return any(word in unit for word in ("percent", "%", "proportion", "participant", "probability"))


def _numbers(measure: OutcomeMeasure, where: str) -> Iterator[Problem]:
    analysed = [count.value for denom in measure.denoms for count in denom.counts]
    if analysed and all(value == "0" for value in analysed) and not measure.population_description:
        yield _problem(
            "TW-REG-985", "error", f"{where}.denoms", source=_VALIDATION,
            found="Nobody was analysed, and no reason is given.", expected="The number analysed, or why it is zero.",
            cure="Say in the description of the population why nobody was analysed.",
        )  # fmt: skip
    values = [one for each in measure.classes for category in each.categories for one in category.measurements]
    bare = [
        one for one in values if one.value not in ("", "NA") and not (one.spread or one.lower_limit or one.upper_limit)
    ]
    enough = any(value.isdecimal() and int(value) > 1 for value in analysed)
    if measure.param_type in _SPREAD_NEEDED and bare and enough and not any(one.comment for one in bare):
        yield _problem(
            "TW-REG-986", "error", f"{where}.classes", source=_REVIEW,
            found=f"A {measure.param_type.replace('_', ' ').lower()} stands without a measure of dispersion.",
            expected="Standard deviation, confidence interval or range beside it.", cure="Add the dispersion.",
        )  # fmt: skip
    if measure.param_type == "COUNT_OF_PARTICIPANTS":
        yield from _counts(measure, where)


def _counts(measure: OutcomeMeasure, where: str) -> Iterator[Problem]:
    """A count of participants is no larger than the number analysed."""
    analysed = {count.group_id: count.value for denom in measure.denoms for count in denom.counts}
    for each in measure.classes:
        own = {count.group_id: count.value for denom in each.denoms for count in denom.counts}
        for category in each.categories:
            for one in category.measurements:
                most = own.get(one.group_id, analysed.get(one.group_id, ""))
                if one.value.isdecimal() and most.isdecimal() and int(one.value) > int(most):
                    yield _problem(
                        "TW-REG-987", "error", f"{where}.classes", source=_REVIEW,
                        found=f"{one.value} participants are counted of {most} analysed.",
                        expected="No more counted than analysed.", cure="Correct the one that is wrong.",
                    )  # fmt: skip


def _flow(period: FlowPeriod, where: str) -> Iterator[Problem]:
    """Those who started have completed or not completed, and every one who did not has a reason."""
    counts: dict[str, dict[str, int]] = {}
    for milestone in period.milestones:
        for one in milestone.achievements:
            if one.num_subjects.isdecimal():
                counts.setdefault(one.group_id, {})[milestone.type] = int(one.num_subjects)
    left: dict[str, int] = {}
    for reason in period.drop_withdraws:
        for one in reason.reasons:
            left[one.group_id] = left.get(one.group_id, 0) + (
                int(one.num_subjects) if one.num_subjects.isdecimal() else 0
            )
    for group, told in counts.items():
        started, completed, gone = (told.get(name) for name in ("STARTED", "COMPLETED", "NOT COMPLETED"))
        if started is not None and completed is not None and gone is not None and started != completed + gone:
            yield _problem(
                "TW-REG-988", "error", where, source=_REVIEW,
                found=f"{started} started {group}, {completed} completed and {gone} did not.",
                expected="Started equals completed and not completed.", cure="Correct the participant flow.",
            )  # fmt: skip
        if gone and period.drop_withdraws and left.get(group, 0) != gone:
            yield _problem(
                "TW-REG-989", "error", f"{where}.dropWithdraws", source=_REVIEW,
                found=f"{gone} did not complete {group}; the reasons add up to {left.get(group, 0)}.",
                expected="A reason for everyone who did not complete.",
                cure="Add the missing reasons; who is still in the study has not left it: report after the last visit.",
            )  # fmt: skip


def _events(section: ResultsSection) -> Iterator[Problem]:
    module, where = section.adverse_events_module, f"{_ROOT}.adverseEventsModule"
    for group in module.event_groups:
        for kind, affected, at_risk in _affected(group):
            if affected is not None and at_risk is not None and affected > at_risk:
                yield _problem(
                    "TW-REG-990", "error", where, source=_REVIEW,
                    found=f"{affected} of {at_risk} at risk had {kind} in {group.title}.",
                    expected="No more affected than at risk.", cure="Correct the one that is wrong.",
                )  # fmt: skip
        if group.serious_num_affected is None or group.other_num_affected is None:
            yield _problem(
                "TW-REG-991", "error", where, source=_REVIEW,
                found=f"Serious and other events of {group.title} are not told apart.",
                expected="Participants with serious and with other events, each with the number at risk.",
                cure="Give both numbers, also where one is zero.",
            )  # fmt: skip
        if group.serious_num_at_risk == 0 and not module.description:
            yield _problem(
                "TW-REG-985", "error", where, source=_VALIDATION,
                found=f"Nobody was at risk in {group.title}.", expected="The number at risk, or why it is zero.",
                cure="Say in the description why nobody was at risk.",
            )  # fmt: skip


def _affected(group: EventGroup) -> tuple[tuple[str, int | None, int | None], ...]:
    return (
        ("deaths", group.deaths_num_affected, group.deaths_num_at_risk),
        ("serious events", group.serious_num_affected, group.serious_num_at_risk),
        ("other events", group.other_num_affected, group.other_num_at_risk),
    )
