"""Answers and scores that no measure covers (demographics, history): one record each, as entered in standard units."""

from collections.abc import Mapping
from fractions import Fraction

from trialwright.catalog import Catalog
from trialwright.define.forms import ELIGIBILITY
from trialwright.derive.courses import Course
from trialwright.derive.events import text_of
from trialwright.derive.measures import unit_of
from trialwright.derive.visits import visit_id
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.entry import Instrument
from trialwright.model.quantity import Missing, Quantity, Value
from trialwright.model.study import Field, Study

LIMIT = "_uln"
"""What the name of a laboratory item's upper limit of normal ends in."""


def derive_items(catalog: Catalog, course: Course) -> list[AnalysisRecord]:
    """
    One record an answer of every instrument that neither repeats nor has a measure; blanks have none.

    An instrument with measures has records of those scores only that are not a measure's value themselves (the largest
    multiple of the upper limit beside the enzyme that is followed), and of laboratory values beside their own limits.
    """
    records = []
    for visit, name, row, sheet in course.book.sheets(course.participant):
        if name not in course.asked or row:
            continue
        instrument = catalog.instrument(name)
        if instrument.repeating:
            continue
        attended = course.visits.get(visit)
        limited = {i.name for i in instrument.items if f"{i.name}{LIMIT}" in {each.name for each in instrument.items}}
        for item, value in sheet.answers.items():
            if instrument.measures and item.removesuffix(LIMIT) not in limited:
                continue
            records.append(
                AnalysisRecord(
                    id=f"{course.participant}:{visit}:{name}.{item}",
                    participant_id=course.participant,
                    visit=visit,
                    parameter=f"{name}.{item}",
                    kind="value",
                    value=_plain(value),
                    unit=unit_of(instrument, item),
                    date=attended.date.text if attended and attended.date else "",
                    study_day=attended.study_day if attended else None,
                    inputs=(sheet.seqs[item],),
                    uses=(visit_id(course.participant, visit),) if attended else (),
                )
            )
        records += _scores(catalog, course, instrument, visit)
    return records


def own_fields(study: Study, catalog: Catalog) -> dict[str, Field]:
    """
    The questions that the forms ask themselves, without a catalog entry, by name.

    The answers to the eligibility criteria are none of them: they decide who enters, and describe nobody.
    """
    known = frozenset(catalog.names("instrument"))
    return {
        field.name: field
        for form in study.forms
        for section in form.sections
        if section.instrument not in known and section.instrument != ELIGIBILITY
        for field in section.fields
    }


def derive_own(course: Course, fields: Mapping[str, Field]) -> list[AnalysisRecord]:
    """One record an answer to a question of the study's own that stands on no log; blanks have none."""
    records = []
    for visit, name, row, sheet in course.book.sheets(course.participant):
        attended = course.visits.get(visit)
        for item, value in sheet.answers.items():
            field = fields.get(f"{name}.{item}")
            if field is None or row:
                continue
            records.append(
                AnalysisRecord(
                    id=f"{course.participant}:{visit}:{field.name}",
                    participant_id=course.participant,
                    visit=visit,
                    parameter=field.name,
                    kind="value",
                    value=_plain(value),
                    unit=field.item.unit,
                    date=attended.date.text if attended and attended.date else "",
                    study_day=attended.study_day if attended else None,
                    inputs=(sheet.seqs[item],),
                    uses=(visit_id(course.participant, visit),) if attended else (),
                )
            )
    return records


def _scores(catalog: Catalog, course: Course, instrument: Instrument, visit: str) -> list[AnalysisRecord]:
    sheet = course.book.sheet(course.participant, visit, instrument.name)
    options = course.asked[instrument.name].options
    return [
        AnalysisRecord(
            id=f"{course.participant}:{visit}:{instrument.name}.{score}",
            participant_id=course.participant,
            visit=visit,
            parameter=f"{instrument.name}.{score}",
            kind="score",
            value=value,
            unit=unit_of(instrument, score),
            inputs=sheet.inputs,
            uses=(visit_id(course.participant, visit),) if visit in course.visits else (),
        )
        for score, value in catalog.score(instrument.name, sheet.answers, options).items()
        if score not in instrument.measures
    ]


def _plain(value: Value) -> Fraction | Missing | str:
    if isinstance(value, Quantity):
        return value.exact
    return value if isinstance(value, Missing) else text_of(value)
