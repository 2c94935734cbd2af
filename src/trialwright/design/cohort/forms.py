"""A whole form as a virtual participant's nurse would type it."""

from collections.abc import Mapping
from decimal import Decimal
from fnmatch import fnmatchcase

from trialwright.catalog import Catalog
from trialwright.catalog.evaluator import compile_row
from trialwright.design.cohort.model import Cohort, FieldModel
from trialwright.design.cohort.values import Moment, Person, answer
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Value, Words
from trialwright.model.study import Field, Form

NOT_MET = "N"


def post_form(
    form: Form,
    cohort: Cohort,
    catalog: Catalog,  # noqa: ARG001 - the catalog decides how a condition is evaluated
    person: Person,
    at: Moment,
    *,
    lines: tuple[FieldModel, ...] = (),
    fails: bool = False,
) -> dict[str, str]:
    """The posted fields of one form: hidden ones left out, some missing with a reason."""
    posted: dict[str, str] = {}
    values: dict[str, Value] = {}
    failing = _failing_criterion(form, person) if fails else ""
    for section in form.sections:
        for field in section.fields:
            if field.shown_when is not None and compile_row(field.shown_when)(values) is not True:
                continue
            reason = _missing_reason(field, cohort, person, at)
            if reason:
                posted[f"{field.name}__missing"] = reason
                values[field.name] = Missing("unknown")
                continue
            line = cohort.field_model(field.name, lines)
            text = NOT_MET if field.name == failing else answer(field, line, person, at)
            if line is not None and line.years_since in posted:
                text = str(at.date.year - int(posted[line.years_since]))
            if text:
                posted[field.name] = text
                values[field.name] = value_of(field, text)
    return posted


def misread(posted: Mapping[str, str], form: Form) -> dict[str, str] | None:
    """The same form with one number typed wrongly (the decimal point lost), or None if none can be."""
    for section in form.sections:
        for field in section.fields:
            text = posted.get(field.name, "")
            if field.item.kind == "number" and "." in text and field.item.high is not None:
                wrong = text.replace(".", "").lstrip("0") or "0"
                wrong = wrong if Decimal(wrong) <= Decimal(field.item.high) else text[::-1]
                if wrong != text and Decimal(wrong) <= Decimal(field.item.high):
                    return {**posted, field.name: wrong}
    return None


def _failing_criterion(form: Form, person: Person) -> str:
    names = [f.name for s in form.sections for f in s.fields if f.name.startswith("eligibility.")]
    return names[person.draws.integer(0, len(names) - 1, "fails on")] if names else ""


def _missing_reason(field: Field, cohort: Cohort, person: Person, at: Moment) -> str:
    if field.item.kind not in ("number", "integer") or any(fnmatchcase(field.name, p) for p in cohort.never_missing):
        return ""
    # A measure is missed as a whole: an unexamined patient has no single muscle missing.
    if not person.draws.happens(cohort.missing_share, "missing", field.instrument, at.visit):
        return ""
    return person.draws.choice(cohort.missing_reasons, "missing reason", field.instrument, at.visit)


def value_of(field: Field, text: str) -> Value:
    """The typed text as the value it stands for."""
    kind = field.item.kind
    if kind in ("number", "integer"):
        return Quantity(text, field.item.unit)
    if kind in ("choice", "yes_no"):
        return Code(text)
    return PartialDate(text) if kind in ("date", "partial_date") else Words(text)
