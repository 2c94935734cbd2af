"""Scores beside a form: what the catalog derives from the items, never typed."""

from collections.abc import Mapping

import msgspec

from trialwright.capture.values import Place, Values, form_values
from trialwright.catalog import Catalog
from trialwright.model.entry import Answers, Instrument, Scored
from trialwright.model.ledger import Blank, Stored
from trialwright.model.study import Form, Section, Study
from trialwright.model.text import Text


class ShownScore(msgspec.Struct, frozen=True, kw_only=True):
    """One derived number of one instrument at one visit, exact or missing with its reason."""

    name: str  # "mmt8.total"
    form: str
    row: int
    label: Text
    unit: str
    score: Scored


def visit_scores(
    study: Study, values: Values, participant_id: str, visit: str, catalog: Catalog
) -> tuple[ShownScore, ...]:
    """The scores of every instrument on the forms of a visit."""
    return tuple(
        score
        for name in study.visit(visit).forms
        for score in form_scores(study, values, Place(participant_id, visit, name), catalog)
    )


def may_score(form: Form, catalog: Catalog) -> bool:
    """Whether anything is derived from a form at all."""
    return any(_scored(section, catalog) for section in form.sections)


def _scored(section: Section, catalog: Catalog) -> Instrument | None:
    """The instrument of a section that has scores beside the form."""
    if section.instrument not in catalog.names("instrument"):
        return None
    instrument = catalog.instrument(section.instrument)
    return instrument if instrument.scores and not instrument.repeating else None


def form_scores(study: Study, values: Values, place: Place, catalog: Catalog) -> tuple[ShownScore, ...]:
    """The scores of one form (and row). A running log has its scores on a day, not in a row: none here."""
    present = form_values(values, place)
    shown: list[ShownScore] = []
    for section in study.form(place.form).sections:
        instrument = _scored(section, catalog)
        if instrument is None:
            continue
        derived = catalog.score(instrument.name, answers_of(section, present), section.options)
        shown += [
            ShownScore(
                name=f"{instrument.name}.{score.name}",
                form=place.form,
                row=place.row,
                label=score.label,
                unit=score.unit,
                score=derived[score.name],
            )
            for score in instrument.scores
            if score.name in derived
        ]
    return tuple(shown)


def answers_of(section: Section, present: Mapping[str, Stored]) -> Answers:
    """The answers to one instrument by its own short item names."""
    answers: Answers = {}
    for field in section.fields:
        value = present.get(field.name)
        if value is not None and not isinstance(value, Blank):
            answers[field.item.name] = value
    return answers
