"""Each participant as a whole: facts over the whole study, analysis sets, and where they stand."""

from trialwright.catalog import Catalog
from trialwright.derive.courses import Course
from trialwright.derive.facts import Fact, Facts, as_row, facts_until
from trialwright.derive.intercurrent import condition, names_in
from trialwright.model.analysis import AnalysisRecord, Participant
from trialwright.model.quantity import Missing
from trialwright.model.study import Study

STATUS = ("died", "withdrawn", "completed", "screen_failure", "dosed", "enrolled", "consented")
"""The first of these facts that is true is where a participant stands; before all of them: screened."""


def derive_participant(study: Study, catalog: Catalog, course: Course) -> tuple[Participant, list[AnalysisRecord]]:
    """
    The participant, and one record a fact and a set, so that every count walks back to what it rests on.

    Missing:  a set whose condition cannot be decided does not take the participant in; the fact `set.<name>` is None.
    """
    facts = facts_until(study, catalog, course, None)
    failed = course.book.events(course.participant, "screen_failure")
    facts["screen_failure"] = Fact(bool(failed), tuple(e.seq for e in failed))
    row = as_row(facts)
    sets: Facts = {}
    for analysis_set in study.analysis_sets:
        rests_on = [facts[name] for name in sorted(names_in(analysis_set.includes)) if name in facts]
        sets[f"set.{analysis_set.name}"] = Fact(
            condition(analysis_set.includes)(row),
            tuple(sorted({seq for fact in rests_on for seq in fact.inputs})),
            tuple(dict.fromkeys(use for fact in rests_on for use in fact.uses)),
        )
    everything = facts | sets
    participant = Participant(
        participant_id=course.participant,
        status=next((name for name in STATUS if facts[name].value is True), "screened"),
        first_dose=course.first_dose.text if course.first_dose else "",
        facts={name: fact.value for name, fact in everything.items()},
        sets=tuple(name.removeprefix("set.") for name, fact in sets.items() if fact.value is True),
        inputs=tuple(sorted({seq for fact in everything.values() for seq in fact.inputs})),
    )
    return participant, [_fact_record(course.participant, name, fact) for name, fact in everything.items()]


def fact_id(participant: str, name: str) -> str:
    """The id of a fact's record."""
    return f"{participant}:-:fact.{name}"


def _fact_record(participant: str, name: str, fact: Fact) -> AnalysisRecord:
    value = fact.value
    said = Missing("unknown") if value is None else value if isinstance(value, str) else "Y" if value else "N"
    return AnalysisRecord(
        id=fact_id(participant, name),
        participant_id=participant,
        visit="",
        parameter=f"fact.{name}",
        kind="fact",
        value=said,
        inputs=fact.inputs,
        uses=fact.uses,
    )
