"""
The classic page of a record ("Study Description", "Study Design", ...), as people paste it: labels with a colon, tables
whose columns became tabs, bullets that may be gone.

Source:  the layout of the registry's retired page, 2017 to 2024. What the page never shows, or shows and the copy left
         empty, is reported as lost.
"""

import re

from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import classic_cells as cells
from trialwright.register.reading import tabular_cells
from trialwright.register.reading.built import built_record
from trialwright.register.reading.display import STATUS, STUDY_TYPE, Built, code, filled, iso_date

_LABELS = (
    "ClinicalTrials.gov Identifier", "Recruitment Status", "First Posted", "Results First Posted", "Last Update Posted",
    "Sponsor", "Collaborators", "Collaborator", "Information provided by (Responsible Party)",
    "Information provided by",
    "Brief Summary", "Detailed Description", "Study Type", "Enrollment", "Allocation", "Intervention Model Description",
    "Intervention Model", "Masking Description", "Masking", "Primary Purpose", "Observational Model",
    "Time Perspective", "Official Title", "Study Start Date", "Primary Completion Date", "Study Completion Date",
    "Primary Outcome Measures", "Secondary Outcome Measures", "Other Outcome Measures", "Ages Eligible for Study",
    "Sexes Eligible for Study", "Gender Based Eligibility", "Accepts Healthy Volunteers", "Sampling Method",
    "Responsible Party", "Other Study ID Numbers", "Last Verified", "Plan to Share IPD", "Plan Description",
    "Supporting Materials", "Time Frame", "Access Criteria",
    "Individual Participant Data (IPD) Sharing Statement", "Studies a U.S. FDA-regulated Drug Product",
    "Studies a U.S. FDA-regulated Device Product", "Keywords", "Additional relevant MeSH terms", "Publications",
    "Publications automatically indexed to this study by ClinicalTrials.gov Identifier (NCT Number)",
)  # fmt: skip
_LABEL = re.compile(
    r"^[ \t|*•-]*(?P<kind>Actual |Estimated |Anticipated )?(?P<label>"
    + "|".join(re.escape(label) for label in sorted(_LABELS, key=len, reverse=True))
    + r")(?: provided by [^:\n]{1,200})?[ \t]*:[ \t|]*(?P<rest>.*)$"
)
_DESIGN = (
    "Observational Model", "Time Perspective", "Allocation", "Intervention Model", "Intervention Model Description",
    "Masking", "Masking Description", "Primary Purpose",
)  # fmt: skip
# a heading that stands alone on its line, and the name of the cell that begins under it
_HEADINGS = {
    "study description": "",
    "study design": "",
    "arms and interventions": "",
    "outcome measures": "",
    "eligibility criteria": "",
    "contacts and locations": "",
    "more information": "",
    "sponsors and collaborators": "",
    "study population": "Study Population",
    "criteria": "Criteria",
    "contacts": "Contacts",
    "locations": "Locations",
    "investigators": "Investigators",
}
_TABLES = (
    (re.compile(r"^condition or disease\b.*intervention", re.I), "Conditions"),
    (re.compile(r"^(?:arms?|groups?/cohorts?)\s+intervention", re.I), "Arms"),
)
_FURNITURE = re.compile(
    r"^\W*(?:go to|go to sections|top of page|show detailed description|hide detailed description|"
    r"information from the national library of medicine|learn about clinical studies|how clinical trials work)\W*$",
    re.I,
)
_FEWEST = 8  # fewer known labels than this: some other text that happens to hold one
_LOST_WHEN_EMPTY = {
    "Conditions": ("conditionsModule.conditions",),
    "Arms": ("armsInterventionsModule.armGroups", "armsInterventionsModule.interventions"),
    "Brief Summary": ("descriptionModule.briefSummary",),
    "Study Type": ("designModule.studyType",),
    "Enrollment": ("designModule.enrollmentInfo",),
    "Primary Outcome Measures": ("outcomesModule.primaryOutcomes",),
    "Ages Eligible for Study": ("eligibilityModule.minimumAge", "eligibilityModule.maximumAge"),
    "Sexes Eligible for Study": ("eligibilityModule.sex",),
    "Accepts Healthy Volunteers": ("eligibilityModule.healthyVolunteers",),
    "Criteria": ("eligibilityModule.eligibilityCriteria",),
    "Locations": ("contactsLocationsModule.locations",),
    "Study Start Date": ("statusModule.startDateStruct",),
    "Study Completion Date": ("statusModule.completionDateStruct",),
    "Last Verified": ("statusModule.statusVerifiedDate",),
    "Plan to Share IPD": ("ipdSharingStatementModule.ipdSharing",),
    "Studies a U.S. FDA-regulated Drug Product": ("oversightModule.isFdaRegulatedDrug",),
    "Studies a U.S. FDA-regulated Device Product": ("oversightModule.isFdaRegulatedDevice",),
    "Other Study ID Numbers": ("identificationModule.orgStudyIdInfo.id",),
}
# rows the page leaves out where the record says nothing: their absence tells as much as the record
_MAY_BE_ABSENT = {
    "Detailed Description": ("descriptionModule.detailedDescription",),
    "Secondary Outcome Measures": ("outcomesModule.secondaryOutcomes",),
    "Other Outcome Measures": ("outcomesModule.otherOutcomes",),
    "Investigators": ("contactsLocationsModule.overallOfficials",),
    "Contacts": ("contactsLocationsModule.centralContacts",),
    "Keywords": ("conditionsModule.keywords",),
}
_NEVER_SHOWN = (
    "statusModule.studyFirstSubmitDate",
    "statusModule.studyFirstSubmitQcDate",
    "statusModule.lastUpdateSubmitDate",
    "oversightModule.oversightHasDmc",
    "identificationModule.organization",
    "sponsorCollaboratorsModule.leadSponsor.class",
    "sponsorCollaboratorsModule.collaborators[].class",
    "sponsorCollaboratorsModule.responsibleParty.type",
)


def read(text: str, name: str) -> RegistryRecord | list[Problem]:
    """The page as a record in v2 shape, its lost cells named, or why the text is not such a page."""
    title, page = _pieces(text)
    if len(page) < _FEWEST:
        return [problems.not_a_record(name, f"it has {len(page)} labels of a record's page")]
    given, inferred = cells.conditions(page.get("Conditions", ("", ""))[1])
    protocol = {**_status(page), **_described(page, title, given), **_people(page)}
    document = filled({"protocolSection": protocol, "hasResults": "Results First Posted" in page})
    return built_record(document, "classic-text", name, lost=_lost(page), inferred=inferred)


Page = dict[str, tuple[str, str]]


def _pieces(text: str) -> tuple[str, Page]:
    """The title of the page, and under every label or heading its kind of date and its text."""
    page: Page = {}
    title, label, kind, lines = "", "", "", list[str]()
    for line in (one.rstrip(" |") for one in text.replace("\r\n", "\n").split("\n")):
        if _FURNITURE.match(line):
            continue
        found = _LABEL.match(line)
        bare = line.strip().lower().rstrip(":")
        table = next((cell for head, cell in _TABLES if head.match(line.strip())), "")
        if found is None and not table and bare not in _HEADINGS:
            title = title or line.strip()
            lines.append(line)
            continue
        if label:
            page.setdefault(label, (kind, "\n".join(lines).strip()))
        label = found["label"] if found else table or _HEADINGS[bare]
        kind = {"actual": "ACTUAL", "estimated": "ESTIMATED", "anticipated": "ESTIMATED"}.get(
            (found["kind"] or "").strip().lower() if found else "", ""
        )
        lines = [found["rest"].strip()] if found else []
    if label:
        page.setdefault(label, (kind, "\n".join(lines).strip()))
    return title, page


def _lost(page: Page) -> tuple[Lost, ...]:
    lost = []
    for label, paths in (_LOST_WHEN_EMPTY | _MAY_BE_ABSENT).items():
        if label in page and not page[label][1]:
            reason = f'"{label}" is on the page, nothing stands behind it in this copy'
        elif label not in page and label in _LOST_WHEN_EMPTY:
            reason = f'"{label}" is missing from this copy'
        else:
            continue
        lost += [Lost(f"protocolSection.{path}", reason) for path in paths]
    criteria = page.get("Criteria", ("", ""))[1]
    if criteria and not tabular_cells.criteria(criteria):
        reason = "the headings of the criteria are there, the bullets under them are not in this copy"
        lost.append(Lost("protocolSection.eligibilityModule.eligibilityCriteria", reason))
    return (*lost, *(Lost(f"protocolSection.{path}", "the classic page never shows it") for path in _NEVER_SHOWN))


def _text(page: Page, *labels: str) -> str:
    """The text under the first of these labels that has one."""
    found = (page[label][1] for label in labels if label in page)
    return next((text for text in found if text and text != "Not Provided"), "")


def _dated(page: Page, label: str) -> Built:
    kind, text = page.get(label, ("", ""))
    return {"date": iso_date(text.split("\n")[0]), "type": kind} if text else {}


def _status(page: Page) -> Built:
    party = _text(page, "Responsible Party", "Information provided by (Responsible Party)", "Information provided by")
    collaborators = _text(page, "Collaborators", "Collaborator")
    return {
        "statusModule": {
            "statusVerifiedDate": iso_date(_text(page, "Last Verified").split("\n")[0]),
            "overallStatus": code(STATUS, _text(page, "Recruitment Status").split("\n")[0].strip()),
            "startDateStruct": _dated(page, "Study Start Date"),
            "primaryCompletionDateStruct": _dated(page, "Primary Completion Date"),
            "completionDateStruct": _dated(page, "Study Completion Date"),
            "studyFirstPostDateStruct": _posted(page, "First Posted"),
            "resultsFirstPostDateStruct": _posted(page, "Results First Posted"),
            "lastUpdatePostDateStruct": _posted(page, "Last Update Posted"),
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": tabular_cells.responsible_party(party) if party else {},
            "leadSponsor": {"name": _text(page, "Sponsor").split("\n")[0]},
            "collaborators": [{"name": line} for line in tabular_cells.listed(collaborators)],
        },
        "oversightModule": {
            "isFdaRegulatedDrug": tabular_cells.yes_no(_text(page, "Studies a U.S. FDA-regulated Drug Product")),
            "isFdaRegulatedDevice": tabular_cells.yes_no(_text(page, "Studies a U.S. FDA-regulated Device Product")),
        },
    }


def _posted(page: Page, label: str) -> Built:
    text = _text(page, label).split("\n")[0]
    return {"date": iso_date(text)} if text else {}


def _described(page: Page, title: str, conditions: list[str]) -> Built:
    design = "\n".join(f"{label}: {_text(page, label)}" for label in _DESIGN if _text(page, label))
    kind, enrolled = page.get("Enrollment", ("", ""))
    arms, interventions = cells.arms(_text(page, "Arms"))
    return {
        "identificationModule": {
            "nctId": cells.nct_number(_text(page, "ClinicalTrials.gov Identifier")),
            **tabular_cells.study_ids(_text(page, "Other Study ID Numbers")),
            "briefTitle": title,
            "officialTitle": _text(page, "Official Title"),
        },
        "descriptionModule": {
            "briefSummary": _text(page, "Brief Summary"),
            "detailedDescription": _text(page, "Detailed Description"),
        },
        "conditionsModule": {
            "conditions": conditions,
            "keywords": tabular_cells.listed(_text(page, "Keywords").replace("\t", "\n")),
        },
        "designModule": {
            "studyType": code(STUDY_TYPE, _text(page, "Study Type").partition("(")[0].strip()),
            "phases": cells.phases(_text(page, "Conditions")),
            "designInfo": tabular_cells.design(design),
            "enrollmentInfo": tabular_cells.enrolment(enrolled.partition(" ")[0], kind),
        },
        "armsInterventionsModule": {"armGroups": arms, "interventions": interventions},
        "outcomesModule": {
            "primaryOutcomes": cells.outcomes(_text(page, "Primary Outcome Measures")),
            "secondaryOutcomes": cells.outcomes(_text(page, "Secondary Outcome Measures")),
            "otherOutcomes": cells.outcomes(_text(page, "Other Outcome Measures")),
        },
    }


def _people(page: Page) -> Built:
    return {
        "eligibilityModule": {
            "eligibilityCriteria": tabular_cells.criteria(_text(page, "Criteria")),
            "healthyVolunteers": tabular_cells.yes_no(_text(page, "Accepts Healthy Volunteers").partition(" ")[0]),
            "sex": tabular_cells.sex(_text(page, "Sexes Eligible for Study").split("\n")[0]),
            **tabular_cells.ages(_text(page, "Ages Eligible for Study").split("\n")[0]),
            "studyPopulation": _text(page, "Study Population"),
            "samplingMethod": _text(page, "Sampling Method").split("\n")[0].upper().replace(" ", "_").replace("-", "_"),
        },
        "contactsLocationsModule": {
            "centralContacts": cells.contacts(_text(page, "Contacts")),
            "overallOfficials": cells.officials(_text(page, "Investigators")),
            "locations": cells.locations(_text(page, "Locations")),
        },
        "ipdSharingStatementModule": {
            "ipdSharing": _text(page, "Plan to Share IPD").split("\n")[0].strip().upper(),
            "description": _text(page, "Plan Description"),
            "timeFrame": _text(page, "Time Frame"),
            "accessCriteria": _text(page, "Access Criteria"),
        },
    }
