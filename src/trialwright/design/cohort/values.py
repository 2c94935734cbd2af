"""One answer of one virtual participant."""

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from trialwright.design.cohort.model import FieldModel
from trialwright.design.draws import Draws
from trialwright.model.entry import Item
from trialwright.model.study import Field, Study


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan knows when a field is answered: where, when, and what earlier fields said."""

    visit: str
    order: tuple[str, ...]  # names of the visits in the order of the schedule
    date: dt.date
    row_date: dt.date | None = None
    row_end: dt.date | None = None
    dose: str = ""
    taper: str = ""
    end_status: str = ""
    end_reason: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What does not change in a virtual participant: a label, two latent traits, and the stream of draws."""

    label: str
    severity: float
    response: float
    draws: Draws


def answer(field: Field, line: FieldModel | None, person: Person, at: Moment) -> str:
    """
    What is typed into the field, as text.

    A field without a line in the model is answered by its kind: first choice, middle of its limits, date of the visit.
    """
    item = field.item
    if line is None:
        return _by_kind(field, person, at)
    if line.while_open is not None and at.row_date is not None and at.row_end is None:
        return line.while_open
    if line.constant is not None:
        return line.constant
    if line.source:
        return _known(line.source, at)
    if line.weights:
        return person.draws.choice(line.weights, field.name, at.visit, str(at.row_date or ""))
    if line.days_before is not None:
        return _earlier_date(line, person.draws.within(field.name, at.visit), at.row_date or at.date, item)
    if line.mean is not None:
        number = _number(field.name, line, person, at)
        return _written(number, msgspec.structs.replace(item, kind="number", decimals=6) if line.unrounded else item)
    return _by_kind(field, person, at)


def dose_by_weight(study: Study, weight: Decimal | None, arm: str = "") -> str:
    """
    The dose of the tier for this weight, of the arm's first intervention ("": of the study's).

    Missing:  the first tier where the weight is not known; "" where the arm is given nothing by tiers.
    """
    given = next((each.interventions for each in study.arms if each.name == arm), ())
    tiers = next((each.tiers for each in study.interventions if not arm or each.name in given), ())
    for tier in tiers:
        above = tier.low is None or (weight is not None and weight >= Decimal(tier.low))
        high = Decimal(tier.high) if tier.high is not None else None
        below = high is None or (weight is not None and (weight < high or (tier.high_included and weight == high)))
        if above and below:
            return tier.dose
    return tiers[0].dose if tiers else ""


def _number(name: str, line: FieldModel, person: Person, at: Moment) -> float:
    draws = person.draws.within(name)
    own = draws.normal("baseline")
    shared = line.severity * person.severity + math.sqrt(max(0.0, 1 - line.severity**2)) * own
    spread = line.sd * shared
    baseline = (line.mean or 0.0) * math.exp(spread) if line.log else (line.mean or 0.0) + spread
    change = _change(line, at) / 100
    if change:
        apart = line.response * person.response + math.sqrt(max(0.0, 1 - line.response**2)) * draws.normal("change")
        full = abs(min(line.change.values(), key=lambda c: -abs(c)) / 100) or 1.0
        change += (1 if change > 0 else -1) * line.change_sd / 100 * apart * abs(change) / full
    # Nothing falls by more than nine tenths: an enzyme of 0 is a laboratory error, not a response.
    seen = baseline * (1 + max(change, -0.9)) + line.noise_sd * draws.normal("noise", at.visit)
    if line.least is None or seen >= line.least:
        return seen
    return line.least * (1 + 0.2 * draws.uniform("least", at.visit))


def _change(line: FieldModel, at: Moment) -> float:
    """The change at this visit: the last one declared up to it in the order of the schedule."""
    now = 0.0
    for name in at.order:
        now = line.change.get(name, now)
        if name == at.visit:
            break
    return now


def _written(number: float, item: Item) -> str:
    low = Decimal(item.low) if item.low is not None else None
    high = Decimal(item.high) if item.high is not None else None
    value = Decimal(repr(number))
    # An item that says nothing of decimals gets as many as a person would write: 0.35, but 620.
    free = 2 if abs(value) < 10 else 0
    decimals = 0 if item.kind == "integer" else free if item.decimals is None else item.decimals
    step = Decimal(1).scaleb(-decimals)
    value = max(value, low) if low is not None else value
    value = min(value, high) if high is not None else value
    return format(value.quantize(step, ROUND_HALF_UP), "f")


def _known(source: str, at: Moment) -> str:
    return {
        "visit_date": at.date.isoformat(),
        "row_date": (at.row_date or at.date).isoformat(),
        "row_end": at.row_end.isoformat() if at.row_end else "",
        "dose_by_weight": at.dose,
        "taper": at.taper,
        "end_status": at.end_status,
        "end_reason": at.end_reason,
    }[source]


def _earlier_date(line: FieldModel, draws: Draws, date: dt.date, item: Item) -> str:
    low, high = line.days_before or (0, 0)
    day = date - dt.timedelta(days=draws.integer(low, high, "days"))
    if item.kind == "partial_date" and draws.happens(line.month_only, "month"):
        return day.isoformat()[:7]
    return day.isoformat()


def _by_kind(field: Field, person: Person, at: Moment) -> str:
    item = field.item
    if item.kind == "choice":
        return item.choices[0].code
    if item.kind == "yes_no":
        return "N"
    if item.kind in ("date", "partial_date"):
        return (at.row_date or at.date).isoformat()
    if item.kind == "text":
        return "virtual"
    low, high = float(item.low or 0), float(item.high or 10)
    share = 0.3 + 0.4 * person.draws.uniform(field.name, at.visit)
    return _written(low + share * (high - low), item)
