"""What no single file can see: contradictions between the parts of a definition."""

from fractions import Fraction
from pathlib import Path

from trialwright.define import problems as say
from trialwright.define import unfinished
from trialwright.define.documents import Document, Step
from trialwright.define.notes import Notes
from trialwright.define.schema import AnalysisFile, ScheduleFile, StudyFile
from trialwright.model.problem import Problem


def check_consistency(study: StudyFile, schedule: ScheduleFile, document: Document, notes: Notes) -> None:
    """Dosing visits that disagree, gates and roles that stand twice, an enrolment of nobody."""
    if study.enrolment_planned < 1:
        where = document.where("enrolment_planned")
        notes.problems.append(say.bad_scalar(where, f'"{study.enrolment_planned}"', "At least one participant"))
    notes.once(list(study.sites), document, "sites", "site")
    notes.once(list(study.roles), document, "roles", "role")
    _once_each([gate.event for gate in study.gates], document, ("gates",), notes)
    dosed = {visit for drug in study.interventions for visit in drug.dosing_visits}
    planned = {visit.name for visit in schedule.visits if visit.dosing}
    for name in sorted(planned ^ dosed):
        said, silent = ("schedule.yaml", "study.yaml") if name in planned else ("study.yaml", "schedule.yaml")
        notes.problems.append(
            say.schedule_conflict(
                document.where("interventions"),
                f"visit {name} is a dosing visit in {said} but not in {silent}",
                "dosing: yes of a visit and dosing_visits of an intervention agree",
                "Correct one of the two.",
            )
        )


def check_numbers(analysis: AnalysisFile, document: Document, notes: Notes) -> None:
    """A level outside 0 to 1, a benchmark with more responders than participants."""
    for index, block in enumerate(analysis.estimands):
        if block.alpha is not None and not 0 < Fraction(block.alpha) < 1:
            where = document.where("estimands", index, "alpha")
            notes.problems.append(say.bad_scalar(where, f'"{block.alpha}"', "A level between 0 and 1, such as 0.05"))
        for position, bench in enumerate(block.benchmarks or ()):
            if not 0 <= bench.responders <= bench.participants or bench.participants < 1:
                where = document.where("estimands", index, "benchmarks", position)
                found = f"{bench.responders} responders of {bench.participants} participants"
                notes.problems.append(say.bad_scalar(where, found, "No more responders than participants"))


def check_record(study: StudyFile, document: Document, folder: Path, notes: Notes) -> None:
    """The registered record and page lie where the definition says; their absence is a warning."""
    for key, path in (("record", study.registration.record), ("page", study.registration.page)):
        if path and not (folder / path).is_file():
            notes.problems.append(say.record_missing(document.where("registration", key), path))


def check_still_open(study: StudyFile, document: Document) -> list[Problem]:
    """TW-DEF-053 for every decision that a stand-in waits for; a study with one cannot be frozen."""
    return [
        unfinished.still_open(document.where("still_open", index), block.what, block.for_now)
        for index, block in enumerate(study.still_open)
    ]


def _once_each(names: list[str], document: Document, path: tuple[Step, ...], notes: Notes) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            first = document.where(*path, names.index(name))
            notes.problems.append(say.repeated_name(document.where(*path, index), "gate", name, first))
