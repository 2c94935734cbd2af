"""One datapoint as the cells of an SDTM record: translated, never guessed; or the reason why it has no place."""

from collections.abc import Mapping
from fractions import Fraction

from trialwright.export.datasets import Cell
from trialwright.export.sdtm.metadata import domains, name_of_test
from trialwright.export.sdtm.places import Place
from trialwright.export.sdtm.timing import iso_date
from trialwright.model.entry import Item
from trialwright.model.quantity import PartialDate

Row = Mapping[str, str | int | None]
"""One line of a snapshot's versions."""

NO_REASON = "nothing else stands in the record, so it cannot say why this value is absent"
NOT_A_NUMBER = "the variable holds a number, and this is none"
UNSAID = "REASON NOT COLLECTED"
UNREADABLE = "the mapping is no place in SDTM"
NAME = 8
LONG_NAME = 40
"""The longest --TEST and QLABEL that SAS transport carries."""

BESIDE = {"DOSE": "DOSU", "AGE": "AGEU"}
"""A number and the variable beside it that holds its unit."""


def cells(row: Row, item: Item, place: Place, units: Mapping[str, str]) -> dict[str, Cell] | str:
    """
    The variables that one value fills, or why it fills none.

    Units:   ORRES keeps the unit that was entered; STRESN stands in the item's own. `units` are the standard's words.
    Missing: a test says NOT DONE and why; any other variable cannot say why it is empty.
    """
    domain = domains().get(place.domain)
    if domain is None:
        return f"{UNREADABLE}: {place.domain}"
    if domain.is_findings and not place.supplemental:
        return _finding(row, item, place, units) if not place.variable else _qualifier(row, item, place)
    if row["kind"] == "missing":
        return NO_REASON
    if place.supplemental:
        return {}
    known = domain.variables.get(place.name)
    if known is None:
        return f"{UNREADABLE}: {place.domain}.{place.name}"
    if not known.is_number:
        return {place.name: text_of(row, item, place)}
    if row["kind"] != "quantity":
        return NOT_A_NUMBER
    filled: dict[str, Cell] = {place.name: number(Fraction(str(row["text"])))}
    beside = BESIDE.get(place.name if place.domain == "DM" else place.name.removeprefix(place.domain))
    if beside is not None:
        unit = str(row["unit"] or item.unit)
        filled[beside if place.domain == "DM" else f"{place.domain}{beside}"] = units.get(unit, unit) or None
    return filled


def _finding(row: Row, item: Item, place: Place, units: Mapping[str, str]) -> dict[str, Cell]:
    """The result of a test as collected, and in standard units; or that it was not done, and why."""
    d = place.domain
    name = (
        place.constants.get(f"{d}TEST") or name_of_test(d, place.name) or item.label.en.partition(" (")[0][:LONG_NAME]
    )
    filled: dict[str, Cell] = {f"{d}TESTCD": place.name, f"{d}TEST": name}
    if row["kind"] == "missing":
        reason = str(row["text"])
        filled |= dict.fromkeys((f"{d}ORRESU", f"{d}STRESU"))
        return filled | {f"{d}STAT": "NOT DONE", f"{d}REASND": UNSAID if reason == "not done" else reason.upper()}
    text = text_of(row, item, place)
    unit = str(row["unit"] or item.unit)
    filled[f"{d}ORRES"] = text
    if item.unit:  # else the place may name one that the form does not print: vials are counted
        filled |= {f"{d}ORRESU": units.get(unit, unit), f"{d}STRESU": units.get(item.unit, item.unit)}
    match row["kind"]:
        case "quantity":
            exact = _standard(Fraction(text), unit, item)
            return filled | {f"{d}STRESC": str(number(exact)), f"{d}STRESN": number(exact)}
        case "limit":
            sign = text.rstrip("0123456789.-")
            exact = _standard(Fraction(text.removeprefix(sign)), unit, item)
            return filled | {f"{d}STRESC": f"{sign}{number(exact)}"}
        case _:
            return filled | {f"{d}STRESC": text}


def _qualifier(row: Row, item: Item, place: Place) -> dict[str, Cell] | str:
    """A variable of a test's record: the upper limit of normal as printed, and in the standard unit."""
    d = place.domain
    if place.variable not in domains()[d].variables:
        return f"{UNREADABLE}: {d}.{place.name}.{place.variable}"
    if row["kind"] == "missing":
        return NO_REASON
    text = text_of(row, item, place)
    filled: dict[str, Cell] = {f"{d}TESTCD": place.name, place.variable: text}
    if name_of_test(d, place.name):
        filled[f"{d}TEST"] = name_of_test(d, place.name)
    if place.variable.startswith(f"{d}ORNR") and row["kind"] == "quantity":
        exact = _standard(Fraction(text), str(row["unit"] or item.unit), item)
        filled[place.variable.replace("ORNR", "STNR")] = number(exact)
    return filled


def reason_of(row: Row, place: Place) -> dict[str, tuple[str, str]]:
    """
    Why a variable is empty, as a supplemental qualifier: its QNAM is the variable's name with an R, AEENDTCR.

    Missing: "not done" gives no reason of its own, and says that none was collected.
    """
    variable = place.variable or place.name
    reason = str(row["text"])
    return {
        reason_name(variable): (f"Reason {variable} Is Missing", UNSAID if reason == "not done" else reason.upper())
    }


def reason_name(variable: str) -> str:
    """The QNAM under which the reason stands why a variable is empty; of eight letters the last but one makes room."""
    return f"{variable if len(variable) < NAME else variable[: NAME - 2] + variable[-1]}R"


def text_of(row: Row, item: Item, place: Place) -> str:
    """The value as the standard writes it: a code by its own term, a date in ISO 8601, anything else as it stands."""
    text = str(row["text"] or "")
    match row["kind"]:
        case "date":
            return iso_date(PartialDate(text))
        case "code":
            if text in place.codes:
                return place.codes[text]
            choice = next((each for each in item.choices if each.code == text), None)
            if choice is None or item.kind == "yes_no":
                return text
            return choice.mapping.get("sdtm") or choice.label.en.upper()
        case _:
            return text


def _standard(exact: Fraction, unit: str, item: Item) -> Fraction:
    return exact * Fraction(item.other_units[unit]) if unit in item.other_units else exact


def number(exact: Fraction) -> int | float:
    """An exact number as JSON and SAS hold it: whole where it is whole."""
    return exact.numerator if exact.denominator == 1 else float(exact)


def quotient(dividend: int, divisor: int) -> int | float:
    """The same of a fraction that need not be in its lowest terms: nobody looks for a common divisor."""
    whole, rest = divmod(dividend, divisor)
    return dividend / divisor if rest else whole
