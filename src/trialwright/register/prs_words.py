"""
The words of PRS protocol XML, which its schema leaves open: every value there is a free string.

Source:  the comments of ProtocolRecordSchema.xsd, version 2018.05.08 (National Library of Medicine, public domain);
         words marked "since 2017" stand in the registry's data element definitions and are missing from the comments.
Shape:   per element {word: v2 code}. The first word of a code is the one written; the others are only read.
"""

import re
from collections.abc import Mapping
from functools import cache

SCHEMA_DATE = "2018.05.08"
YES_NO = {"Yes": "true", "No": "false"}
_STATUS = {
    "Not yet recruiting": "NOT_YET_RECRUITING",
    "Recruiting": "RECRUITING",
    "Active, not recruiting": "ACTIVE_NOT_RECRUITING",
    "Enrolling by invitation": "ENROLLING_BY_INVITATION",
    "Completed": "COMPLETED",
    "Suspended": "SUSPENDED",
    "Terminated": "TERMINATED",
    "Withdrawn": "WITHDRAWN",
}
_DATE_TYPE = {"Actual": "ACTUAL", "Anticipated": "ESTIMATED", "Estimated": "ESTIMATED"}
WORDS: dict[str, dict[str, str]] = {
    "overall_status": _STATUS,
    "location/status": _STATUS | {"No longer recruiting": "ACTIVE_NOT_RECRUITING"},
    "expanded_access_status": {
        "Available": "AVAILABLE",
        "No longer available": "NO_LONGER_AVAILABLE",
        "Temporarily not available": "TEMPORARILY_NOT_AVAILABLE",
        "Approved for marketing": "APPROVED_FOR_MARKETING",
    },
    "start_date_type": _DATE_TYPE,
    "primary_compl_date_type": _DATE_TYPE,
    "last_follow_up_date_type": _DATE_TYPE,
    "enrollment_type": _DATE_TYPE,
    "study_type": {
        "Interventional": "INTERVENTIONAL",
        "Observational": "OBSERVATIONAL",
        "Expanded Access": "EXPANDED_ACCESS",
    },
    "interventional_subtype": {
        "Treatment": "TREATMENT",
        "Prevention": "PREVENTION",
        "Diagnostic": "DIAGNOSTIC",
        "Basic Science": "BASIC_SCIENCE",
        "Supportive Care": "SUPPORTIVE_CARE",
        "Screening": "SCREENING",
        "Health Services Research": "HEALTH_SERVICES_RESEARCH",
        "Device Feasibility": "DEVICE_FEASIBILITY",
        "Other": "OTHER",
    },
    "assignment": {
        "Single Group Assignment": "SINGLE_GROUP",
        "Parallel Assignment": "PARALLEL",
        "Crossover Assignment": "CROSSOVER",
        "Factorial Assignment": "FACTORIAL",
        "Sequential Assignment": "SEQUENTIAL",
    },
    "allocation": {
        "Randomized": "RANDOMIZED",
        "Non-randomized": "NON_RANDOMIZED",
        "N/A": "NA",
        "Non-Randomized": "NON_RANDOMIZED",
    },
    # no list in the schema, the element is deprecated; these are the words of the time when it was not
    "masking": {"Open Label": "NONE", "Single Blind": "SINGLE", "Double Blind": "DOUBLE", "Open": "NONE"},
    "observational_study_design": {
        "Cohort": "COHORT",
        "Case-Control": "CASE_CONTROL",
        "Case-Only": "CASE_ONLY",
        "Case-Crossover": "CASE_CROSSOVER",
        "Ecologic or Community": "ECOLOGIC_OR_COMMUNITY",
        "Family-Based": "FAMILY_BASED",
        "Other": "OTHER",
    },
    "timing": {
        "Retrospective": "RETROSPECTIVE",
        "Prospective": "PROSPECTIVE",
        "Cross-Sectional": "CROSS_SECTIONAL",
        "Other": "OTHER",
    },
    "biospecimen_retention": {
        "None Retained": "NONE_RETAINED",
        "Samples With DNA": "SAMPLES_WITH_DNA",
        "Samples Without DNA": "SAMPLES_WITHOUT_DNA",
    },
    "arm_type": {
        "Experimental": "EXPERIMENTAL",
        "Active Comparator": "ACTIVE_COMPARATOR",
        "Placebo Comparator": "PLACEBO_COMPARATOR",
        "Sham Comparator": "SHAM_COMPARATOR",
        "No Intervention": "NO_INTERVENTION",
        "Other": "OTHER",
    },
    "intervention_type": {
        "Drug": "DRUG",
        "Device": "DEVICE",
        "Biological/Vaccine": "BIOLOGICAL",
        "Procedure/Surgery": "PROCEDURE",
        "Radiation": "RADIATION",
        "Behavioral": "BEHAVIORAL",
        "Genetic": "GENETIC",
        "Dietary Supplement": "DIETARY_SUPPLEMENT",
        "Other": "OTHER",
        "Combination Product": "COMBINATION_PRODUCT",  # since 2017
        "Diagnostic Test": "DIAGNOSTIC_TEST",  # since 2017
    },
    "sampling_method": {"Probability Sample": "PROBABILITY_SAMPLE", "Non-Probability Sample": "NON_PROBABILITY_SAMPLE"},
    "gender": {"All": "ALL", "Female": "FEMALE", "Male": "MALE", "Both": "ALL"},
    "overall_official/role": {
        "Principal Investigator": "PRINCIPAL_INVESTIGATOR",
        "Study Chair": "STUDY_CHAIR",
        "Study Director": "STUDY_DIRECTOR",
    },
    "investigator/role": {
        "Principal Investigator": "PRINCIPAL_INVESTIGATOR",
        "Sub-Investigator": "SUB_INVESTIGATOR",
    },
    "resp_party_type": {
        "Sponsor": "SPONSOR",
        "Principal Investigator": "PRINCIPAL_INVESTIGATOR",
        "Sponsor-Investigator": "SPONSOR_INVESTIGATOR",
    },
    "id_type": {
        "NIH Grant Number": "NIH",
        "Other Grant/Funding Number": "OTHER_GRANT",
        "Registry Identifier": "REGISTRY",
        "EU Trial (CTIS) Number": "CTIS",
        "EudraCT Number": "EUDRACT_NUMBER",
        "Other Identifier": "OTHER",
    },
    "sharing_ipd": {"Yes": "YES", "No": "NO", "Undecided": "UNDECIDED"},
    "target_duration_units": {word: word for word in ("Years", "Months", "Weeks", "Days")},
    "study_document_type": {
        word: word
        for word in (
            "Individual Participant Data Set", "Study Protocol", "Statistical Analysis Plan", "Informed Consent Form",
            "Clinical Study Report", "Analytic Code", "Other",
        )
    },
    "approval_status": {
        word: word for word in ("Approved", "Pending", "Exempt", "Denied", "Not required", "Not yet submitted")
    },
    "ind_grantor": {word: word for word in ("CDER", "CBER", "CDRH")},
    "has_expanded_access": {**YES_NO, "Unknown": "unknown"},
    "phase": {
        word: word
        for word in ("Early Phase 1", "Phase 1", "Phase 1/2", "Phase 2", "Phase 2/3", "Phase 3", "Phase 4", "N/A")
    },
}  # fmt: skip
PHASES = {
    ("EARLY_PHASE1",): "Early Phase 1",
    ("PHASE1",): "Phase 1",
    ("PHASE1", "PHASE2"): "Phase 1/2",
    ("PHASE2",): "Phase 2",
    ("PHASE2", "PHASE3"): "Phase 2/3",
    ("PHASE3",): "Phase 3",
    ("PHASE4",): "Phase 4",
    ("NA",): "N/A",
}
PHASES_READ = {word.lower(): phases for phases, word in PHASES.items()} | {
    "phase 0": ("EARLY_PHASE1",),
    "phase 1/phase 2": ("PHASE1", "PHASE2"),
    "phase 2/phase 3": ("PHASE2", "PHASE3"),
    "na": ("NA",),
}
MASKED = {
    "masked_subject": "PARTICIPANT",
    "masked_caregiver": "CARE_PROVIDER",
    "masked_investigator": "INVESTIGATOR",
    "masked_assessor": "OUTCOMES_ASSESSOR",
}
MASKING_LEVELS = ("NONE", "SINGLE", "DOUBLE", "TRIPLE", "QUADRUPLE")
INFO_TYPES = {
    "ipd_info_type_protocol": "STUDY_PROTOCOL",
    "ipd_info_type_sap": "SAP",
    "ipd_info_type_icf": "ICF",
    "ipd_info_type_csr": "CSR",
    "ipd_info_type_analytic_code": "ANALYTIC_CODE",
}
ACCESS_TYPES = {
    "exp_acc_type_individual": "individual",
    "exp_acc_type_intermediate": "intermediate",
    "exp_acc_type_treatment": "treatment",
}
YES_NO_ELEMENTS = frozenset(
    ["is_fda_regulated", "is_section_801", "delayed_posting", "is_ind_study", "has_dmc", "fda_regulated_drug",
     "fda_regulated_device", "post_prior_to_approval", "exported_from_us", "ped_postmarket_surv", "no_exp_acc_type",
     "no_masking", "patient_registry", "healthy_volunteers", "gender_based", "is_results_ref",
     *MASKED, *INFO_TYPES, *ACCESS_TYPES]
)  # fmt: skip
PATTERNS = {
    "verification_date": re.compile(r"\d{4}-\d{2}(-\d{2})?"),
    "start_date": re.compile(r"\d{4}-\d{2}(-\d{2})?"),
    "primary_compl_date": re.compile(r"\d{4}-\d{2}(-\d{2})?"),
    "last_follow_up_date": re.compile(r"\d{4}-\d{2}(-\d{2})?"),
    "minimum_age": re.compile(r"N/A|\d+ (Year|Month|Week|Day|Hour|Minute)s?"),
    "maximum_age": re.compile(r"N/A|\d+ (Year|Month|Week|Day|Hour|Minute)s?"),
    "enrollment": re.compile(r"\d{1,9}"),
    "number_of_arms": re.compile(r"\d{1,3}"),
    "number_of_groups": re.compile(r"\d{1,3}"),
    "target_duration_quantity": re.compile(r"[1-9]\d*"),
    "pubmed_id": re.compile(r"\d{1,9}"),
}


def word_of(element: str, code: str) -> str:
    """The word written for a v2 code, "" where the schema has none for it."""
    return _written(element).get(code, "")


def code_of(element: str, word: str) -> str:
    """The v2 code of a word, read without regard to case; an unknown word stays as it is, for the reader to report."""
    return _read(element).get(" ".join(word.lower().split()), word)


@cache
def _written(element: str) -> Mapping[str, str]:
    written: dict[str, str] = {}
    for word, code in WORDS[element].items():
        written.setdefault(code, word)
    return written


@cache
def _read(element: str) -> Mapping[str, str]:
    return {word.lower(): code for word, code in WORDS[element].items()}
