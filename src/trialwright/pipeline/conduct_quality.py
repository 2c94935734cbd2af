"""Looking at data: values compared with their source, forms reviewed. What changes afterwards loses its mark."""

from collections.abc import Sequence

from trialwright.capture.gates import check_unlocked
from trialwright.capture.marks import standing, verified
from trialwright.capture.problems import problem
from trialwright.capture.status import inactive_rows
from trialwright.capture.values import Place, values_of
from trialwright.capture.visits import visits_of
from trialwright.model.ledger import Conflict, FormToken, LedgerEvent, NewEvent, Overtaken, Seen, Stamp
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    check_any_role,
    check_reason_given,
    decided_anew,
    event_at,
    read_acts,
    write_group,
)
from trialwright.store import Ledger


@decided_anew
def verify_values(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    place: Place,
    items: Sequence[str],
    *,
    expected: int,
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    The monitor compared these values of a form (or of a row of a log) with the source documents.

    `expected`: the version of the form that the page showed; a mark never covers what nobody saw.
    Problems:   TW-CAP-036, 034, 037, 042; TW-CAP-083 where the form was saved in between, 084 for items without value.
    """
    seen, events = read_acts(ledger, place.participant_id)
    told = _check_form(study, events, actor, place, "verify")
    held = standing(values_of(ledger.datapoints(place.participant_id, place.visit, place.form)), place)
    if not told and (not items or not set(items) <= set(held)):
        told.append(problem("TW-CAP-084", place.form))
    made = event_at(place, "verified", {"items": ",".join(items)})
    return _write(ledger, study, actor, made, (told, seen, expected, token, ""))


@decided_anew
def unverify_values(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    place: Place,
    items: Sequence[str],
    *,
    expected: int,
    reason: str,
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """A mark set by mistake is taken back, with a reason; both acts stay readable."""
    seen, events = read_acts(ledger, place.participant_id)
    told = _check_form(study, events, actor, place, "verify") + check_reason_given(reason, place.form)
    held = values_of(ledger.datapoints(place.participant_id, place.visit, place.form))
    marked = {slot.item for slot in verified(events, held) if slot.row == place.row}
    if not told and (not items or not set(items) <= marked):
        told.append(problem("TW-CAP-084", place.form))
    made = event_at(place, "verified", {"items": ",".join(items), "taken_back": "Y"})
    return _write(ledger, study, actor, made, (told, seen, expected, token, reason))


@decided_anew
def review_form(
    ledger: Ledger, study: Study, actor: Actor, place: Place, *, expected: int, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A form was looked at as a whole, all rows of a log together, and is in order as it stands.

    Problems: TW-CAP-036, 034, 037; TW-CAP-083 where it was saved since the page was made, 084 where nothing stands.
    """
    seen, events = read_acts(ledger, place.participant_id)
    told = _check_form(study, events, actor, place, "review")
    if not told and not ledger.datapoints(place.participant_id, place.visit, place.form):
        told.append(problem("TW-CAP-084", place.form))
    made = event_at(Place(place.participant_id, place.visit, place.form), "reviewed", {})
    return _write(ledger, study, actor, made, (told, seen, expected, token, ""))


def _check_form(study: Study, events: Sequence[LedgerEvent], actor: Actor, place: Place, act: str) -> list[Problem]:
    where = f"{place.form}/{place.visit}/{place.participant_id}"
    told = check_any_role(study, events, actor, (act,), where) + check_unlocked(events, where)
    visit = next((v for v in visits_of(study, events, place.participant_id) if v.name == place.visit), None)
    if visit is None or place.form not in visit.forms:
        told.append(problem("TW-CAP-037", where, form=place.form, visit=place.visit))
    elif (place.visit, place.form, place.row) in inactive_rows(events, place.participant_id):
        told.append(problem("TW-CAP-042", where, row=place.row))
    return told


def _write(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    made: NewEvent,
    decided: tuple[list[Problem], Seen, int, str, str],
) -> Saved | Refused | Conflict | Overtaken:
    told, seen, expected, token, reason = decided
    if told:
        return Refused(tuple(told))
    stamp = Stamp(user=actor.user, build=study.build, origin=actor.origin, reason=reason.strip())
    expect = FormToken(made.participant_id, made.visit, made.form, expected)
    receipt = write_group(ledger, stamp, [made], seen=seen, expect=expect, token=token)
    if isinstance(receipt, Conflict):
        return Refused((problem("TW-CAP-083", made.form),))
    return receipt if isinstance(receipt, Refused | Overtaken) else Saved(receipt=receipt)
