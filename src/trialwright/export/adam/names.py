"""Short names for ADaM: parameter codes, flags of analysis sets, and the labels of all columns."""

from collections.abc import Iterable, Iterator, Mapping
from string import ascii_uppercase
from typing import Literal

import msgspec

from trialwright.export.datasets import OriginType, VariableKind
from trialwright.model.study import AnalysisSet, Estimand

CODE = 8
"""The longest PARAMCD and variable name."""
LABEL = 40

_SETS = {
    "full_analysis": "FASFL", "intention_to_treat": "ITTFL", "intent_to_treat": "ITTFL", "safety": "SAFFL",
    "per_protocol": "PPROTFL", "enrolled": "ENRLFL", "randomised": "RANDFL", "randomized": "RANDFL",
}  # fmt: skip


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What a variable is in every dataset that has it."""

    label: str
    kind: VariableKind = "text"
    core: Literal["Req", "Cond", "Perm"] = "Perm"
    codelist: str = ""
    origin: OriginType = "Derived"
    source: str = "Sponsor"
    method: str = ""


def short(name: str, taken: Iterable[str] = ()) -> str:
    """
    A name of the definition as a code of eight characters: every word gives its first letters, "week_12" is W12.

    Shape:   the same name gives the same code unless another has taken it, then a letter from B on tells them apart.
    """
    words = [word for word in name.replace(".", "_").replace("-", "_").upper().split("_") if word]
    tail = ""
    if len(words) > 2 and words[-1].isdecimal() and len(words[-1]) < 4:
        tail = words[-2][0] + words[-1]
        words = words[:-2]
    room = CODE - len(tail)
    kept = words[:room]
    while sum(map(len, kept)) > room:
        longest = max(range(len(kept)), key=lambda at: (len(kept[at]), at))
        kept[longest] = kept[longest][:-1]
    head = "".join(each for each in "".join(kept) if each.isascii() and each.isalnum())
    head = head if head[:1].isalpha() else f"P{head}"[:room]
    taken = set(taken)
    if head + tail not in taken:
        return head + tail
    free = (f"{head[: room - len(mark)]}{mark}{tail}" for mark in _marks())
    return next(each for each in free if each not in taken)


def _marks() -> Iterator[str]:
    """B, C ... Z, BA, BB ...: what tells a second name from the first, and is never read as a number."""
    yield from ascii_uppercase[1:]
    yield from (one + other for one in ascii_uppercase[1:] for other in ascii_uppercase)


def estimand_codes(estimands: Iterable[Estimand]) -> dict[str, str]:
    """PARAMCD of every estimand, in the order of the definition."""
    codes: dict[str, str] = {}
    for each in estimands:
        codes[each.name] = short(each.name, codes.values())
    return codes


def set_flags(sets: Iterable[AnalysisSet]) -> dict[str, str]:
    """The flag variable of every analysis set: the customary one where there is one."""
    flags: dict[str, str] = {}
    for each in sets:
        wanted = _SETS.get(each.name, "")
        flags[each.name] = wanted or f"{short(each.name)[: CODE - 2]}FL"
    return flags


def labelled(text: str, unit: str = "") -> str:
    """A parameter's words with its unit."""
    return f"{text} ({unit})" if unit and f"({unit})" not in text else text


def cut(text: str) -> str:
    """A label of at most 40 characters, at a word where there is one."""
    if len(text) <= LABEL:
        return text
    head = text[: LABEL + 1].rpartition(" ")[0]
    return (head or text[:LABEL]).rstrip(" ,;:(")


_ADSL: OriginType = "Predecessor"
NY, DATEFL, DTYPE, PARAMTYP = "C66742", "C81223", "C81224", "C81225"
"""Code lists: of SDTM's terminology, and three of ADaM's own."""

_UNKNOWN = "D or M: the first part that is not known."

COLUMNS: Mapping[str, Column] = {
    "STUDYID": Column(label="Study Identifier", core="Req", origin=_ADSL, source="DM.STUDYID"),
    "USUBJID": Column(label="Unique Subject Identifier", core="Req", origin=_ADSL, source="DM.USUBJID"),
    "SUBJID": Column(label="Subject Identifier for the Study", core="Req", origin=_ADSL, source="DM.SUBJID"),
    "SITEID": Column(label="Study Site Identifier", core="Req", origin=_ADSL, source="DM.SITEID"),
    "COUNTRY": Column(label="Country", origin=_ADSL, source="DM.COUNTRY"),
    "AGE": Column(label="Age", kind="integer", core="Req", origin=_ADSL, source="DM.AGE"),
    "AGEU": Column(label="Age Units", core="Req", codelist="C66781", origin=_ADSL, source="DM.AGEU"),
    "SEX": Column(label="Sex", core="Req", codelist="C66731", origin=_ADSL, source="DM.SEX"),
    "RACE": Column(label="Race", core="Req", codelist="C74457", origin=_ADSL, source="DM.RACE"),
    "ETHNIC": Column(label="Ethnicity", codelist="C66790", origin=_ADSL, source="DM.ETHNIC"),
    "ARM": Column(label="Description of Planned Arm", core="Req", origin=_ADSL, source="DM.ARM"),
    "ACTARM": Column(label="Description of Actual Arm", origin=_ADSL, source="DM.ACTARM"),
    "TRT01P": Column(
        label="Planned Treatment for Period 01", core="Req",
        method="DM.ARM; whoever has none: the reason of DM.ARMNRS.",
    ),
    "TRT01A": Column(
        label="Actual Treatment for Period 01", method="DM.ACTARM; empty for whoever was never dosed.",
    ),
    "TRTP": Column(label="Planned Treatment", core="Cond", origin=_ADSL, source="ADSL.TRT01P"),
    "TRTA": Column(label="Actual Treatment", core="Cond", origin=_ADSL, source="ADSL.TRT01A"),
    "TRTSDT": Column(label="Date of First Exposure to Treatment", kind="date", core="Cond", method="DM.RFXSTDTC."),
    "TRTEDT": Column(label="Date of Last Exposure to Treatment", kind="date", core="Cond", method="DM.RFXENDTC."),
    "RFICDT": Column(label="Date of Informed Consent", kind="date", method="Day of DM.RFICDTC."),
    "ENRLDT": Column(label="Date of Enrollment", kind="date", method="The day the act of enrolment gives."),
    "EOSDT": Column(label="End of Study Date", kind="date", method="Day of DM.RFPENDTC."),
    "EOSSTT": Column(
        label="End of Study Status",
        method="COMPLETED or DISCONTINUED by the end of study form or the act of the ledger, else ONGOING.",
    ),
    "DCSREAS": Column(label="Reason for Discontinuation from Study", method="The reason given when the part ended."),
    "DTHDT": Column(label="Date of Death", kind="date", method="Day of DM.DTHDTC."),
    "DTHFL": Column(label="Subject Death Flag", codelist=NY, origin=_ADSL, source="DM.DTHFL"),
    "ENRLFL": Column(label="Enrolled Population Flag", codelist=NY, method="Y where the ledger holds the enrolment."),
    "COMPLFL": Column(label="Completers Population Flag", codelist=NY, method="Y where completion was recorded."),
    "PARAM": Column(label="Parameter", core="Req", origin="Assigned"),
    "PARAMCD": Column(label="Parameter Code", core="Req", origin="Assigned"),
    "PARAMN": Column(label="Parameter (N)", kind="integer", origin="Assigned"),
    "PARCAT1": Column(label="Parameter Category 1", origin="Assigned"),
    "PARAMTYP": Column(
        label="Parameter Type", codelist=PARAMTYP, method="DERIVED where several records of SDTM make one value."
    ),
    "AVISIT": Column(label="Analysis Visit", core="Cond", method="The visit under which the value was entered."),
    "AVISITN": Column(label="Analysis Visit (N)", kind="float", core="Cond", method="VISITNUM of that visit."),
    "ADT": Column(label="Analysis Date", kind="date", method="The day of the visit; a partial one by its first day."),
    "ADTF": Column(label="Analysis Date Imputation Flag", codelist=DATEFL, method=_UNKNOWN),
    "ADY": Column(
        label="Analysis Relative Day", kind="integer",
        method="Days from the first dose, which is day 1; no day 0. Empty for an imputed date.",
    ),
    "AVAL": Column(label="Analysis Value", kind="float", core="Cond"),
    "AVALC": Column(label="Analysis Value (C)", core="Cond"),
    "AVALRSN": Column(label="Reason Analysis Value is Missing", method="The reason of the derivation."),
    "ABLFL": Column(label="Baseline Record Flag", core="Cond", codelist=NY, method="Y on the record of BASE."),
    "BASE": Column(label="Baseline Value", kind="float", core="Cond"),
    "CHG": Column(label="Change from Baseline", kind="float", core="Perm", method="AVAL - BASE, after the baseline."),
    "PCHG": Column(
        label="Percent Change from Baseline", kind="float",
        method="100 * CHG / BASE, exact before it is written; empty where BASE is 0.",
    ),
    "IMPPCT": Column(
        label="Improvement from Baseline (%)", kind="float",
        method="PCHG, its sign turned where a lower value is better: positive is improvement.",
    ),
    "CHOSEN": Column(label="Item that is Followed", method="Which of several items the measure follows."),
    "CRIT1": Column(label="Analysis Criterion 1", core="Cond", origin="Assigned"),
    "CRIT1FL": Column(label="Criterion 1 Evaluation Result Flag", core="Cond", codelist=NY),
    "CRIT2": Column(label="Analysis Criterion 2", core="Cond", origin="Assigned"),
    "CRIT2FL": Column(label="Criterion 2 Evaluation Result Flag", core="Cond", codelist=NY),
    "CRITVERD": Column(
        label="Response by the Criterion Alone", method="Y, N or U before strategies and missing-data rule.",
    ),
    "NIMPROV": Column(label="Number of Measures Improved", kind="integer", method="Counted by the criterion."),
    "NWORSE": Column(label="Number of Measures Worsened", kind="integer", method="Counted by the criterion."),
    "ICEVENT": Column(label="Intercurrent Events Found", method="Those of the estimand that happened."),
    "DTYPE": Column(
        label="Derivation Type", core="Cond", codelist=DTYPE, method="LOCF or WC where the missing-data rule decided."
    ),
    "ANL01FL": Column(label="Analysis Flag 01", core="Cond", codelist=NY),
    "ANRHI": Column(label="Analysis Normal Range Upper Limit", kind="float", method="LBSTNRHI."),
    "R2ANRHI": Column(label="Ratio of Analysis Value to Upper Limit", kind="float", method="AVAL / ANRHI."),
    "ANRIND": Column(
        label="Analysis Reference Range Indicator", method="HIGH above ANRHI, else NORMAL: no lower limit is asked.",
    ),
    "ASTDT": Column(
        label="Analysis Start Date", kind="date",
        method="A partial date by its first possible day, but not before the first dose where that is possible.",
    ),
    "ASTDTF": Column(label="Analysis Start Date Imputation Flag", codelist=DATEFL, method=_UNKNOWN),
    "AENDT": Column(label="Analysis End Date", kind="date", method="A partial date by its last possible day."),
    "AENDTF": Column(label="Analysis End Date Imputation Flag", codelist=DATEFL, method=_UNKNOWN),
    "ASTDY": Column(
        label="Analysis Start Relative Day", kind="integer",
        method="Days from the first dose, which is day 1; no day 0. Empty for an imputed date.",
    ),
    "TRTEMFL": Column(
        label="Treatment Emergent Analysis Flag", codelist=NY,
        method="Y where it began on or after the day of the first dose, or may have: the cautious side.",
    ),
    "ASEQ": Column(
        label="Analysis Sequence Number", kind="integer", core="Perm",
        method="Counted within the participant in the order of the rows.",
    ),
    "SRCDOM": Column(label="Source Data", method="The domain or dataset that the value comes from."),
    "SRCVAR": Column(label="Source Variable", method="The variable of it."),
    "SRCSEQ": Column(
        label="Source Sequence Number", kind="integer", method="--SEQ of the record where there is just one.",
    ),
    "ARECID": Column(
        label="Analysis Record Identifier", origin="Assigned", method="",
    ),
}  # fmt: skip
"""Every variable with a fixed meaning; the method is that of the derivation whose records are written."""
