"""Every signature of the study: what waits for one, what must be signed again, and what holds."""

from django.http import HttpResponse

from trialwright.capture.signatures import owed_signatures
from trialwright.model.text import Text
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route
from trialwright.web.render import page
from trialwright.web.signatures import href_of, shown


def view(call: Call) -> HttpResponse:
    study, names = call.place.study, Names(call.place.study, call.language)
    owed = [
        (each, f"{each.scope.participant_id} · {names.visit(each.scope.visit)}", href_of(each.scope, sign=True))
        for each in owed_signatures(study, call.place.snapshot())
    ]
    every = shown(call)
    mine = [row for row in owed if call.reader.may("sign") and set(call.reader.role_names) & set(row[0].meaning.by)]
    return page(
        call,
        "signatures/signatures.html",
        owed=owed,
        mine={row[2] for row in mine},
        broken=[each for each in every if each.signature.state == "broken"],
        valid=[each for each in every if each.signature.state == "valid"],
        meanings=[
            (
                each,
                [role for role in study.roles if role.name in each.by],
                [names.visit(visit) for visit in each.owed_at],
            )
            for each in study.signatures
        ],
    )


ROUTES = (
    Route(
        path="signatures/", name="signatures", view=view, act=ANY_ROLE,
        navigation=Text(en="Signatures", zh="电子签名"), group="conduct", order=4,
    ),
)  # fmt: skip
