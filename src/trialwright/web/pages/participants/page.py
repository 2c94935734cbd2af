"""The participants: who takes part, how far each has come, what is due next."""

from django.http import HttpResponseBase, HttpResponseRedirect

from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web import journal
from trialwright.web.page import ANY_ROLE, SIGNED_IN, Call, Route, address
from trialwright.web.render import page


def view(call: Call) -> HttpResponseBase:
    people = journal.courses(call.place.study, call.place.snapshot())
    enrolled = sum(any(event.kind == "enrolled" for event in person.events) for person in people)
    return page(
        call,
        "participants/participants.html",
        people=people,
        enrolled=enrolled,
        next_number=conduct.next_participant_id(call.place.ledger),
    )


def home(call: Call) -> HttpResponseBase:
    del call
    return HttpResponseRedirect(address("participants"))


ROUTES = (
    Route(
        path="participants/",
        name="participants",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Participants", zh="参与者"),
        order=1,
    ),
    Route(path="", name="home", view=home, act=SIGNED_IN),
)
