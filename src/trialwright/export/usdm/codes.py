"""Codes, units and ids of a USDM document: CDISC's terms where they exist, and ids made from names."""

import html
import itertools

import msgspec

from trialwright.export.terminology import named_list, terminology_version

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Thing = dict[str, Json]

CDISC = "http://www.cdisc.org"
DDF_VERSION = "2025-09-26"
"""The release of CDISC's DDF and protocol terminology that the terms below are from."""

ISO_COUNTRY = "ISO 3166-1 alpha-3"


class Term(msgspec.Struct, frozen=True):
    """A term of a code system with its code."""

    code: str
    decode: str
    system: str = CDISC
    version: str = DDF_VERSION


VISIT = Term("C25716", "Visit")
AFTER, BEFORE, FIXED = Term("C201356", "After"), Term("C201357", "Before"), Term("C201358", "Fixed Reference")
START_TO_START = Term("C201355", "Start to Start")
WITHIN_STUDY = Term("C188866", "Data Generated Within Study")
BRIEF_TITLE, OFFICIAL_TITLE = Term("C207615", "Brief Study Title"), Term("C207616", "Official Study Title")
SPONSOR, CO_SPONSOR = Term("C70793", "Sponsor"), Term("C215669", "Co-Sponsor")
REGISTRY = Term("C93453", "Clinical Study Registry")
ACADEMIC, FACILITY = Term("C18240", "Academic Institution"), Term("C21541", "Healthcare Facility")
RANDOMIZED = Term("C46079", "Randomized")
SINGLE_CENTRE, MULTICENTRE = Term("C217004", "Single-Centre"), Term("C217005", "Multicentre")
SINGLE_COUNTRY, COUNTRIES = Term("C217006", "Single Country"), Term("C217007", "Multiple Countries")

OBJECTIVES = {
    "primary": Term("C85826", "Study Primary Objective"),
    "secondary": Term("C85827", "Study Secondary Objective"),
    "other": Term("C163559", "Exploratory Objective"),
}
ENDPOINTS = {
    "primary": Term("C94496", "Primary Endpoint"),
    "secondary": Term("C139173", "Secondary Endpoint"),
    "other": Term("C170559", "Exploratory Endpoint"),
}
ARMS = {
    "EXPERIMENTAL": Term("C174266", "Experimental Arm"),
    "ACTIVE_COMPARATOR": Term("C174267", "Active Comparator Arm"),
    "PLACEBO_COMPARATOR": Term("C174268", "Placebo Comparator Arm"),
    "SHAM_COMPARATOR": Term("C174269", "Sham Comparator Arm"),
    "NO_INTERVENTION": Term("C174270", "No Intervention Arm"),
}
OTHER_ARM = Term("C15538", "Treatment Arm")
INTERVENTIONS = {
    "EXPERIMENTAL": Term("C41161", "Experimental Intervention"),
    "ACTIVE_COMPARATOR": Term("C68609", "Active Comparator"),
    "PLACEBO_COMPARATOR": Term("C753", "Placebo"),
}
OTHER_INTERVENTION = Term("C207614", "Additional Required Treatment")
MASKED = {
    "PARTICIPANT": Term("C41189", "Study Subject"),
    "CARE_PROVIDER": Term("C17445", "Care Provider"),
    "INVESTIGATOR": Term("C25936", "Investigator"),
    "OUTCOMES_ASSESSOR": Term("C207599", "Outcomes Assessor"),
}


def listed(name: str, term: str) -> Term | None:
    """A term of the pinned SDTM terminology; None where the list does not hold it."""
    code = named_list(name).terms.get(term)
    return Term(code, term, CDISC, terminology_version()) if code else None


def known(name: str, term: str) -> Term:
    """A term that the list must hold: a fixed word of ours. Raises KeyError where it does not."""
    return Term(named_list(name).terms[term], term, CDISC, terminology_version())


def thing(kind: str, named: str, /, **more: Json) -> Thing:
    """An instance of a USDM class; its id is made from its kind and name, so that it is the same in every build."""
    return {"id": id_of(kind, named), **more, "instanceType": kind}


def code(owner: str, term: Term) -> Thing:
    """`term` as a Code that belongs to `owner` (an id and the attribute it fills): ids are never shared."""
    return thing(
        "Code", owner, code=term.code, codeSystem=term.system, codeSystemVersion=term.version, decode=term.decode
    )


def alias(owner: str, term: Term) -> Thing:
    return thing("AliasCode", owner, standardCode=code(owner, term), standardCodeAliases=[])


def quantity(owner: str, number: int, unit: Term | None = None) -> Thing:
    return thing("Quantity", owner, value=number, unit=alias(f"{owner}.unit", unit) if unit else None)


def days_of(owner: str, count: int) -> Thing:
    """A number of days as the quantity of a duration."""
    return quantity(f"{owner}.quantity", count, known("UNIT", "DAYS"))


def paragraph(words: str) -> str:
    """Words as the HTML that USDM's texts are."""
    return f"<p>{html.escape(words, quote=False)}</p>"


def id_of(kind: str, name: str) -> str:
    """The id that `thing` gives."""
    return f"{kind}_{name}".replace(" ", "_")


def in_a_row(things: list[Thing]) -> list[Json]:
    """The same, each naming the one before and after it; the first and the last name nothing on their side."""
    for each in things:
        each.update(previousId=None, nextId=None)
    for before, after in itertools.pairwise(things):
        before["nextId"], after["previousId"] = after["id"], before["id"]
    return list(things)
