"""Required elements and lengths: one table each, one rule each."""

import datetime as dt
from collections.abc import Callable, Iterator

import msgspec

from trialwright.model.problem import Severity
from trialwright.register.rule import Found, RegistrationRule, rule
from trialwright.register.subject import Subject
from trialwright.register.v2 import Protocol, ResponsibleParty

_DEFINITIONS = "PRS data element definitions for interventional and observational studies"
_FINAL_RULE = dt.date(2017, 1, 18)


class Element(msgspec.Struct, frozen=True):
    """A required element; `since_2017`: only for studies that start on or after 2017-01-18 (the mark of 42 CFR 11)."""

    code: str
    path: str
    words: str
    present: Callable[[Protocol], bool]
    severity: Severity = "error"
    since_2017: bool = False
    interventional: bool = False


_ELEMENTS = (
    Element(
        "TW-REG-901",
        "identificationModule.orgStudyIdInfo.id",
        "the sponsor's own study number",
        lambda p: bool(p.identification_module.org_study_id_info.id),
    ),
    Element(
        "TW-REG-902",
        "identificationModule.briefTitle",
        "a brief title",
        lambda p: bool(p.identification_module.brief_title),
    ),
    Element(
        "TW-REG-903",
        "identificationModule.officialTitle",
        "an official title",
        lambda p: bool(p.identification_module.official_title),
        since_2017=True,
    ),
    Element(
        "TW-REG-904",
        "statusModule.statusVerifiedDate",
        "a verification date",
        lambda p: bool(p.status_module.status_verified_date),
    ),
    Element(
        "TW-REG-905", "statusModule.overallStatus", "an overall status", lambda p: bool(p.status_module.overall_status)
    ),
    Element(
        "TW-REG-906",
        "statusModule.startDateStruct.date",
        "a start date",
        lambda p: bool(p.status_module.start_date_struct.date),
        since_2017=True,
    ),
    Element(
        "TW-REG-907",
        "statusModule.primaryCompletionDateStruct.date",
        "a primary completion date",
        lambda p: bool(p.status_module.primary_completion_date_struct.date),
        since_2017=True,
    ),
    Element(
        "TW-REG-908",
        "statusModule.completionDateStruct.date",
        "a study completion date",
        lambda p: bool(p.status_module.completion_date_struct.date),
        since_2017=True,
    ),
    Element(
        "TW-REG-909",
        "sponsorCollaboratorsModule.leadSponsor.name",
        "a sponsor",
        lambda p: bool(p.sponsor_collaborators_module.lead_sponsor.name),
    ),
    Element(
        "TW-REG-910",
        "sponsorCollaboratorsModule.responsibleParty",
        "a responsible party",
        lambda p: p.sponsor_collaborators_module.responsible_party != ResponsibleParty(),
        since_2017=True,
    ),
    Element(
        "TW-REG-911",
        "oversightModule.isFdaRegulatedDrug",
        "an answer whether a drug regulated by the FDA is studied",
        lambda p: p.oversight_module.is_fda_regulated_drug is not None,
        "warning",
        True,
        True,
    ),
    Element(
        "TW-REG-912",
        "oversightModule.isFdaRegulatedDevice",
        "an answer whether a device regulated by the FDA is studied",
        lambda p: p.oversight_module.is_fda_regulated_device is not None,
        "warning",
        True,
        True,
    ),
    Element(
        "TW-REG-913",
        "descriptionModule.briefSummary",
        "a brief summary",
        lambda p: bool(p.description_module.brief_summary),
    ),
    Element("TW-REG-914", "conditionsModule.conditions", "a condition", lambda p: bool(p.conditions_module.conditions)),
    Element("TW-REG-915", "designModule.studyType", "a study type", lambda p: bool(p.design_module.study_type)),
    Element(
        "TW-REG-916",
        "designModule.phases",
        "a phase, or Not Applicable",
        lambda p: bool(p.design_module.phases),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-917",
        "designModule.designInfo.primaryPurpose",
        "a primary purpose",
        lambda p: bool(p.design_module.design_info.primary_purpose),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-918",
        "designModule.designInfo.interventionModel",
        "an interventional model",
        lambda p: bool(p.design_module.design_info.intervention_model),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-919",
        "designModule.designInfo.maskingInfo.masking",
        "who is masked, or None",
        lambda p: bool(p.design_module.design_info.masking_info.masking),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-920",
        "designModule.designInfo.allocation",
        "an allocation, or N/A",
        lambda p: bool(p.design_module.design_info.allocation),
        "warning",
        True,
        True,
    ),
    Element(
        "TW-REG-921",
        "designModule.enrollmentInfo.count",
        "the number of participants",
        lambda p: p.design_module.enrollment_info.count is not None,
        since_2017=True,
    ),
    Element(
        "TW-REG-922",
        "armsInterventionsModule.armGroups",
        "an arm",
        lambda p: bool(p.arms_interventions_module.arm_groups),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-923",
        "armsInterventionsModule.interventions",
        "an intervention",
        lambda p: bool(p.arms_interventions_module.interventions),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-924",
        "outcomesModule.primaryOutcomes",
        "a primary outcome measure",
        lambda p: bool(p.outcomes_module.primary_outcomes),
        since_2017=True,
    ),
    Element(
        "TW-REG-925",
        "eligibilityModule.eligibilityCriteria",
        "eligibility criteria",
        lambda p: bool(p.eligibility_module.eligibility_criteria),
    ),
    Element(
        "TW-REG-926",
        "eligibilityModule.sex",
        "the sex of those who may take part",
        lambda p: bool(p.eligibility_module.sex),
    ),
    Element(
        "TW-REG-927",
        "eligibilityModule.healthyVolunteers",
        "an answer on healthy volunteers",
        lambda p: p.eligibility_module.healthy_volunteers is not None,
        "warning",
        True,
        True,
    ),
)


def _required(element: Element) -> RegistrationRule:
    @rule(
        element.code,
        element.severity,
        f"required: {element.words}",
        source=f"{_DEFINITIONS}; required"
        + (" for studies that start from 2017-01-18 (42 CFR 11.28)" if element.since_2017 else ""),
        expected=f"The record gives {element.words}.",
        cure="Fill in the element.",
        example=f"{element.path} is empty",
        needs=(element.path,),
        interventional=element.interventional,
    )
    def absent(subject: Subject) -> Iterator[Found]:
        asked = not element.since_2017 or subject.started_since(_FINAL_RULE)
        withheld = subject.protocol.status_module.overall_status == "WITHHELD"
        expanded = subject.protocol.design_module.study_type == "EXPANDED_ACCESS"
        if asked and not withheld and not (expanded and element.since_2017) and not element.present(subject.protocol):
            yield Found(where=f"protocolSection.{element.path}", found=f"The record does not give {element.words}.")

    return absent


@rule(
    "TW-REG-931",
    "error",
    "an outcome measure without a time frame",
    source=f"{_DEFINITIONS}; required",
    expected="A time frame for every primary and secondary outcome measure.",
    cure="Say when the outcome is assessed.",
    example="a primary outcome measure with an empty time frame",
    needs=("outcomesModule.primaryOutcomes", "outcomesModule.secondaryOutcomes"),
    interventional=True,
)
def no_time_frame(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes_of("primary", "secondary"):
        if not placed.outcome.time_frame and subject.started_since(_FINAL_RULE):
            yield Found(
                where=f"{placed.path}.timeFrame",
                found=f'"{placed.outcome.measure}" has no time frame.',
                quote=placed.outcome.measure,
                severity="error" if placed.level == "primary" else "warning",
            )


@rule(
    "TW-REG-932",
    "error",
    "an intervention without a description",
    source=f"{_DEFINITIONS}; required for studies that start from 2017-01-18",
    expected="A description of every intervention.",
    cure="Describe what is given and how; see TW-REG-403 for medicines.",
    example="intervention with a name only",
    needs=("armsInterventionsModule.interventions",),
    interventional=True,
)
def no_intervention_description(subject: Subject) -> Iterator[Found]:
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        if not one.description and subject.started_since(_FINAL_RULE):
            yield Found(
                where=f"protocolSection.armsInterventionsModule.interventions[{at}].description",
                found=f'"{one.name}" has no description.',
                quote=one.name,
                severity="warning",
            )


@rule(
    "TW-REG-933",
    "warning",
    "an arm without a description",
    source=f"{_DEFINITIONS}; required unless the arm's title says what is given",
    expected="A description of every arm.",
    cure="Say what participants of this arm receive.",
    example="an experimental arm with a title only",
    needs=("armsInterventionsModule.armGroups",),
    interventional=True,
)
def no_arm_description(subject: Subject) -> Iterator[Found]:
    for at, arm in enumerate(subject.protocol.arms_interventions_module.arm_groups):
        if not arm.description and subject.started_since(_FINAL_RULE):
            yield Found(
                where=f"protocolSection.armsInterventionsModule.armGroups[{at}].description",
                found=f'The arm "{arm.label}" has no description.',
                quote=arm.label,
                severity="note",
            )


RULES = (
    *(_required(element) for element in _ELEMENTS),
    no_time_frame,
    no_intervention_description,
    no_arm_description,
)
