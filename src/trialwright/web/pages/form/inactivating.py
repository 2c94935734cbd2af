"""A row of a log entered by mistake is taken out of use: it stays readable, struck through, with its reason."""

from django.http import HttpResponseBase, HttpResponseRedirect

from trialwright.capture.values import Place as Spot
from trialwright.pipeline import conduct
from trialwright.web import answer, lookup
from trialwright.web.page import Call


def inactivate(call: Call, participant_id: str, visit: str, form: str) -> HttpResponseBase:
    """Back to the rows, or the reason why not."""
    at, row = lookup.form_at(call, participant_id, visit, form), lookup.row_of(call)
    done = conduct.inactivate_row(
        call.place.ledger,
        call.place.study,
        conduct.Actor(call.reader.user),
        Spot(participant_id, visit, form, row),
        reason=call.posted("reason"),
        token=call.posted("token"),
    )
    if isinstance(done, conduct.Refused):
        return answer.told(call, done.problems)
    return HttpResponseRedirect(f"{at.href()}?done=1")
