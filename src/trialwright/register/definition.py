"""A registered record held against the definition that runs the study: what one says and the other does not."""

import re
from collections.abc import Iterator

from trialwright.catalog import Catalog, load
from trialwright.model.problem import Problem, Severity
from trialwright.model.record import RegistryRecord
from trialwright.model.study import Estimand, OutcomeMeasure, Study
from trialwright.register.binding import bind_outcomes, outcome_of, plain
from trialwright.register.markdown import plain_protocol
from trialwright.register.subject import Subject, quoted
from trialwright.register.wording import decisions, is_strict

_SAME = "What is registered, captured, analysed and reported is one thing (42 CFR 11.64; ICMJE; CONSORT 2025 item 3b)"
_LIKELY = 0.5  # a planned date that is kept more often than not
_MORE_THAN = r"(?:over|more than|greater than|above|exceed\w*|>(?!=))"
_AT_LEAST = r"(?:at least|≥|>=|no less than|not less than|or more)"


def check_against_definition(study: Study, record: RegistryRecord) -> tuple[Problem, ...]:
    """
    Where the registered record and the definition differ, and which elements of the definition are assumed.

    Missing: an element that the copy of the record lost is passed over here; the record's own check names it.
    """
    subject = Subject(
        protocol=plain_protocol(record),
        on=study.registration.start_date.latest,
        lost=frozenset(cell.where for cell in record.lost),
    )
    catalog = load()
    return (
        *_unbound(study, subject, catalog),
        *_not_registered(study, subject, catalog),
        *_other_words(study, subject),
        *_thresholds(study, subject, catalog),
        *_doses(study, subject),
        *_dates(study, subject),
        *_numbers(study, subject),
        *_design(study, subject),
        *_assumptions(study),
    )


def check_completion(record: RegistryRecord, last_entry: str, kept: float, says: str) -> tuple[Problem, ...]:
    """
    Whether the planned primary completion can be kept at the pace of enrolment that the study assumes.

    `last_entry`: the day by which the last participant must have entered; `kept`: the share of simulated trials that
    meet it; `says`: the pace in words. Missing: nothing is said of a date that is past planning, or kept more often
    than not.
    """
    status = plain_protocol(record).status_module
    end = status.primary_completion_date_struct
    if not end.date or end.type != "ESTIMATED" or kept >= _LIKELY:
        return ()
    return (
        _problem(
            "TW-REG-977",
            "warning",
            "protocolSection.statusModule.primaryCompletionDateStruct.date",
            found=f"To meet {end.date} the last participant must enter by {last_entry}; "
            f"at the assumed pace ({says}) that happens in {kept:.0%} of simulated trials.",
            expected="A primary completion that enrolment as assumed reaches more often than not.",
            cure="Move the planned primary completion, find more sites, or correct the pace in scenario.yaml.",
            source="Arithmetic: arrivals at the pace of scenario.yaml, and the endpoint's day of the schedule",
        ),
    )


def _problem(
    code: str, severity: Severity, where: str, *, found: str, expected: str, cure: str, source: str = _SAME
) -> Problem:
    return Problem(code=code, severity=severity, where=where, found=found, expected=expected, cure=cure, source=source)


def _unbound(study: Study, subject: Subject, catalog: Catalog) -> Iterator[Problem]:
    for binding in bind_outcomes(subject.protocol, catalog, study):
        if not binding.estimand:
            offered = "; ".join(one.words() for one in binding.nearest)
            yield _problem(
                "TW-REG-961",
                "error",
                binding.where,
                found=f"The registered {binding.level} outcome measure {quoted(binding.measure)} "
                "is computed by no estimand of the definition.",
                expected="An outcome of the definition with these words, bound to one of: "
                f"{', '.join(sorted(estimand.name for estimand in study.estimands))}.",
                cure="Bind it in study.yaml under outcomes, or amend the record. "
                + (f"Nearest in the catalog: {offered}." if offered else "Nothing in the catalog comes near it."),
            )
        elif binding.lacking:
            yield _problem(
                "TW-REG-973",
                "error",
                binding.where,
                found=f"The {binding.level} outcome measure {quoted(binding.measure)} is bound to {binding.estimand}, "
                f"which does not say: {', '.join(binding.lacking)}.",
                expected="What computes it, its unit, which way is better, its anchor in time, its population and what "
                "becomes of missing values.",
                cure="Choose a measure of the catalog that says it, or complete the estimand in analysis.yaml.",
            )


def _not_registered(study: Study, subject: Subject, catalog: Catalog) -> Iterator[Problem]:
    if "protocolSection.outcomesModule.primaryOutcomes" in subject.lost:
        return
    registered = [found for placed in subject.outcomes if (found := outcome_of(placed, study, catalog)) is not None]
    for outcome in study.outcomes:
        if outcome not in registered:
            yield _problem(
                "TW-REG-962",
                "error" if outcome.level == "primary" else "warning",
                f"outcomes.{outcome.estimand}",
                found=f"The definition has the {outcome.level} outcome {quoted(outcome.measure)}; "
                "the registered record does not.",
                expected="Every primary, secondary and other outcome of the definition in the record.",
                cure="Submit an update of the record before the first result is seen, or take the outcome out.",
            )


def _other_words(study: Study, subject: Subject) -> Iterator[Problem]:
    for outcome in study.outcomes:
        for placed in subject.outcomes:
            if plain(placed.outcome.measure) != plain(outcome.measure):
                continue
            for element, ours, theirs in (
                ("description", outcome.description, placed.outcome.description),
                ("timeFrame", outcome.time_frame, placed.outcome.time_frame),
            ):
                if plain(ours) != plain(theirs):
                    yield _problem(
                        "TW-REG-963",
                        "warning",
                        f"{placed.path}.{element}",
                        found=f"The record says {quoted(theirs)}, the definition keeps {quoted(ours)} as registered.",
                        expected="The registered words, word for word, in the definition.",
                        cure="Copy the record's words into study.yaml, or amend the record.",
                    )


def _thresholds(study: Study, subject: Subject, catalog: Catalog) -> Iterator[Problem]:
    for outcome in study.outcomes:
        estimand = next((one for one in study.estimands if one.name == outcome.estimand), None)
        if estimand is not None and estimand.variable.kind == "response":
            yield from _response_thresholds(outcome, estimand, subject, catalog)


def _response_thresholds(
    outcome: OutcomeMeasure, estimand: Estimand, subject: Subject, catalog: Catalog
) -> Iterator[Problem]:
    settled = decisions(estimand.variable, catalog)
    for placed in subject.outcomes:
        if plain(placed.outcome.measure) != plain(outcome.measure):
            continue
        text = f"{placed.outcome.measure} {placed.outcome.description}"
        for kind in [name.removesuffix("_by_pct") for name in settled if name.endswith("_by_pct")]:
            number = settled[f"{kind}_by_pct"]
            percent = rf"\b{re.escape(number)}\s*(?:%|per ?cent)"
            if not re.search(percent, text, re.I):
                yield _threshold(
                    "TW-REG-964",
                    placed.path,
                    found=f"The definition counts a measure as {kind} by {number} percent; the record does not say so.",
                    expected=f"{number} percent in the registered outcome measure.",
                )
                continue
            more = re.search(rf"{_MORE_THAN}\s*{percent}", text, re.I) is not None
            least = re.search(rf"{_AT_LEAST}\s*{percent}|{percent}\s*or more", text, re.I) is not None
            if more != least and more != is_strict(settled, kind):
                registered, ours = ("more than", "at least") if more else ("at least", "more than")
                yield _threshold(
                    "TW-REG-965",
                    placed.path,
                    found=f"The record says {registered} {number} percent, the definition counts {ours} {number} "
                    f"percent.",
                    expected=f"The same reading of {number} percent in both.",
                )


def _threshold(code: str, path: str, *, found: str, expected: str) -> Problem:
    return _problem(
        code,
        "error",
        f"{path}.description",
        found=found,
        expected=expected,
        cure="Choose the reading that is meant, declare the other as a sensitivity analysis, and amend the record.",
    )


def _doses(study: Study, subject: Subject) -> Iterator[Problem]:
    module = subject.protocol.arms_interventions_module
    told = " ".join(
        [one.name + " " + one.description for one in module.interventions]
        + [arm.description for arm in module.arm_groups]
    )
    for given in study.interventions:
        doses = [f"{tier.dose} {tier.unit}" for tier in given.tiers]
        unsaid = [
            dose for dose in doses if not re.search(rf"\b{re.escape(dose).replace(chr(92) + ' ', '[ ]?')}\b", told)
        ]
        if unsaid:
            yield _problem(
                "TW-REG-966",
                "warning",
                "protocolSection.armsInterventionsModule.interventions",
                found=f"The definition gives {given.title.en} as {', '.join(doses)} "
                f"({given.origin.kind}); the record does not say {', '.join(unsaid)}.",
                expected="Dose, route and days of dosing in the record.",
                cure="Confirm the dose with the protocol, then amend the record; the draft holds the wording.",
            )


def _dates(study: Study, subject: Subject) -> Iterator[Problem]:
    ours, status = study.registration, subject.protocol.status_module
    pairs = (
        ("startDateStruct.date", "start", ours.start_date.text, status.start_date_struct.date),
        ("studyFirstSubmitDate", "first submission", ours.first_submitted.text, status.study_first_submit_date),
        (
            "primaryCompletionDateStruct.date",
            "primary completion",
            ours.primary_completion.text if ours.primary_completion else "",
            status.primary_completion_date_struct.date,
        ),
    )
    for path, words, mine, theirs in pairs:
        if mine and theirs and mine != theirs:
            yield _problem(
                "TW-REG-967",
                "error",
                f"protocolSection.statusModule.{path}",
                found=f"The record gives {theirs} for the {words}, the definition {mine}.",
                expected="The same date in both.",
                cure="Correct the definition, or update the record within 30 days.",
            )
    registry_id = subject.protocol.identification_module.nct_id
    if registry_id and registry_id != ours.registry_id:
        yield other_record(registry_id, ours.registry_id)


def other_record(found: str, ours: str) -> Problem:
    """The record of another study lies where this study's should."""
    return _problem(
        "TW-REG-968",
        "error",
        "protocolSection.identificationModule.nctId",
        found=f"The record is {found}, the definition is registered under {ours}.",
        expected="The record of this study.",
        cure="Put the right record into the study folder, or correct registration.id.",
    )


def _numbers(study: Study, subject: Subject) -> Iterator[Problem]:
    enrolment = subject.protocol.design_module.enrollment_info
    count = enrolment.count
    if count is not None and count != study.enrolment_planned and enrolment.type == "ACTUAL":
        yield _problem(
            "TW-REG-969",
            "warning",
            "protocolSection.designModule.enrollmentInfo.count",
            found=f"The record counts {count} participants really enrolled, the definition plans "
            f"{study.enrolment_planned}.",
            expected="An actual number that came out as planned.",
            cure="If fewer or more were enrolled than planned, nothing; else correct the one that is wrong.",
        )
    elif count is not None and count != study.enrolment_planned:
        yield _problem(
            "TW-REG-969",
            "warning",
            "protocolSection.designModule.enrollmentInfo.count",
            found=f"The record plans {count} participants, the definition {study.enrolment_planned}.",
            expected="The same number in both.",
            cure="Amend the one that is out of date.",
        )
    arms = len(subject.protocol.arms_interventions_module.arm_groups)
    if arms and arms != len(study.arms):
        yield _problem(
            "TW-REG-970",
            "error",
            "protocolSection.armsInterventionsModule.armGroups",
            found=f"The record has {arms} arms, the definition {len(study.arms)}.",
            expected="The same arms in both.",
            cure="Amend the one that is out of date.",
        )


def _design(study: Study, subject: Subject) -> Iterator[Problem]:
    ours, protocol = study.registration, subject.protocol
    info = protocol.design_module.design_info
    pairs = (
        ("designModule.phases", ours.phases, protocol.design_module.phases),
        ("conditionsModule.conditions", ours.conditions, protocol.conditions_module.conditions),
        ("designModule.designInfo.primaryPurpose", (ours.primary_purpose,), (info.primary_purpose,)),
        ("designModule.designInfo.allocation", (ours.allocation,), (info.allocation,)),
        ("designModule.designInfo.interventionModel", (ours.model,), (info.intervention_model,)),
        ("designModule.designInfo.maskingInfo.masking", (ours.masking,), (info.masking_info.masking,)),
    )
    for path, mine, theirs in pairs:
        where = f"protocolSection.{path}"
        if any(mine) and any(theirs) and mine != theirs and where not in subject.lost:
            yield _problem(
                "TW-REG-972",
                "warning",
                where,
                found=f"The record says {', '.join(theirs)}, the definition {', '.join(mine)}.",
                expected="The same in both.",
                cure="Amend the record, or correct the definition.",
            )


def _assumptions(study: Study) -> Iterator[Problem]:
    assumed = list(dict.fromkeys(each.what for each in study.assumptions))
    if assumed:
        yield _problem(
            "TW-REG-971",
            "note",
            "study.yaml",
            found=f"{len(assumed)} elements of the definition are assumed, not registered: {'; '.join(assumed)}.",
            expected="Every element that decides a result, in the protocol and in the record.",
            cure="Confirm each with the protocol, then write it into the record; until then reports say assumed.",
            source="The definition's own list of assumptions",
        )
