"""An amendment reaches the data: what it means for what was entered, and each form moved with a row of its own."""

from trialwright.capture.builds import STAYS_WORDS, FormImpact, build_of, impact_on, why_it_stays
from trialwright.capture.problems import problem
from trialwright.capture.values import Place
from trialwright.model.ledger import Conflict, LedgerEvent, NewEvent, Overtaken, Stamp
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    STUDY_KINDS,
    Actor,
    Refused,
    Saved,
    check_any_role,
    check_reason_given,
    decided_anew,
    read_acts,
    seen_so_far,
    write_group,
)
from trialwright.store import Ledger

MOVERS = ("lock", "grant")
"""Whose roles move forms to a new build: who keeps the data and who keeps the study."""


def amendment_impact(ledger: Ledger, study: Study) -> tuple[FormImpact, ...]:
    """Every form with values that stands under another build than the one of `study`."""
    study_acts = ledger.events(kinds=STUDY_KINDS)
    people = dict.fromkeys(event.participant_id for event in ledger.events(kinds=["participant_added"]))
    return tuple(
        impact
        for participant_id in people
        for impact in impact_on(study, ledger.case(participant_id), study_acts, participant_id)
    )


@decided_anew
def migrate_forms(
    ledger: Ledger, study: Study, actor: Actor, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    Every form of an earlier build that is neither signed nor held moves to this one: one act a form, in one group.

    Values are not touched: an item that is not asked any more keeps what it holds and stays in every export.
    Problems: TW-CAP-036 without a role for it, 059 without a reason, 141 where nothing is to be moved.
    """
    seen = seen_so_far(ledger, None)
    _, events = read_acts(ledger)
    told = check_any_role(study, events, actor, MOVERS, "amendment") + check_reason_given(reason, "amendment")
    if told:
        return Refused(tuple(told))
    moving = [impact for impact in amendment_impact(ledger, study) if not impact.stays]
    if not moving:
        return Refused((problem("TW-CAP-141", "amendment"),))
    stamp = Stamp(user=actor.user, build=study.build, origin="migration", reason=reason.strip())
    writes = [_moved(impact, study.build) for impact in moving]
    receipt = write_group(ledger, stamp, writes, seen=seen, token=token)
    return receipt if isinstance(receipt, Refused | Conflict | Overtaken) else Saved(receipt=receipt)


def moved_by_save(ledger: Ledger, study: Study, place: Place) -> list[NewEvent]:
    """The act that moves a form together with the save that is the first one under this build; [] where it stands."""
    case = ledger.case(place.participant_id)
    build = build_of(case, place.visit, place.form)
    if build is None or build == study.build:
        return []
    found = impact_on(study, case, ledger.events(kinds=STUDY_KINDS), place.participant_id)
    return [_moved(each, study.build) for each in found if (each.visit, each.form) == (place.visit, place.form)]


def check_build_of_form(ledger: Ledger, study: Study, place: Place, events: tuple[LedgerEvent, ...]) -> list[Problem]:
    """TW-CAP-140 where a signed form stands under another build: it is corrected there, and never moves."""
    build = build_of(ledger.case(place.participant_id), place.visit, place.form)
    if build is None or build == study.build:
        return []
    stays = why_it_stays(events, place.participant_id, place.visit, place.form)
    if stays != "signed":  # locks and freezes are told by their own gate
        return []
    return [problem("TW-CAP-140", place.form, state=STAYS_WORDS[stays], build=build)]


def _moved(impact: FormImpact, build: int) -> NewEvent:
    details = {"from": str(impact.build), "to": str(build)}
    if impact.kept:
        details["items"] = ",".join(impact.kept)
    return NewEvent(
        kind="migrated", participant_id=impact.participant_id, visit=impact.visit, form=impact.form, details=details
    )
