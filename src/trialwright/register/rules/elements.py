"""Required elements: one table, one rule a row."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

import msgspec

from trialwright.model.problem import Severity
from trialwright.register.rule import Found, RegistrationRule, rule
from trialwright.register.subject import Subject
from trialwright.register.v2 import Protocol, ResponsibleParty

DEFINITIONS = "PRS data element definitions for interventional and observational studies"
FINAL_RULE = dt.date(2017, 1, 18)


class Element(msgspec.Struct, frozen=True):
    """A required element; `since_2017`: only for studies that start on or after 2017-01-18 (the mark of 42 CFR 11)."""

    code: str
    path: str
    words: str
    why: str
    present: Callable[[Protocol], bool]
    severity: Severity = "error"
    since_2017: bool = False
    interventional: bool = False


_ELEMENTS = (
    Element(
        "TW-REG-901",
        "identificationModule.orgStudyIdInfo.id",
        "the sponsor's own study number",
        "The sponsor's own papers and this record are joined by it.",
        lambda p: bool(p.identification_module.org_study_id_info.id),
    ),
    Element(
        "TW-REG-902",
        "identificationModule.briefTitle",
        "a brief title",
        "It is the name under which patients find the study.",
        lambda p: bool(p.identification_module.brief_title),
    ),
    Element(
        "TW-REG-903",
        "identificationModule.officialTitle",
        "an official title",
        "It is the name of the protocol.",
        lambda p: bool(p.identification_module.official_title),
        since_2017=True,
    ),
    Element(
        "TW-REG-904",
        "statusModule.statusVerifiedDate",
        "a verification date",
        "It tells how old everything else in the record is.",
        lambda p: bool(p.status_module.status_verified_date),
    ),
    Element(
        "TW-REG-905",
        "statusModule.overallStatus",
        "an overall status",
        "Patients look for studies that recruit.",
        lambda p: bool(p.status_module.overall_status),
    ),
    Element(
        "TW-REG-906",
        "statusModule.startDateStruct.date",
        "a start date",
        "Whether a study was registered in time is told by it.",
        lambda p: bool(p.status_module.start_date_struct.date),
        since_2017=True,
    ),
    Element(
        "TW-REG-907",
        "statusModule.primaryCompletionDateStruct.date",
        "a primary completion date",
        "Results are due a year after it.",
        lambda p: bool(p.status_module.primary_completion_date_struct.date),
        since_2017=True,
    ),
    Element(
        "TW-REG-908",
        "statusModule.completionDateStruct.date",
        "a study completion date",
        "The consent form and the last results are due after it.",
        lambda p: bool(p.status_module.completion_date_struct.date),
        since_2017=True,
    ),
    Element(
        "TW-REG-909",
        "sponsorCollaboratorsModule.leadSponsor.name",
        "a sponsor",
        "Somebody answers for the study.",
        lambda p: bool(p.sponsor_collaborators_module.lead_sponsor.name),
    ),
    Element(
        "TW-REG-910",
        "sponsorCollaboratorsModule.responsibleParty",
        "a responsible party",
        "Somebody answers for the record.",
        lambda p: p.sponsor_collaborators_module.responsible_party != ResponsibleParty(),
        since_2017=True,
    ),
    Element(
        "TW-REG-911",
        "oversightModule.isFdaRegulatedDrug",
        "an answer whether a drug regulated by the FDA is studied",
        "Which law applies depends on the answer.",
        lambda p: p.oversight_module.is_fda_regulated_drug is not None,
        severity="warning",
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-912",
        "oversightModule.isFdaRegulatedDevice",
        "an answer whether a device regulated by the FDA is studied",
        "Which law applies depends on the answer.",
        lambda p: p.oversight_module.is_fda_regulated_device is not None,
        severity="warning",
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-913",
        "descriptionModule.briefSummary",
        "a brief summary",
        "It is the text that patients read.",
        lambda p: bool(p.description_module.brief_summary),
    ),
    Element(
        "TW-REG-914",
        "conditionsModule.conditions",
        "a condition",
        "Patients and reviewers search by it.",
        lambda p: bool(p.conditions_module.conditions),
    ),
    Element(
        "TW-REG-915",
        "designModule.studyType",
        "a study type",
        "Everything else that is asked depends on it.",
        lambda p: bool(p.design_module.study_type),
    ),
    Element(
        "TW-REG-916",
        "designModule.phases",
        "a phase, or Not Applicable",
        "Searches and laws use the phase.",
        lambda p: bool(p.design_module.phases),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-917",
        "designModule.designInfo.primaryPurpose",
        "a primary purpose",
        "It tells whether participants may hope for benefit.",
        lambda p: bool(p.design_module.design_info.primary_purpose),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-918",
        "designModule.designInfo.interventionModel",
        "an interventional model",
        "It tells what is compared with what.",
        lambda p: bool(p.design_module.design_info.intervention_model),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-919",
        "designModule.designInfo.maskingInfo.masking",
        "who is masked, or None",
        "Who did not know the treatment decides how far a judged outcome can be trusted.",
        lambda p: bool(p.design_module.design_info.masking_info.masking),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-920",
        "designModule.designInfo.allocation",
        "an allocation, or N/A",
        "How participants come into the arms decides what the comparison is worth.",
        lambda p: bool(p.design_module.design_info.allocation),
        severity="warning",
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-921",
        "designModule.enrollmentInfo.count",
        "the number of participants",
        "The size of a study decides what it can show.",
        lambda p: p.design_module.enrollment_info.count is not None,
        since_2017=True,
    ),
    Element(
        "TW-REG-922",
        "armsInterventionsModule.armGroups",
        "an arm",
        "Results are reported by arm.",
        lambda p: bool(p.arms_interventions_module.arm_groups),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-923",
        "armsInterventionsModule.interventions",
        "an intervention",
        "It is what the study is about.",
        lambda p: bool(p.arms_interventions_module.interventions),
        since_2017=True,
        interventional=True,
    ),
    Element(
        "TW-REG-924",
        "outcomesModule.primaryOutcomes",
        "a primary outcome measure",
        "The study is judged by it.",
        lambda p: bool(p.outcomes_module.primary_outcomes),
        since_2017=True,
    ),
    Element(
        "TW-REG-925",
        "eligibilityModule.eligibilityCriteria",
        "eligibility criteria",
        "Patients learn from it whether they may take part.",
        lambda p: bool(p.eligibility_module.eligibility_criteria),
    ),
    Element(
        "TW-REG-926",
        "eligibilityModule.sex",
        "the sex of those who may take part",
        "Patients search by it.",
        lambda p: bool(p.eligibility_module.sex),
    ),
    Element(
        "TW-REG-927",
        "eligibilityModule.healthyVolunteers",
        "an answer on healthy volunteers",
        "Healthy people search by it.",
        lambda p: p.eligibility_module.healthy_volunteers is not None,
        severity="warning",
        since_2017=True,
        interventional=True,
    ),
)


def _required(element: Element) -> RegistrationRule:
    @rule(
        element.code,
        element.severity,
        f"required: {element.words}",
        why=element.why,
        source=f"{DEFINITIONS}; required"
        + (" for studies that start from 2017-01-18 (42 CFR 11.28)" if element.since_2017 else ""),
        expected=f"The record gives {element.words}.",
        cure="Fill in the element.",
        example=f"{element.path} is empty",
        needs=(element.path,),
        interventional=element.interventional,
    )
    def absent(subject: Subject) -> Iterable[Found]:
        return () if element.present(subject.protocol) else _asked(element, subject)

    return absent


def _asked(element: Element, subject: Subject) -> Iterator[Found]:
    asked = not element.since_2017 or subject.started_since(FINAL_RULE)
    withheld = subject.protocol.status_module.overall_status == "WITHHELD"
    expanded = subject.protocol.design_module.study_type == "EXPANDED_ACCESS"
    if asked and not withheld and not (expanded and element.since_2017):
        yield Found(where=f"protocolSection.{element.path}", found=f"The record does not give {element.words}.")


RULES = tuple(_required(element) for element in _ELEMENTS)
