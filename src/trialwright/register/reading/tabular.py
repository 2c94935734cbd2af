"""
The legacy tabular page, as people paste it: one row a line, cells parted by bars or tabs, bullet lists often lost.

A cell that the page has and the copy left empty is reported as lost; a row the page never had is reported too, because
nothing about it can be judged from this copy.
"""

import re

import msgspec

from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.reading import tabular_cells as cells
from trialwright.register.reading.built import built_record
from trialwright.register.reading.display import STATUS, STUDY_TYPE, Built, code, filled, iso_date

# label on the page -> name of the row here; "Actual" and "Estimated" are kept apart, for they are the date's
# type
_LABELS = (
    "First Submitted Date",
    "First Posted Date",
    "Results First Submitted Date",
    "Results First Posted Date",
    "Last Update Posted Date",
    "Study Start Date",
    "Primary Completion Date",
    "Current Primary Outcome Measures",
    "Original Primary Outcome Measures",
    "Change History",
    "Current Secondary Outcome Measures",
    "Original Secondary Outcome Measures",
    "Current Other Pre-specified Outcome Measures",
    "Original Other Pre-specified Outcome Measures",
    "Brief Title",
    "Official Title",
    "Brief Summary",
    "Detailed Description",
    "Study Type",
    "Study Phase",
    "Study Design",
    "Condition",
    "Intervention",
    "Study Arms",
    "Study Groups/Cohorts",
    "Publications",
    "Recruitment Status",
    "Enrollment",
    "Original Estimated Enrollment",
    "Original Enrollment",
    "Study Completion Date",
    "Eligibility Criteria",
    "Sex/Gender",
    "Ages",
    "Accepts Healthy Volunteers",
    "Contacts",
    "Listed Location Countries",
    "Removed Location Countries",
    "NCT Number",
    "Other Study ID Numbers",
    "Has Data Monitoring Committee",
    "U.S. FDA-regulated Product",
    "IPD Sharing Statement",
    "Current Responsible Party",
    "Original Responsible Party",
    "Responsible Party",
    "Current Study Sponsor",
    "Original Study Sponsor",
    "Study Sponsor",
    "Collaborators",
    "Investigators",
    "PRS Account",
    "Verification Date",
)
_ROW = re.compile(
    r"^[ \t|]*(?P<kind>Actual |Estimated |Anticipated )?(?P<label>"
    + "|".join(re.escape(label) for label in sorted(_LABELS, key=len, reverse=True))
    + r")s?[ \t]*\*?[ \t]*(?:ICMJE)?[ \t]*(?:\||\t)(?P<rest>.*)$"
)
_SECTION = re.compile(
    r"^[ \t|]*(?:Tracking|Descriptive|Recruitment|Administrative) Information[ \t|]*$|^[-| \t]+$"
    r"|^ICMJE Data element|^\* Includes publications"
)
_BARS = re.compile(r"^[ \t|]+|[ \t|]+$")
_FEWEST_ROWS = 8  # fewer known rows than this: some other text that happens to hold a label
_NOT_ON_THE_PAGE = (
    "conditionsModule.keywords",
    "statusModule.studyFirstSubmitQcDate",
    "statusModule.lastUpdateSubmitDate",
    "contactsLocationsModule.locations[].facility",
    "contactsLocationsModule.locations[].city",
    "identificationModule.organization.class",
    "sponsorCollaboratorsModule.leadSponsor.class",
    "sponsorCollaboratorsModule.collaborators[].class",
    "sponsorCollaboratorsModule.responsibleParty.type",
)
_LOST_WHEN_EMPTY = {
    "Condition": ("conditionsModule.conditions",),
    "Sex/Gender": ("eligibilityModule.sex",),
    "Ages": ("eligibilityModule.minimumAge", "eligibilityModule.maximumAge"),
    "Accepts Healthy Volunteers": ("eligibilityModule.healthyVolunteers",),
    "Contacts": ("contactsLocationsModule.centralContacts",),
    "Listed Location Countries": ("contactsLocationsModule.locations",),
    "U.S. FDA-regulated Product": ("oversightModule.isFdaRegulatedDrug", "oversightModule.isFdaRegulatedDevice"),
    "IPD Sharing Statement": ("ipdSharingStatementModule.ipdSharing",),
    "Current Primary Outcome Measures": ("outcomesModule.primaryOutcomes",),
    "Current Secondary Outcome Measures": ("outcomesModule.secondaryOutcomes",),
    "Current Other Pre-specified Outcome Measures": ("outcomesModule.otherOutcomes",),
    "Intervention": ("armsInterventionsModule.interventions",),
    "Study Arms": ("armsInterventionsModule.armGroups",),
    "Study Design": ("designModule.designInfo",),
    "Study Phase": ("designModule.phases",),
    "Enrollment": ("designModule.enrollmentInfo",),
    "Has Data Monitoring Committee": ("oversightModule.oversightHasDmc",),
    "Brief Summary": ("descriptionModule.briefSummary",),
    "Detailed Description": ("descriptionModule.detailedDescription",),
    "Other Study ID Numbers": ("identificationModule.orgStudyIdInfo.id",),
    "Investigators": ("contactsLocationsModule.overallOfficials",),
}


class Row(msgspec.Struct, frozen=True):
    """One row of the page: "ACTUAL", "ESTIMATED" or "", and the lines of its cell."""

    kind: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def read(text: str, name: str) -> RegistryRecord | list[Problem]:
    """The page as a record in v2 shape, its lost cells named, or why the text is not such a page."""
    rows = _rows(text)
    if len(rows) < _FEWEST_ROWS:
        known = f"it has {len(rows)} rows of a tabular page" if rows else "no row of a tabular page stands in it"
        return [problems.not_a_record(name, known)]
    document = filled({"protocolSection": _protocol(rows), "hasResults": "Results First Posted Date" in rows})
    return built_record(document, "tabular-text", name, lost=_lost(rows))


def _rows(text: str) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    label, kind, lines = "", "", list[str]()
    for line in text.replace("\r\n", "\n").split("\n"):
        row = _ROW.match(line)
        if row is None and not _SECTION.match(line):
            lines.append(_BARS.sub("", line))
            continue
        if label:
            rows.setdefault(label, Row(kind, tuple(lines)))
        label, kind, lines = "", "", []
        if row is not None:
            label = row["label"]
            kind = {"actual": "ACTUAL", "estimated": "ESTIMATED", "anticipated": "ESTIMATED"}.get(
                (row["kind"] or "").strip().lower(), ""
            )
            lines = [_BARS.sub("", row["rest"])]
    if label:
        rows.setdefault(label, Row(kind, tuple(lines)))
    return rows


def _lost(rows: dict[str, Row]) -> tuple[Lost, ...]:
    lost = [
        Lost(f"protocolSection.{path}", f'the row "{label}" is on the page, its cell is empty in this copy')
        for label, paths in _LOST_WHEN_EMPTY.items()
        if label in rows and not rows[label].text
        for path in paths
    ]
    criteria = rows.get("Eligibility Criteria")
    if criteria and not cells.criteria(criteria.text):
        lost.append(
            Lost(
                "protocolSection.eligibilityModule.eligibilityCriteria",
                "the headings of the criteria are there, the bullets under them are not in this copy",
            )
        )
    lost.extend(
        Lost(f"protocolSection.{path}", f'the row "{label}" is missing from this copy')
        for label, paths in _LOST_WHEN_EMPTY.items()
        if label not in rows and label not in ("Current Other Pre-specified Outcome Measures", "Study Arms")
        for path in paths
    )
    lost.extend(Lost(f"protocolSection.{path}", "the tabular page never shows it") for path in _NOT_ON_THE_PAGE)
    return tuple(lost)


class _Page:
    """The rows of a page, asked by their label."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self._rows = rows

    def text(self, *labels: str) -> str:
        """The first of these rows that is filled; the page's own "Not Provided" counts as empty."""
        found = (self._rows[label].text for label in labels if label in self._rows)
        return next((text for text in found if text and text != "Not Provided"), "")

    def dated(self, label: str) -> Built:
        row = self._rows.get(label)
        return {"date": iso_date(row.lines[0]), "type": row.kind} if row and row.text else {}

    def kind(self, label: str) -> str:
        return self._rows[label].kind if label in self._rows else ""


def _protocol(rows: dict[str, Row]) -> Built:
    page = _Page(rows)
    return {**_tracking(page), **_description(page), **_recruitment(page)}


def _tracking(page: _Page) -> Built:
    return {
        "identificationModule": {
            "nctId": page.text("NCT Number"),
            **cells.study_ids(page.text("Other Study ID Numbers")),
            "organization": {"fullName": page.text("PRS Account")},
            "briefTitle": page.text("Brief Title"),
            "officialTitle": page.text("Official Title"),
        },
        "statusModule": {
            "statusVerifiedDate": iso_date(page.text("Verification Date")),
            "overallStatus": code(STATUS, page.text("Recruitment Status")),
            "startDateStruct": page.dated("Study Start Date"),
            "primaryCompletionDateStruct": page.dated("Primary Completion Date"),
            "completionDateStruct": page.dated("Study Completion Date"),
            "studyFirstSubmitDate": iso_date(page.text("First Submitted Date")),
            "studyFirstPostDateStruct": page.dated("First Posted Date"),
            "lastUpdatePostDateStruct": page.dated("Last Update Posted Date"),
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": cells.responsible_party(page.text("Current Responsible Party", "Responsible Party")),
            "leadSponsor": {"name": page.text("Current Study Sponsor", "Study Sponsor")},
            "collaborators": [{"name": line} for line in cells.listed(page.text("Collaborators"))],
        },
        "oversightModule": {
            "oversightHasDmc": cells.yes_no(page.text("Has Data Monitoring Committee")),
            **cells.fda_regulated(page.text("U.S. FDA-regulated Product")),
        },
    }


def _description(page: _Page) -> Built:
    arms = cells.arms(page.text("Study Arms", "Study Groups/Cohorts"))
    return {
        "descriptionModule": {
            "briefSummary": page.text("Brief Summary"),
            "detailedDescription": page.text("Detailed Description"),
        },
        "conditionsModule": {"conditions": cells.listed(page.text("Condition"))},
        "designModule": {
            "studyType": code(STUDY_TYPE, page.text("Study Type")),
            "phases": cells.phases(page.text("Study Phase")),
            "designInfo": cells.design(page.text("Study Design")),
            "enrollmentInfo": cells.enrolment(page.text("Enrollment"), page.kind("Enrollment")),
        },
        "armsInterventionsModule": {
            "armGroups": arms,
            "interventions": cells.interventions(page.text("Intervention"), arms),
        },
        "outcomesModule": {
            "primaryOutcomes": cells.outcomes(page.text("Current Primary Outcome Measures")),
            "secondaryOutcomes": cells.outcomes(page.text("Current Secondary Outcome Measures")),
            "otherOutcomes": cells.outcomes(page.text("Current Other Pre-specified Outcome Measures")),
        },
    }


def _recruitment(page: _Page) -> Built:
    countries = cells.listed(page.text("Listed Location Countries"), commas=True)
    return {
        "eligibilityModule": {
            "eligibilityCriteria": cells.criteria(page.text("Eligibility Criteria")),
            "healthyVolunteers": cells.yes_no(page.text("Accepts Healthy Volunteers")),
            "sex": cells.sex(page.text("Sex/Gender")),
            **cells.ages(page.text("Ages")),
        },
        "contactsLocationsModule": {
            "overallOfficials": cells.officials(page.text("Investigators")),
            "locations": [{"country": country} for country in countries],
        },
        "ipdSharingStatementModule": {"ipdSharing": cells.ipd_answer(page.text("IPD Sharing Statement"))},
    }
