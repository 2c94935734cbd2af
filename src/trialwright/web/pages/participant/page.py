"""One participant: timeline, consent, eligibility with its evidence, enrolment, ending, deviations, logs."""

from itertools import groupby

from django.http import HttpResponse, HttpResponseBase

from trialwright.capture.consents import owed_consent, unsigned_versions
from trialwright.capture.deviations import recorded
from trialwright.capture.eligibility import ANSWER, CriterionState, check_eligibility
from trialwright.capture.locks import Scope
from trialwright.catalog import load
from trialwright.model.allotment import arm_acts, arm_named
from trialwright.model.dating import DATED_ACTS, days_told
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.web import lookup, quality, queries, signatures
from trialwright.web.lookup import FormAt
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.pages.participant import doing
from trialwright.web.pages.participant.timeline import timeline
from trialwright.web.render import page
from trialwright.web.wording import said_in


def view(call: Call, participant_id: str) -> HttpResponseBase:
    return show(call, participant_id)


def show(call: Call, participant_id: str, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    """The page, with the Problems of an act that was refused and everything that was typed for it."""
    person = lookup.course(call, participant_id)
    study, names = call.place.study, Names(call.place.study, call.language)
    today = call.place.today()
    asked = queries.waiting(call, participant_id=participant_id)
    typed = {name: call.posted(name) for name in TYPED}
    return page(
        call,
        "participant/participant.html",
        status=422 if problems else 200,
        person=person,
        drawing=timeline(person, names, today),
        logs=[
            (
                FormAt(
                    participant_id=participant_id,
                    visit=study.visit(state.visit),
                    form=study.form(form.form),
                    study=study,
                ),
                form,
            )
            for state in person.logs
            for form in state.forms
        ],
        eligibility=[
            (state, _evidence(call, names, state), _lacking(call, names, state))
            for state in check_eligibility(study, person.values)
        ],
        deviations=recorded(call.place.snapshot(), participant_id),
        waiting=[each for each in asked if not each.on_form and not each.asked.query.place.visit],
        open_queries=len(asked),
        holding=quality.acts_on(call, Scope(participant_id=participant_id)),
        unsigned=unsigned_versions(study, person.events, participant_id),
        owed_consent=owed_consent(study, person.events, participant_id, today),
        unscheduled=[visit for visit in study.visits if visit.kind == "unscheduled"],
        open_acts=doing.open_acts(call, person),
        arms=[(arm.name, arm.title.of(call.language)) for arm in study.arms] if len(study.arms) > 1 else [],
        arm=arm_named(person.events),
        arm_acts=[(event, names.arm(event.details["arm"])) for event in arm_acts(person.events)],
        days=[
            (event, days_told(person.events, event.seq))
            for event in person.events
            if event.kind in DATED_ACTS and event.details.get("date")
        ],
        withdrawal_reasons=_terms(call, "withdrawal_reason"),
        deviation_kinds=_terms(call, "deviation_category"),
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
        today=today.isoformat(),
        signed=signatures.at(call, participant_id),
        typed=typed | {"act": call.request.path.rstrip("/").rpartition("/")[2] if problems else ""},
    )


JUDGED = Text(en="Judged by the investigator", zh="研究者判断")


def _evidence(call: Call, names: Names, state: CriterionState) -> list[str]:
    """What was entered for a criterion, once for each thing: "Drug 1 (result: failed, months: 7)"."""
    colon, comma, around = ("：", "，", "{}（{}）") if call.language == "zh" else (": ", ", ", "{} ({})")
    told = []
    known = [(_label(call, names, state, e.item), names.evidence(e.item, e.text)) for e in state.evidence if e.text]
    for head, several in groupby(known, key=lambda pair: pair[0].partition(colon)[0]):
        parts = [(label.partition(colon)[2], text) for label, text in several]
        if len(parts) == 1 and not parts[0][0]:
            told.append(f"{head}{colon}{parts[0][1]}")
        else:
            told.append(
                around.format(head, comma.join(f"{tail}{colon}{text}" if tail else text for tail, text in parts))
            )
    return told


def _lacking(call: Call, names: Names, state: CriterionState) -> list[str]:
    """What a criterion that is not decided yet still asks for."""
    if state.met is not None:
        return []
    return [_label(call, names, state, e.item) for e in state.evidence if not e.text]


def _label(call: Call, names: Names, state: CriterionState, item: str) -> str:
    """The label of a piece of evidence; the investigator's own answer is not told in the criterion's words again."""
    return call.words(JUDGED) if item == ANSWER.format(name=state.name) else names.item(item)


TYPED = ("date", "arm", "of", "version", "code", "reason", "category", "major", "description")
"""What an act that was refused gives back to its fields."""
DONE = Text(en="Recorded.", zh="已登记。")


def _terms(call: Call, name: str) -> list[tuple[str, str]]:
    return [(choice.code, choice.label.of(call.language)) for choice in load().terms(name).choices]


ROUTES = (
    Route(path="participants/<str:participant_id>/", name="participant", view=view, act=ANY_ROLE),
    Route(path="participants/add/", name="add_participant", view=doing.add, act="enter", post_only=True, order=-1),
    *doing.routes(show),
)
