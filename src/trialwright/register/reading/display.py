"""The registry's display words and the v2 codes they stand for, shared by the page and the legacy XML."""

import datetime as dt
import re
from collections.abc import Mapping

# A v2 document under construction: only this folder builds one, and it leaves it as JSON.
Built = dict[str, object]

STATUS = {
    "Active, not recruiting": "ACTIVE_NOT_RECRUITING",
    "Completed": "COMPLETED",
    "Enrolling by invitation": "ENROLLING_BY_INVITATION",
    "Not yet recruiting": "NOT_YET_RECRUITING",
    "Recruiting": "RECRUITING",
    "Suspended": "SUSPENDED",
    "Terminated": "TERMINATED",
    "Withdrawn": "WITHDRAWN",
    "Available": "AVAILABLE",
    "No longer available": "NO_LONGER_AVAILABLE",
    "Temporarily not available": "TEMPORARILY_NOT_AVAILABLE",
    "Approved for marketing": "APPROVED_FOR_MARKETING",
    "Withheld": "WITHHELD",
    "Unknown status": "UNKNOWN",
}
PHASE = {
    "Not Applicable": "NA",
    "N/A": "NA",
    "Early Phase 1": "EARLY_PHASE1",
    "Phase 0": "EARLY_PHASE1",
    "Phase 1": "PHASE1",
    "Phase 2": "PHASE2",
    "Phase 3": "PHASE3",
    "Phase 4": "PHASE4",
}
ALLOCATION = {"N/A": "NA", "Randomized": "RANDOMIZED", "Non-Randomized": "NON_RANDOMIZED"}
MODEL = {
    "Single Group Assignment": "SINGLE_GROUP",
    "Parallel Assignment": "PARALLEL",
    "Crossover Assignment": "CROSSOVER",
    "Factorial Assignment": "FACTORIAL",
    "Sequential Assignment": "SEQUENTIAL",
}
MASKING = {
    "None": "NONE",
    "Open Label": "NONE",
    "Single": "SINGLE",
    "Double": "DOUBLE",
    "Triple": "TRIPLE",
    "Quadruple": "QUADRUPLE",
}
MASKED = {
    "Participant": "PARTICIPANT",
    "Care Provider": "CARE_PROVIDER",
    "Investigator": "INVESTIGATOR",
    "Outcomes Assessor": "OUTCOMES_ASSESSOR",
}
PURPOSE = {
    "Treatment": "TREATMENT",
    "Prevention": "PREVENTION",
    "Diagnostic": "DIAGNOSTIC",
    "Supportive Care": "SUPPORTIVE_CARE",
    "Screening": "SCREENING",
    "Health Services Research": "HEALTH_SERVICES_RESEARCH",
    "Basic Science": "BASIC_SCIENCE",
    "Device Feasibility": "DEVICE_FEASIBILITY",
    "Educational/Counseling/Training": "ECT",
    "Other": "OTHER",
}
STUDY_TYPE = {
    "Interventional": "INTERVENTIONAL",
    "Observational": "OBSERVATIONAL",
    "Expanded Access": "EXPANDED_ACCESS",
}
OBSERVATIONAL_MODEL = {
    "Cohort": "COHORT",
    "Case-Control": "CASE_CONTROL",
    "Case-Only": "CASE_ONLY",
    "Case Control": "CASE_CONTROL",
    "Case-Crossover": "CASE_CROSSOVER",
    "Ecologic or Community": "ECOLOGIC_OR_COMMUNITY",
    "Family-Based": "FAMILY_BASED",
    "Other": "OTHER",
}
PERSPECTIVE = {
    "Prospective": "PROSPECTIVE",
    "Retrospective": "RETROSPECTIVE",
    "Cross-Sectional": "CROSS_SECTIONAL",
    "Other": "OTHER",
}
INTERVENTION_TYPE = {
    "Drug": "DRUG",
    "Device": "DEVICE",
    "Biological": "BIOLOGICAL",
    "Biological/Vaccine": "BIOLOGICAL",
    "Procedure": "PROCEDURE",
    "Procedure/Surgery": "PROCEDURE",
    "Radiation": "RADIATION",
    "Behavioral": "BEHAVIORAL",
    "Genetic": "GENETIC",
    "Dietary Supplement": "DIETARY_SUPPLEMENT",
    "Combination Product": "COMBINATION_PRODUCT",
    "Diagnostic Test": "DIAGNOSTIC_TEST",
    "Other": "OTHER",
}
# the word before the colon in an arm's list of interventions
INTERVENTION_NAMES = {code: word for word, code in reversed(INTERVENTION_TYPE.items()) if "/" not in word}
ARM_TYPE = {
    "Experimental": "EXPERIMENTAL",
    "Active Comparator": "ACTIVE_COMPARATOR",
    "Placebo Comparator": "PLACEBO_COMPARATOR",
    "Sham Comparator": "SHAM_COMPARATOR",
    "No Intervention": "NO_INTERVENTION",
    "Other": "OTHER",
}
AGENCY_CLASS = {
    "U.S. Fed": "FED",
    "Industry": "INDUSTRY",
    "NIH": "NIH",
    "Other": "OTHER",
    "Network": "NETWORK",
    "Individual": "INDIV",
    "Other U.S. Federal agency": "FED",
    "Other Government": "OTHER_GOV",
    "Unknown": "UNKNOWN",
}
INFO_TYPE = {
    "Study Protocol": "STUDY_PROTOCOL",
    "Statistical Analysis Plan (SAP)": "SAP",
    "Informed Consent Form (ICF)": "ICF",
    "Clinical Study Report (CSR)": "CSR",
    "Analytic Code": "ANALYTIC_CODE",
}
SEX = {"All": "ALL", "Both": "ALL", "Female": "FEMALE", "Male": "MALE"}
AGE_GROUP = {"Child": "CHILD", "Adult": "ADULT", "Older Adult": "OLDER_ADULT"}
_MONTHS = {dt.date(2001, month, 1).strftime("%B").lower(): month for month in range(1, 13)}
_DATE = re.compile(r"([A-Za-z]+)\s+(?:(\d{1,2}),\s*)?(\d{4})")


def code(words: Mapping[str, str], display: str) -> str:
    """The v2 code of a display word; a word the list does not know is kept as it stands, for a rule to report."""
    return words.get(display, display)


def iso_date(display: str) -> str:
    """ "July 1, 2021" as 2021-07-01, "June 2021" as 2021-06; precision is kept, anything else stays as it is."""
    match = _DATE.search(display)
    month = _MONTHS.get(match.group(1).lower()) if match else None
    if match is None or month is None:
        return display.strip()
    day = f"-{int(match.group(2)):02d}" if match.group(2) else ""
    return f"{match.group(3)}-{month:02d}{day}"


def filled(parts: Mapping[str, object]) -> Built:
    """The entries that hold something, nested ones too: v2 leaves out what is empty."""
    kept: Built = {}
    for key, part in parts.items():
        content = filled(part) if isinstance(part, Mapping) else part
        if content not in ("", None, [], {}):
            kept[key] = content
    return kept
