"""What an address names: participant, visit, form. What it does not name is answered as not here."""

import msgspec

from trialwright.capture.blinding import HiddenForms, hidden_earlier, hidden_from_assessor
from trialwright.capture.builds import build_of, forms_at, why_it_stays
from trialwright.capture.relative import looked_up
from trialwright.capture.values import Place as Spot
from trialwright.capture.values import Values, values_of
from trialwright.capture.visits import visits_of
from trialwright.catalog.evaluator import RowValue
from trialwright.model.study import Form, Study, Visit
from trialwright.pipeline import conduct
from trialwright.web import journal
from trialwright.web.answer import NotHere
from trialwright.web.journal import Course
from trialwright.web.page import Call, address


class FormAt(msgspec.Struct, frozen=True, kw_only=True):
    """A form of a visit of a participant, and the build of the definition that it stands under."""

    participant_id: str
    visit: Visit
    form: Form
    study: Study

    def href(self, row: int = 0) -> str:
        path = address("form", participant_id=self.participant_id, visit=self.visit.name, form=self.form.name)
        return f"{path}?row={row}" if row else path


def course(call: Call, participant_id: str) -> Course:
    """The participant's course, or NotHere."""
    found = journal.course(call.place, participant_id)
    if found is None:
        raise NotHere
    return found


def visit_of(call: Call, participant_id: str, name: str) -> Visit:
    """A visit of this participant's schedule: an unscheduled one only where it was added."""
    visits = visits_of(call.place.study, call.place.case(participant_id).events, participant_id)
    found = next((visit for visit in visits if visit.name == name), None)
    if found is None:
        raise NotHere
    return found


def form_at(call: Call, participant_id: str, visit: str, form: str) -> FormAt:
    """The form, if the schedule has it at this visit of an existing participant."""
    if not any(event.kind == "participant_added" for event in call.place.case(participant_id).events):
        raise NotHere
    study = _study_of(call, participant_id, visit, form)
    visits = visits_of(study, call.place.case(participant_id).events, participant_id)
    at = next((each for each in visits if each.name == visit), None)
    if at is None or form not in at.forms:
        raise NotHere
    return FormAt(participant_id=participant_id, visit=at, form=study.form(form), study=study)


def _study_of(call: Call, participant_id: str, visit: str, form: str) -> Study:
    """The present build; for a form that is signed or held, or that the schedule has lost, the one it was filled in."""
    study, case = call.place.study, call.place.case(participant_id)
    build = build_of(case, visit, form)
    if build is None:
        return study
    if form not in forms_at(study, visit):
        versions = case.forms[visit, form]
        return call.place.study_at(max(versions, key=lambda version: version.seq).build)
    if build == study.build:
        return study
    events = conduct.acts_of(call.place.ledger, participant_id)
    return call.place.study_at(build) if why_it_stays(events, participant_id, visit, form) else study


def hidden(call: Call, participant_id: str = "") -> HiddenForms:
    """What of earlier visits this reader may not see while a later one is being scored."""
    study, roles = call.place.study, call.reader.role_names
    if participant_id:
        return hidden_from_assessor(study, call.place.case(participant_id), participant_id, roles)
    return hidden_earlier(study, call.place.snapshot(), roles)


def elsewhere(call: Call, at: FormAt) -> dict[str, RowValue]:
    """What the conditions of a form read on other forms and at other visits."""
    spot = Spot(at.participant_id, at.visit.name, at.form.name)

    def held_on(visit: str, form: str) -> Values:
        return values_of(call.place.ledger.datapoints(at.participant_id, visit, form))

    return looked_up(call.place.study, at.form, spot, held_on)


def row_of(call: Call) -> int:
    """The row asked for (`?row=2` or posted); 0 for a form that stands once."""
    return number_in(str(call.request.POST.get("row", "") or call.request.GET.get("row", "")))


def number_in(text: str) -> int:
    """A number of an address or a hidden field; 0 for anything else, also for more digits than a ledger counts."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= _DIGITS else 0


_DIGITS = 15
