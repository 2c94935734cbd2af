"""What the ADaM checker says: one sentence a code, in the reader's words."""

from trialwright.model.problem import Problem, Severity

GUIDE = "ADaMIG 1.3"

# code -> (expected, cure, source); what was found is told by the check
_SAID: dict[str, tuple[str, str, str]] = {
    "TW-ADM-001": ("ADSL beside every other dataset", "Add ADSL.", f"{GUIDE} 3.2"),
    "TW-ADM-002": ("one record a participant in ADSL", "Take the second record out.", f"{GUIDE} 3.2"),
    "TW-ADM-003": ("the variables that every dataset of its kind has", "Add the variable.", f"{GUIDE} 3.2, 3.3"),
    "TW-ADM-004": ("a participant of ADSL", "Take USUBJID from ADSL.", f"{GUIDE} 3.2"),
    "TW-ADM-005": ("one PARAM for one PARAMCD, and back", "Give both the same in every row.", f"{GUIDE} 3.3.4"),
    "TW-ADM-006": (
        "at most 8 characters, a letter first, then A-Z, 0-9 and _",
        "Shorten the code.",
        f"{GUIDE} 3.3.4",
    ),
    "TW-ADM-007": ("AVAL - BASE", "Derive CHG from both.", f"{GUIDE} 3.3.4"),
    "TW-ADM-008": ("100 * CHG / BASE", "Derive PCHG from both.", f"{GUIDE} 3.3.4"),
    "TW-ADM-009": ("one baseline record a participant and parameter", "Flag one of them.", f"{GUIDE} 3.3.8"),
    "TW-ADM-010": ("the value of the flagged baseline record", "Take BASE from it.", f"{GUIDE} 3.3.4"),
    "TW-ADM-011": ("one AVISIT for one AVISITN, and back", "Give both the same in every row.", f"{GUIDE} 3.3.3"),
    "TW-ADM-012": ("Y, N or nothing in a flag; Y or N in a population flag of ADSL", "Use these.", f"{GUIDE} 3.1.4"),
    "TW-ADM-013": (
        "days from TRTSDT, which is day 1; there is no day 0",
        "Count the day again.",
        f"{GUIDE} 3.3.3",
    ),
    "TW-ADM-014": ("Y, M or D beside an imputed date, and a date beside the flag", "Correct one.", f"{GUIDE} 3.1.3"),
    "TW-ADM-015": (
        "a value, or a reason why there is none",
        "Fill AVAL or AVALC, or say why it is missing.",
        f"{GUIDE} 3.3.4",
    ),
    "TW-ADM-016": ("an end on or after the start", "Correct one of the dates.", f"{GUIDE} 3.1.3"),
    "TW-ADM-017": (
        "TRTEMFL Y from the day of the first dose on, else N",
        "Derive the flag from ASTDT and TRTSDT.",
        "OCCDS 1.1 3.2",
    ),
    "TW-ADM-018": ("SRCDOM and SRCVAR beside SRCSEQ", "Name where the value comes from.", f"{GUIDE} 3.3.9"),
    "TW-ADM-019": ("a record of the SDTM dataset that is named", "Correct SRCDOM or SRCSEQ.", f"{GUIDE} 3.3.9"),
    "TW-ADM-020": ("the value of the source record", "Derive AVAL from it, or mark it DERIVED.", f"{GUIDE} 3.3.9"),
    "TW-ADM-021": ("a sequence number once for a participant", "Number again.", f"{GUIDE} 3.3.9"),
    "TW-ADM-022": ("CRITy beside CRITyFL, one text for a parameter", "Write the criterion.", f"{GUIDE} 3.3.5"),
    "TW-ADM-023": (
        "names of at most 8 characters, labels of at most 40, in ASCII",
        "Shorten it.",
        f"{GUIDE} 3.1.1",
    ),
    "TW-ADM-024": ("one study in all datasets", "Use the same STUDYID.", f"{GUIDE} 3.1"),
    "TW-ADM-025": ("the value that ADSL has", "Take it over from ADSL.", f"{GUIDE} 3.1.1"),
    "TW-ADM-026": ("HIGH above ANRHI, LOW below ANRLO, else NORMAL", "Derive it again.", f"{GUIDE} 3.3.6"),
    "TW-ADM-027": ("one AVALC for one AVAL, within a parameter", "Give both the same.", f"{GUIDE} 3.3.4"),
    "TW-ADM-028": ("a file that can be read as a dataset", "Export it again.", "CDISC Dataset-JSON 1.1"),
    "TW-ADM-029": ("TRTEDT on or after TRTSDT, both or none", "Correct the dates.", f"{GUIDE} 3.2.7"),
    "TW-ADM-030": ("a term of DTYPE", "Use a term, or note your own in define.xml.", "CDISC ADaM CT 2026-03-27"),
}


def found(code: str, where: str, what: str, severity: Severity = "error") -> Problem:
    """A finding by its code: where it stands and what was found there."""
    expected, cure, source = _SAID[code]
    return Problem(
        code=code, severity=severity, where=where, found=what, expected=f"Expected {expected}", cure=cure, source=source
    )
