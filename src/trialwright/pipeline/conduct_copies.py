"""Copies that leave the program: that they were made, by whom, of what, stands in the ledger."""

from trialwright.capture.gates import check_status
from trialwright.capture.problems import problem
from trialwright.capture.status import STATUS_WORDS
from trialwright.capture.values import Place
from trialwright.model.ledger import Conflict, NewEvent, Overtaken, Stamp
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import Actor, Refused, Saved, decided_anew, read_acts, roles_now, write_acts
from trialwright.store import Ledger


@decided_anew
def record_printed(
    ledger: Ledger, study: Study, actor: Actor, place: Place, *, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    A form with its values was put on paper. Everybody with a role may; the head of the ledger says what it showed.

    Problems: TW-CAP-036 without any role, TW-CAP-032 for a stranger.
    """
    seen, events = read_acts(ledger, place.participant_id)
    told = check_status(events, place.participant_id, [s for s in STATUS_WORDS if s != "unknown"])
    if not roles_now(events, actor):
        told.append(problem("TW-CAP-036", "print", roles="none", act="print"))
    if told:
        return Refused(tuple(told))
    made = NewEvent(
        kind="printed",
        participant_id=place.participant_id,
        visit=place.visit,
        form=place.form,
        row=place.row,
        details={"head": ledger.head().hash},
    )
    return write_acts(ledger, study, actor, [made], seen=seen, token=token)


def record_exported(ledger: Ledger, study: Study, *, user: str, form: str, participant_id: str = "") -> None:
    """A copy was written from the command line, by whoever may read the ledger's file: told, never refused."""
    event = NewEvent(
        kind="exported", participant_id=participant_id, details={"format": form, "head": ledger.head().hash}
    )
    ledger.write(Stamp(user=user, build=study.build, origin="typed"), [event])
