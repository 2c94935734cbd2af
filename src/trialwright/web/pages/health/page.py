"""Whether this server can do its work, for a program that watches it: asks the ledger, says nothing of the trial."""

from django.http import HttpResponseBase, JsonResponse

from trialwright.store import LedgerProblem
from trialwright.web.page import PUBLIC, Call, Route


def view(call: Call) -> HttpResponseBase:
    """200 and "ok" while the ledger answers; 503 and the code of the Problem while it does not."""
    try:
        call.place.ledger.head()
    except LedgerProblem as trouble:
        return JsonResponse({"status": "broken", "problem": trouble.problem.code}, status=503)
    return JsonResponse({"status": "ok"})


ROUTES = (Route(path="health/", name="health", view=view, act=PUBLIC),)
