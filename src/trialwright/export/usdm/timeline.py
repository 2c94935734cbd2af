"""When what is done: encounters, activities, and the timelines that bring them together."""

import itertools
from collections.abc import Iterator

from trialwright.export.sdtm.elements import epoch_of_visit
from trialwright.export.usdm.codes import (
    AFTER,
    BEFORE,
    FIXED,
    START_TO_START,
    VISIT,
    Json,
    Thing,
    code,
    days_of,
    id_of,
    in_a_row,
    thing,
)
from trialwright.export.usdm.concepts import concept_ids
from trialwright.model.study import Form, Study, Visit


def planned_visits(study: Study) -> list[Visit]:
    """The visits of the schedule in their order; unscheduled ones and the running logs have no place in it."""
    return [visit for visit in study.visits if visit.kind not in ("log", "unscheduled")]


def encounters(study: Study) -> list[Json]:
    return in_a_row([
        thing(
            "Encounter", visit.name, name=visit.name, label=visit.title.en, type=code(f"{visit.name}.type", VISIT),
            scheduledAtId=id_of("Timing", visit.name) if visit.study_day is not None else None,
            environmentalSettings=[], contactModes=[],
        )
        for visit in planned_visits(study)
    ])  # fmt: skip


def activities(study: Study) -> list[Json]:
    """A form is an activity; one with several sections has a child for each."""
    return in_a_row([each for form in study.forms for each in _of_form(form)])


def _of_form(form: Form) -> Iterator[Thing]:
    children = leaves(form)
    if len(children) > 1:
        yield thing("Activity", form.name, name=form.name, label=form.title.en, childIds=list[Json](children))
    for at, section in enumerate(form.sections):
        coded, uncoded = concept_ids(section)
        yield thing(
            "Activity",
            children[at].removeprefix("Activity_"),
            name=f"{form.name}.{section.instrument}.{at + 1}",
            label=section.title.en,
            childIds=[],
            biomedicalConceptIds=coded,
            bcSurrogateIds=uncoded,
        )


def leaves(form: Form) -> list[str]:
    """The ids of a form's activities that are done: its sections."""
    if len(form.sections) == 1:
        return [id_of("Activity", form.name)]
    return [id_of("Activity", f"{form.name}.{at}.{each.instrument}") for at, each in enumerate(form.sections, 1)]


def timelines(study: Study) -> list[Json]:
    """The planned visits as the main timeline; each unscheduled visit and each running log as one of its own."""
    asides = [_aside(study, visit) for visit in study.visits if visit.kind in ("log", "unscheduled")]
    return [_main(study), *asides] if planned_visits(study) else list[Json](asides)


def _main(study: Study) -> Thing:
    visits = planned_visits(study)
    anchor = next((visit for visit in visits if visit.kind == "baseline"), visits[0])
    exit_ = thing("ScheduleTimelineExit", "main")
    instances: list[Thing] = [_instance(study, visit) for visit in visits]
    for before, after in itertools.pairwise(instances):
        before["defaultConditionId"] = after["id"]
    instances[-1]["timelineExitId"] = exit_["id"]
    days = [visit.study_day for visit in visits if visit.study_day is not None]
    length = elapsed(min(days), max(days)) if days else None
    return thing(
        "ScheduleTimeline", "main", name="main", label="Planned visits", mainTimeline=True,
        entryCondition="The participant gave consent", entryId=instances[0]["id"], exits=[exit_],
        timings=[_timing(visit, anchor) for visit in visits if visit.study_day is not None or visit is anchor],
        instances=list[Json](instances),
        plannedDuration=None if length is None else thing(
            "Duration", "main", text=f"P{length}D", durationWillVary=False, quantity=days_of("Duration_main", length)
        ),
    )  # fmt: skip


def _instance(study: Study, visit: Visit) -> Thing:
    done = [leaf for form in visit.forms for leaf in leaves(study.form(form))]
    planned = visit.kind not in ("log", "unscheduled")
    return thing(
        "ScheduledActivityInstance", visit.name, name=visit.name, label=visit.title.en,
        epochId=id_of("StudyEpoch", epoch_of_visit(study, visit.name).name),
        activityIds=list[Json](done), encounterId=id_of("Encounter", visit.name) if planned else None,
    )  # fmt: skip


def _aside(study: Study, visit: Visit) -> Thing:
    exit_ = thing("ScheduleTimelineExit", visit.name)
    instance = _instance(study, visit)
    instance["timelineExitId"] = exit_["id"]
    return thing(
        "ScheduleTimeline", visit.name, name=visit.name, label=visit.title.en, mainTimeline=False,
        entryCondition="Whenever it occurs, from consent on", entryId=instance["id"], exits=[exit_],
        timings=[_anchored(visit)], instances=[instance],
    )  # fmt: skip


def _anchored(visit: Visit) -> Thing:
    return thing(
        "Timing", visit.name, name=visit.name, label=visit.title.en, type=code(f"{visit.name}.timing", FIXED),
        value="P0D", valueLabel=visit.title.en, relativeToFrom=code(f"{visit.name}.relative", START_TO_START),
        relativeFromScheduledInstanceId=id_of("ScheduledActivityInstance", visit.name),
        relativeToScheduledInstanceId=id_of("ScheduledActivityInstance", visit.name),
    )  # fmt: skip


def _timing(visit: Visit, anchor: Visit) -> Thing:
    made = _anchored(visit)
    if visit is anchor or visit.study_day is None:
        return made
    between = elapsed(anchor.study_day or 1, visit.study_day)
    kind = AFTER if between > 0 else BEFORE
    return made | {
        "type": code(f"{visit.name}.timing", kind),
        "value": f"P{abs(between)}D",
        "valueLabel": f"Study day {visit.study_day}",
        "relativeToScheduledInstanceId": id_of("ScheduledActivityInstance", anchor.name),
        "windowLower": f"P{visit.early}D",
        "windowUpper": f"P{visit.late}D",
        "windowLabel": f"{visit.early} days before to {visit.late} days after",
    }


def elapsed(first: int, last: int) -> int:
    """Days between two study days: day 1 follows day -1, there is no day 0."""
    return last - first - (1 if first < 0 < last else 0) + (1 if last < 0 < first else 0)
