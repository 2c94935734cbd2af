"""What is printed beside every question of the blank forms: where its answer stands in SDTM."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from trialwright.export.define_xml.forms import Spot
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import Asked, Place
from trialwright.export.sdtm.trial import criterion_codes
from trialwright.export.sdtm.values import BESIDE, reason_name
from trialwright.model.study import Study

NOT_SUBMITTED = "[NOT SUBMITTED]"


class Annotation(msgspec.Struct, frozen=True):
    """One box beside a question: its words, the domain whose colour it has, and the variables that it points at."""

    text: str
    domain: str = ""
    spots: tuple[Spot, ...] = ()


class Dated(msgspec.Struct, frozen=True):
    """Findings whose day is asked elsewhere: that of the visit, or that of the dose or event in their row of a log."""

    of_visit: tuple[str, ...]
    of_row: Mapping[str, tuple[str, ...]]  # by the form of the log


def dated_elsewhere(asked: Sequence[Asked]) -> Dated:
    """Where the day of each finding is asked."""
    of_visit: dict[str, None] = {}
    of_row: dict[str, dict[str, None]] = {}
    for each in asked:
        name = each.place.domain if each.place is not None else ""
        known = domains().get(name)
        if known is None or not known.is_findings or name == "IE" or f"{name}DTC" not in known.variables:
            continue
        held = of_row.setdefault(each.form.name, {}) if each.form.repeating else of_visit
        held[name] = None
    return Dated(tuple(sorted(of_visit)), {form: tuple(sorted(held)) for form, held in of_row.items()})


def annotations(asked: Asked, study: Study, dated: Dated) -> tuple[Annotation, ...]:
    """
    The boxes of one question; `dated` says which other days it gives.

    Shape:   `LBORRES when LBTESTCD = CK`, `AETERM`, `QVAL in SUPPAE when QNAM = AEAWARDT`, or NOT SUBMITTED alone.
    """
    place = asked.place
    if place is None:
        return (Annotation(NOT_SUBMITTED),)
    d = place.domain
    if d == "IE":
        code = criterion_codes(study).get(place.name, place.name)
        return (Annotation(f"IEORRES when IETESTCD = {code}, where it is not met", d, (("IE", "IEORRES", code),)),)
    if place.supplemental:
        held = place.variable or place.name
        dataset = f"SUPP{d}"
        spots = ((dataset, "QVAL", held), _why(d, held))
        return (Annotation(f"QVAL in {dataset} when QNAM = {held}", d, spots),)
    if d == "RELREC":
        return (Annotation(f"RELREC: the record of {place.name} that it names", place.name, ()),)
    if domains()[d].is_findings:
        return tuple(_finding(asked, place))
    return tuple(_variable(asked, place, dated))


def _finding(asked: Asked, place: Place) -> Iterable[Annotation]:
    d, test = place.domain, place.name
    where = f"when {d}TESTCD = {test}"
    if place.variable:
        yield Annotation(f"{place.variable} {where}", d, ((d, place.variable, test), _why(d, place.variable)))
        return
    apart = [f"{name} = {place.constants[name]}" for name in (f"{d}LOC", f"{d}LAT") if name in place.constants]
    words = " and ".join((where, *apart))
    yield Annotation(f"{d}ORRES {words}", d, ((d, f"{d}ORRES", test), (d, f"{d}STAT", test), (d, f"{d}REASND", test)))
    fixed = place.constants.get(f"{d}ORRESU")
    if asked.field.item.unit or fixed:
        yield Annotation(f"{d}ORRESU {f'= {fixed} ' if fixed else ''}{where}", d, ((d, f"{d}ORRESU", test),))


def _variable(asked: Asked, place: Place, dated: Dated) -> Iterable[Annotation]:
    d = place.domain
    given = [
        f"{name} = {value}" for name, value in place.constants.items() if place.record and not name.endswith("CAT")
    ]
    yield Annotation(" when ".join((place.name, *given[:1])), d, ((d, place.name, ""), _why(d, place.name)))
    beside = BESIDE.get(place.name if d == "DM" else place.name.removeprefix(d))
    if beside is not None:
        unit = beside if d == "DM" else f"{d}{beside}"
        yield Annotation(unit, d, ((d, unit, ""),))
    if place.name == "SVSTDTC":
        yield Annotation("SVENDTC", d, (("SV", "SVENDTC", ""),))
        yield from map(_day, dated.of_visit)
    elif place.name == f"{d}STDTC":
        yield from map(_day, dated.of_row.get(asked.form.name, ()))


def _day(domain: str) -> Annotation:
    return Annotation(f"{domain}DTC", domain, ((domain, f"{domain}DTC", ""),))


def _why(domain: str, variable: str) -> Spot:
    """Where the reason stands when the answer is absent."""
    return f"SUPP{domain}", "QVAL", reason_name(variable)


def shared_constants(asked: Iterable[Asked]) -> dict[str, str]:
    """What every record of an instrument holds, whatever is answered: `CMCAT = OTHER MEDICATION`, by its domain."""
    held: dict[str, list[Mapping[str, str]]] = {}
    for each in asked:
        if each.place is not None:
            held.setdefault(each.place.domain, []).append(each.place.constants)
    return {
        f"{name} = {value}": domain
        for domain, all_of in held.items()
        for name, value in all_of[0].items()
        if name.removeprefix(domain) in ("CAT", "SCAT", "EVAL") and all(one.get(name) == value for one in all_of)
    }
