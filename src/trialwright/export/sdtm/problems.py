"""What the SDTM checker says: one sentence a code, in the reader's words."""

from trialwright.model.problem import Problem, Severity

GUIDE, TERMS = "SDTMIG 3.4", "CDISC SDTM CT 2025-03-28"

# code -> (expected, cure, source); what was found is told by the check
_SAID: dict[str, tuple[str, str, str]] = {
    "TW-SDT-001": (
        "a term of the code list, which is not extensible",
        "Use the list's term.",
        TERMS,
    ),
    "TW-SDT-002": (
        "the trial summary parameters that every trial has",
        "Add the parameter to TS.",
        f"{GUIDE} 7.4.2",
    ),
    "TW-SDT-003": (
        "an ISO 8601 duration such as P18Y",
        "Write the duration in ISO 8601.",
        f"{GUIDE} 7.4.2",
    ),
    "TW-SDT-004": (
        "the C-code and the term of one entry of the terminology",
        "Take both from one entry.",
        TERMS,
    ),
    "TW-SDT-005": (
        "at most 8 characters, a letter first, then A-Z, 0-9 and _",
        "Shorten the code.",
        f"{GUIDE} 4.1.3",
    ),
    "TW-SDT-006": (
        "one name for one code, and one code for one name",
        "Give both the same in every row.",
        f"{GUIDE} 4.2.1",
    ),
    "TW-SDT-007": (
        "a sequence number once for a participant and domain",
        "Number the records anew.",
        f"{GUIDE} 4.1.5",
    ),
    "TW-SDT-008": (
        "a participant of DM, once",
        "Add the participant to DM, or correct the identifier.",
        f"{GUIDE} 5.2",
    ),
    "TW-SDT-009": (
        "days counted from RFSTDTC, which is day 1, without a day 0",
        "Count the day again.",
        f"{GUIDE} 4.4.4",
    ),
    "TW-SDT-010": (
        "a value in every row of a required variable",
        "Fill it in, or take the record out.",
        f"{GUIDE} 4.1.5",
    ),
    "TW-SDT-011": (
        "the variables of the guide",
        "Move it to the supplemental qualifiers.",
        f"{GUIDE} 2.6",
    ),
    "TW-SDT-012": (
        "visit number and name as TV has them",
        "Take both from TV.",
        f"{GUIDE} 4.4.5",
    ),
    "TW-SDT-013": (
        "a record of the parent domain",
        "Correct IDVAR and IDVARVAL.",
        f"{GUIDE} 8.4",
    ),
    "TW-SDT-014": (
        "a date in ISO 8601 of the precision that is known",
        "Write YYYY, YYYY-MM or YYYY-MM-DD.",
        f"{GUIDE} 4.4.1",
    ),
    "TW-SDT-015": (
        "an end on or after the start",
        "Correct one of the two dates.",
        f"{GUIDE} 4.4.3",
    ),
    "TW-SDT-016": (
        "one flag for a participant and test",
        "Flag only the last result before the first dose.",
        f"{GUIDE} 4.5.9",
    ),
    "TW-SDT-017": (
        "no result where the test was not done, and a result or NOT DONE otherwise",
        "Take one of the two out.",
        f"{GUIDE} 4.5.1.2",
    ),
    "TW-SDT-018": (
        "an arm of TA",
        "Take ARMCD from TA, or say in ARMNRS why there is none.",
        f"{GUIDE} 5.2",
    ),
    "TW-SDT-019": (
        "one study in all datasets",
        "Use the same STUDYID.",
        f"{GUIDE} 4.1.5",
    ),
    "TW-SDT-020": (
        "the name of the dataset",
        "Correct DOMAIN.",
        f"{GUIDE} 4.1.2",
    ),
    "TW-SDT-021": (
        "a criterion of TI with the same words",
        "Take code and words from TI.",
        f"{GUIDE} 6.3.4",
    ),
    "TW-SDT-022": (
        "the number that STRESC writes",
        "Derive both from the same value.",
        f"{GUIDE} 4.5.1.1",
    ),
    "TW-SDT-023": (
        "at most 40 characters",
        "Shorten the name.",
        f"{GUIDE} 4.1.3",
    ),
    "TW-SDT-024": (
        "a value or a reason, not both and not neither",
        "Fill TSVAL or TSVALNF.",
        f"{GUIDE} 7.4.2",
    ),
    "TW-SDT-025": (
        "the domains that every trial has",
        "Add the dataset.",
        f"{GUIDE} 3.2",
    ),
    "TW-SDT-026": (
        "a file that can be read as a dataset",
        "Export it again.",
        "CDISC Dataset-JSON 1.1",
    ),
    "TW-SDT-027": (
        "a unit beside a number that has one",
        "Fill in the unit.",
        f"{GUIDE} 4.5.1.1",
    ),
    "TW-SDT-028": (
        "records or datasets that stand here, at least two of them under one RELID",
        "Correct IDVAR and IDVARVAL, or take the relation out.",
        f"{GUIDE} 8.2",
    ),
    "TW-SDT-029": (
        "code and name of one entry of the terminology",
        "Take both from one entry.",
        TERMS,
    ),
    "TW-SDT-030": (
        "at most 200 bytes, which is what a transport file holds",
        "Continue a long text in the supplemental qualifiers, or submit Dataset-JSON.",
        f"{GUIDE} 4.5.3",
    ),
    "TW-SDT-031": (
        "the version of the terminology that codes were checked against",
        "Look the codes up in that version, or read this finding as a reminder that nobody did.",
        TERMS,
    ),
}


def found(code: str, where: str, what: str, severity: Severity = "error") -> Problem:
    """A finding by its code: where it stands and what was found there."""
    expected, cure, source = _SAID[code]
    return Problem(
        code=code, severity=severity, where=where, found=what, expected=f"Expected {expected}", cure=cure, source=source
    )
