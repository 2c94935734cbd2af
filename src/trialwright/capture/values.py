"""What the ledger holds of one participant, as capture reads it: by slot, with the seq behind each value."""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec
import polars as pl

from trialwright.capture.parse import exact_in_item_unit
from trialwright.catalog.evaluator import RowValue
from trialwright.model.identity import once_for_each
from trialwright.model.ledger import Blank, Case, Datapoint, Slot, Snapshot, Stored
from trialwright.model.quantity import LIMIT_SIGNS, Code, Limit, Missing, PartialDate, Quantity, Value, Words
from trialwright.model.study import Field, Form, Section, Study

VISIT_DATE = "visit_record.date"
"""Where the date of a visit stands (ARCHITECTURE, names in the ledger)."""

DOSE_DATE, DOSE = "dosing_log.date", "dosing_log.dose"
"""Where the dates of study treatment stand; the first one with a dose above zero is day 1."""


class Held(msgspec.Struct, frozen=True):
    """One current value with its version. Blank: it was cleared, so typing again is a change."""

    value: Stored
    seq: int
    raw: str = ""


Values = Mapping[Slot, Held]
"""Everything held of one participant (or of one form)."""


class Place(msgspec.Struct, frozen=True):
    """Where a form is filled in. `row` 0 on a form that stands once."""

    participant_id: str
    visit: str
    form: str
    row: int = 0

    def slot(self, item: str) -> Slot:
        return Slot(self.participant_id, self.visit, self.form, item, self.row)


def values_of(datapoints: Iterable[Datapoint]) -> dict[Slot, Held]:
    """Current versions, as the ledger returns them, by slot."""
    return {d.slot: Held(d.value, d.seq, d.raw) for d in datapoints}


def values_in(snapshot: Snapshot, participant_id: str) -> dict[Slot, Held]:
    """The current values of one participant in a snapshot; cleared ones are left out."""
    rows = snapshot.current.filter(pl.col("participant_id") == participant_id)
    columns = ("visit", "form", "item", "row", "kind", "text", "unit", "seq", "raw")
    return {
        Slot(participant_id, visit, form, item, row): Held(stored_value(kind, text, unit), seq, raw)
        for visit, form, item, row, kind, text, unit, seq, raw in rows.select(columns).iter_rows()
    }


def stored_value(kind: str, text: str, unit: str) -> Stored:
    """A value from its three columns in a snapshot. ValueError for a kind that does not exist."""
    match kind:
        case "quantity":
            return Quantity(text, unit)
        case "limit":
            sign = next(sign for sign in LIMIT_SIGNS if text.startswith(sign))
            return Limit(sign, text.removeprefix(sign), unit)
        case "date":
            return PartialDate(text)
        case "code":
            return Code(text)
        case "words":
            return Words(text)
        case "missing":
            return msgspec.convert({"type": "missing", "reason": text}, Missing)
        case "blank":
            return Blank()
    raise ValueError(f"no kind of value is called {kind!r}")


@once_for_each
def fields_of(form: Form) -> tuple[Field, ...]:
    """The fields that a form really asks for: items that the section's options leave out are not among them."""
    return tuple(field for section in form.sections for field in section.fields if asked(field, section))


def asked(field: Field, section: Section) -> bool:
    conditions = field.item.asked_when
    return not conditions or any(
        section.options.get(option) == choice
        for option, _, choice in (condition.partition("=") for condition in conditions)
    )


def form_values(values: Values, place: Place) -> dict[str, Stored]:
    """Item -> value of one form (and row); cleared items are left out."""
    return {
        slot.item: held.value
        for slot, held in values.items()
        if (slot.visit, slot.form, slot.row) == (place.visit, place.form, place.row)
        and not isinstance(held.value, Blank)
    }


def in_item_units(fields: Iterable[Field], values: Mapping[str, Stored]) -> dict[str, RowValue]:
    """Values as a condition compares them: every number exact in its item's own unit, blanks left out."""
    known = {field.name: field for field in fields}
    return {
        name: exact_in_item_unit(known[name], value) if name in known and isinstance(value, Quantity) else value
        for name, value in values.items()
        if not isinstance(value, Blank)
    }


def visit_date(values: Values, visit: str) -> PartialDate | None:
    """The date on which a visit took place; None where it was not entered."""
    return next(
        (
            held.value
            for slot, held in values.items()
            if slot.visit == visit and slot.item == VISIT_DATE and isinstance(held.value, PartialDate)
        ),
        None,
    )


def first_dose(values: Values) -> dt.date | None:
    """The day of the first dose given (day 1); a dose of zero is a dose not given."""
    days = []
    for slot, held in values.items():
        if slot.item != DOSE_DATE or not isinstance(held.value, PartialDate) or not held.value.complete:
            continue
        dose = values.get(Slot(slot.participant_id, slot.visit, slot.form, DOSE, slot.row))
        if dose is None or not isinstance(dose.value, Quantity) or dose.value.exact > 0:
            days.append(held.value.earliest)
    return min(days, default=None)


def shown_text(value: Stored) -> str:
    """A value as a page prints it: the number with its unit, the code, the date, the words, the reason."""
    match value:
        case Quantity(text, unit):
            return f"{text} {unit}".strip()
        case Limit(sign, text, unit):
            return f"{sign}{text} {unit}".strip()
        case Code(code):
            return code
        case PartialDate(text) | Words(text):
            return text
        case Missing(reason):
            return reason
        case _:
            return ""


def qualified(study: Study, values: Values) -> dict[str, Value]:
    """
    Item -> value as eligibility reads it: "VISIT/item", and "item" alone for the first visit in schedule order.

    Missing: blanks left out; rows of running logs are not read, for one row cannot stand for a log.
    """
    order = {visit.name: n for n, visit in enumerate(study.visits)}
    found: dict[str, Value] = {}
    for slot, held in sorted(values.items(), key=lambda pair: order.get(pair[0].visit, len(order))):
        if slot.row == 0 and not isinstance(held.value, Blank):
            found[f"{slot.visit}/{slot.item}"] = held.value
            found.setdefault(slot.item, held.value)
    return found


def values_held(case: Case) -> dict[Slot, Held]:
    """The current values of one participant; cleared ones are left out."""
    return {
        d.slot: Held(d.value, d.seq, d.raw)
        for versions in case.forms.values()
        for d in versions
        if not isinstance(d.value, Blank)
    }
