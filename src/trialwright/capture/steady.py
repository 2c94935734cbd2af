"""The same assessor, side and scale at every visit: a change of hands can look like a change of the disease."""

from collections.abc import Mapping

from trialwright.capture.checks import Failure
from trialwright.capture.values import Place, Values, fields_of
from trialwright.model.ledger import Blank, Stored
from trialwright.model.quantity import Words
from trialwright.model.study import Form, Study, Visit
from trialwright.model.text import Text

ASSESSOR = "visit_record.assessor"
"""Where a visit says who made its assessments (ARCHITECTURE, names in the ledger)."""


def may_be_unsteady(study: Study, form: Form, visit: str) -> bool:
    """Whether a form can show another assessor (it names one beside a core set) or another side or scale."""
    names_assessor = any(field.name == ASSESSOR for field in fields_of(form)) and _measures(study, visit)
    return names_assessor or (form.core_set and any(section.options for section in form.sections))


def earlier_visits(study: Study, visit: str) -> tuple[Visit, ...]:
    """The visits with core set measures before this one, in the order of the schedule."""
    names = [each.name for each in study.visits]
    before = study.visits[: names.index(visit)] if visit in names else study.visits
    return tuple(each for each in before if each.kind != "log" and _measures(study, each.name))


def check_steady(study: Study, place: Place, present: Mapping[str, Stored], before: Values) -> dict[str, Failure]:
    """
    What differs from the visits before, by the name of its check.

    Shape:   `present` is item -> value of the form as it will stand; `before` what earlier visits hold.
    Missing: an assessor who is not named at one of the two is no difference.
    """
    found: dict[str, Failure] = {}
    form = study.form(place.form)
    here = present.get(ASSESSOR)
    for visit in earlier_visits(study, place.visit):
        there = next((h.value for s, h in before.items() if (s.visit, s.item) == (visit.name, ASSESSOR)), None)
        if isinstance(here, Words) and isinstance(there, Words) and _name(here) != _name(there):
            found["same_assessor"] = ((ASSESSOR, f"{visit.name}/{ASSESSOR}"), _another_assessor(visit))
        for section in form.sections if form.core_set else ():
            asked = {field.name for field in fields_of(form) if field.instrument == section.instrument}
            strange = tuple(
                f"{visit.name}/{slot.item}"
                for slot, held in before.items()
                if slot.visit == visit.name
                and slot.item.partition(".")[0] == section.instrument
                and slot.item not in asked
                and not isinstance(held.value, Blank)
            )
            if section.options and strange and any(item in present for item in asked):
                found[f"same_scale:{section.instrument}"] = (strange, _another_scale(section.title, visit))
    return found


def _measures(study: Study, visit: str) -> bool:
    return any(study.form(name).core_set for name in study.visit(visit).forms)


def _name(words: Words) -> str:
    return " ".join(words.text.split()).casefold()


def _another_assessor(visit: Visit) -> Text:
    # No name in it: a query's text is kept for ever.
    return Text(
        f"The assessor is not the one of {visit.title.en}: was the change planned?",
        f"评估人与{visit.title.of('zh')}不同，是否为计划内的更换？",
    )


def _another_scale(title: Text, visit: Visit) -> Text:
    return Text(
        f"{title.en} was answered on another side or scale at {visit.title.en}: which one is right?",
        f"{title.of('zh')}在{visit.title.of('zh')}使用了不同的侧别或量表，以哪次为准？",
    )
