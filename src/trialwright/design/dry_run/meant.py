"""What was meant to be entered of each virtual participant, read from the planned acts alone."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import msgspec

from trialwright.design.cohort import Act
from trialwright.design.cohort.forms import value_of
from trialwright.model.entry import Answers
from trialwright.model.quantity import Missing, MissingReason, Value
from trialwright.model.study import Form, Study

MISSING = "__missing"


class Meant(msgspec.Struct, kw_only=True):
    """
    One participant as planned: `forms` by visit and form as last typed, `rows` of the running logs in their order.

    `left` is the code of a withdrawal, "" for whoever stayed; `failed` whoever did not pass screening.
    """

    label: str
    failed: bool = False
    enrolled: bool = False
    arm: str = ""
    completed: bool = False
    left: str = ""
    left_on: str = ""
    forms: dict[tuple[str, str], dict[str, str]] = {}
    rows: list[tuple[str, dict[str, str]]] = []

    def logged(self, study: Study, instrument: str) -> list[dict[str, str]]:
        """The rows of a repeating instrument, its items without the instrument's name."""
        start = f"{instrument}."
        names = {form.name for form in study.forms if any(s.instrument == instrument for s in form.sections)}
        return [
            {name.removeprefix(start): text for name, text in posted.items() if name.startswith(start)}
            for form, posted in self.rows
            if form in names
        ]

    def first_dose(self, study: Study) -> dt.date | None:
        """The day of the first row of the dosing log that gives anything."""
        days = [row["date"] for row in self.logged(study, "dosing_log") if row.get("date")]
        return dt.date.fromisoformat(min(days)) if days else None

    def held(self, visit: str) -> dt.date | None:
        """The day of a visit that took place."""
        days = [posted.get("visit_record.date", "") for (at, _), posted in self.forms.items() if at == visit]
        return next((dt.date.fromisoformat(day) for day in days if day), None)


def read_meant(study: Study, acts: Iterable[Act], turned_away: Collection[str] = ()) -> dict[str, Meant]:
    """
    Every participant of the plan, by label.

    Shape:  whoever is in `turned_away` ends as a screening failure where eligibility is asked; nothing after it counts.
    """
    repeating = {form.name for form in study.forms if form.repeating}
    found: dict[str, Meant] = {}
    over: set[str] = set()
    for act in acts:
        one = found.setdefault(act.participant, Meant(label=act.participant))
        if act.participant in over:
            continue
        match act.kind:
            case "eligibility" if act.participant in turned_away:
                one.failed = True
                over.add(act.participant)
            case "screen_failure":
                one.failed = True
            case "enrol":
                one.enrolled, one.arm = True, act.details.get("arm", "")
            case "complete":
                one.completed = True
            case "withdraw":
                one.left, one.left_on = act.details["reason"], act.details["date"]
            case "form" if act.form in repeating:
                one.rows.append((act.form, act.posted))
            case "form":
                one.forms[act.visit, act.form] = act.posted
            case _:
                pass
    return found


def answers_of(form: Form, posted: Mapping[str, str], instrument: str) -> Answers:
    """The typed texts of one instrument as values."""
    found: dict[str, Value] = {}
    for section in form.sections:
        if section.instrument != instrument:
            continue
        for field in section.fields:
            reason = posted.get(f"{field.name}{MISSING}", "")
            if reason:
                found[field.item.name] = Missing(msgspec.convert(reason, MissingReason))
            elif posted.get(field.name):
                found[field.item.name] = value_of(field, posted[field.name])
    return found
