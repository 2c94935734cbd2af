"""Where the values of each variable come from, in Define-XML's words: collected, derived, assigned, planned."""

import msgspec

from trialwright.export.datasets import Dataset, OriginType, Variable
from trialwright.export.define_xml import Forms
from trialwright.export.sdtm.metadata import Known

_DAYS = "Days from RFSTDTC, the day of the first dose, which is day 1; there is no day 0. Empty for a partial date."
_DERIVED = {
    "DY": _DAYS,
    "STDY": _DAYS,
    "ENDY": _DAYS,
    "LOBXFL": "Y on the last result of a test before the first dose; the baseline visit of that day is before.",
    "STRESN": "The result in the standard unit of the item, by its exact factor.",
    "STRESC": "The result in the standard unit of the item, as text.",
    "STNRHI": "The upper limit of normal in the standard unit of the item, by its exact factor.",
    "STNRLO": "The lower limit of normal in the standard unit of the item, by its exact factor.",
    "SEQ": "Counted within the participant in the order in which the ledger first heard of the record; never changes.",
}
"""By what follows the two letters of the domain."""

_OF_ONE = {
    "RFSTDTC": "The day of the first dose that was given (EXDOSE above 0).",
    "RFXSTDTC": "The day of the first dose that was given (EXDOSE above 0).",
    "RFXENDTC": "The day of the last dose that was given (EXDOSE above 0).",
    "RFENDTC": "RFPENDTC of whoever was given a dose.",
    "RFPENDTC": "The last day of DS, else the day of the act in the ledger that ended the participation.",
    "RFICDTC": "The day that the act of consent in the ledger names; consent is an act, no form asks for it.",
    "DTHDTC": "The day that the act in the ledger names which records the death.",
    "DTHFL": "Y where DTHDTC holds a day or the act records a death.",
    "ARMNRS": "Screening failure, not assigned, or assigned and not treated, by the acts in the ledger and EX.",
    "ACTARMCD": "ARMCD of whoever was given a dose.",
    "ACTARM": "ARM of whoever was given a dose.",
    "SESTDTC": "Screening: RFICDTC; treatment: RFXSTDTC.",
    "SEENDTC": "Screening: RFXSTDTC, else RFPENDTC; treatment: RFPENDTC.",
    "SVOCCUR": "Y where the date of the visit was entered, N where the site marked it missed.",
    "IEDTC": "RFPENDTC: the day on which the screening ended.",
    "EXENDTC": "EXSTDTC: what is given in one sitting ends on the day on which it begins.",
}
_PROTOCOL = ("SVPRESP", "EXROUTE", "TAETORD", "VISITDY")
_ASSIGNED_ROLES = ("Identifier", "Topic", "Grouping Qualifier", "Synonym Qualifier")
_ASSIGNED = ("TEST", "EPOCH", "ORRESU", "STRESU", "EVAL", "LOC", "LAT", "SCAT")
_ASSIGNED_OF_ONE = ("RELTYPE", "RELID", "SITEID", "COUNTRY", "ARMCD", "ARM", "QORIG", "QEVAL", "QLABEL")


def origin_of(domain: str, known: Known, *, filled: bool) -> tuple[OriginType, str]:
    """
    The origin of a variable and, of a derived one, how it was worked out.

    Missing: a variable that the guide expects and nothing fills is not available; no form asked for it.
    """
    ending = known.name.removeprefix(domain)
    if not filled:
        return "Not Available", ""
    if known.name in _OF_ONE or ending in _DERIVED:
        return "Derived", _OF_ONE.get(known.name) or _DERIVED[ending]
    if domain in ("TA", "TE", "TI", "TS", "TV") or known.name in _PROTOCOL:
        return "Protocol", ""
    assigned = known.role in _ASSIGNED_ROLES or ending in _ASSIGNED or known.name in _ASSIGNED_OF_ONE
    return ("Assigned" if assigned or known.name.startswith("VISIT") else "Collected"), ""


def asked_for(dataset: Dataset, forms: Forms) -> Dataset:
    """The dataset with the origin of every variable that a form asks for: collected, whatever its role is."""

    def told(variable: Variable) -> Variable:
        if variable.origin != "Assigned" or not forms.of(dataset.name, variable.name):
            return variable
        return msgspec.structs.replace(variable, origin="Collected", source="Investigator")

    return msgspec.structs.replace(dataset, variables=tuple(map(told, dataset.variables)))
