"""Everything that can be said about one snapshot under one definition, in the order in which it is worked out."""

from collections.abc import Sequence

from trialwright.catalog import Catalog
from trialwright.derive.book import Book, sections
from trialwright.derive.courses import Course, read_course
from trialwright.derive.events import ledger_record, log_records
from trialwright.derive.intercurrent import Dated
from trialwright.derive.items import derive_items, derive_own, own_fields
from trialwright.derive.participants import derive_participant
from trialwright.derive.responses import derive_course, derive_response
from trialwright.derive.values import derive_log_scores, derive_value
from trialwright.derive.visits import visit_record
from trialwright.model.analysis import Analysis, AnalysisRecord, Participant
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Study

ACTS = ("withdrawn", "died", "screen_failure", "deviation_recorded", "visit_missed", "look_declared")
"""Acts of the ledger that tables and listings show."""


def derive(study: Study, snapshot: Snapshot, catalog: Catalog) -> Analysis:
    """
    The analysis records of every participant of the snapshot, and the participants with their facts and sets.

    Shape:    records by participant, then visits, measures, items, logs, acts; then one estimand after the other.
              Ids are unique, and the same in every run on the same values.
    Units:    the standard unit of each item; numbers are exact fractions.
    Missing:  a visit, baseline or first dose that is not there gives records that say so, never no record.
    """
    book = Book(study, snapshot)
    asked = sections(study, frozenset(catalog.names("instrument")))
    courses = [read_course(study, catalog, book, asked, pid) for pid in book.participants]
    own = own_fields(study, catalog)
    participants: list[Participant] = []
    records: list[AnalysisRecord] = []
    for course in courses:
        participant, facts = derive_participant(study, catalog, course)
        participants.append(participant)
        records += facts
        records += [visit_record(course.participant, attended) for attended in course.visits.values()]
        records += [measured.record for measured in course.measures.values()]
        records += derive_items(catalog, course)
        records += derive_own(course, own)
        records += log_records(catalog, book, asked, course.first_dose, course.participant)
        records += [ledger_record(event, course.first_dose) for event in book.events(course.participant, *ACTS)]
    records += [ledger_record(event) for event in book.events("", *ACTS)]
    records += _estimands(study, catalog, courses, participants)
    return Analysis(
        study=study.name,
        build=study.build,
        snapshot_hash=snapshot.hash,
        participants=tuple(participants),
        records=tuple(records),
    )


def _estimands(
    study: Study, catalog: Catalog, courses: Sequence[Course], participants: Sequence[Participant]
) -> list[AnalysisRecord]:
    logs = [record for course in courses for record in derive_log_scores(catalog, course)]
    by_id = {record.id: record for record in logs}
    records = list(logs)
    # Whoever was enrolled or belongs to a set is judged, with or without data; a screening failure is not.
    judged = {p.participant_id for p in participants if p.sets or p.facts.get("enrolled") is not False}
    taking_part = [course for course in courses if course.participant in judged]
    dated = Dated(study, catalog)
    for estimand in study.estimands:
        if estimand.variable.kind == "response":
            records += derive_response(study, estimand, catalog, taking_part, dated)
            if not estimand.is_variation:
                records += derive_course(study, estimand, catalog, taking_part, dated)
        elif estimand.variable.kind == "value":
            records += derive_value(study, estimand, catalog, taking_part, logs=by_id, dated=dated)
    return records
