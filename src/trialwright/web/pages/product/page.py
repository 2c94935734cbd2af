"""The product log: accountability by lot, doses prepared and given, and what came and went."""

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect

from trialwright.capture.product import MOVES, Lot, doses, lots, unassigned
from trialwright.model.problem import Problem
from trialwright.model.text import Text
from trialwright.pipeline import conduct, conduct_product
from trialwright.web.names import Names
from trialwright.web.page import ANY_ROLE, Call, Route, address
from trialwright.web.render import page
from trialwright.web.wording import said_in

DONE = Text(en="Recorded.", zh="已登记。")
WORDS: dict[str, Text] = {
    "received": Text("received", "接收"),
    "returned": Text("returned", "退回"),
    "destroyed": Text("destroyed", "销毁"),
    "counted": Text("counted on the shelf", "清点"),
}
ODD: dict[str, Text] = {
    "never_received": Text("no receipt is on record", "无接收记录"),
    "more_out_than_in": Text("more went out than came in", "出库多于入库"),
    "count_differs": Text("the count differs from the papers", "清点数与记录不符"),
    "received_after_expiry": Text("a receipt is dated after expiry", "接收日期晚于有效期"),
    "given_after_expiry": Text("a dose was given after expiry", "存在过期后给药"),
}


def view(call: Call) -> HttpResponse:
    return _show(call)


def _show(call: Call, problems: tuple[Problem, ...] = ()) -> HttpResponse:
    snapshot, study = call.place.snapshot(), call.place.study
    names = Names(study, call.language)
    every = lots(study, snapshot)
    return page(
        call,
        "product/product.html",
        status=422 if problems else 200,
        declared=study.product is not None,
        lots=[(lot, _why(call, lot)) for lot in every],
        balanced=all(not lot.odd for lot in every) and not unassigned(study, snapshot),
        unassigned=unassigned(study, snapshot),
        doses=doses(study, snapshot),
        moves=[(event, names.details(event.details)) for event in snapshot.events if event.kind == "product_moved"][
            ::-1
        ],
        kinds=[(move, call.words(WORDS[move])) for move in MOVES],
        head=call.place.ledger.head(),
        problems=[("", said_in(problem, call.language)) for problem in problems],
        notice=call.words(DONE) if call.request.GET.get("done") and not call.is_post else "",
        typed={name: call.posted(name) for name in ("move", "lot", "vials", "date", "expiry", "reason")},
    )


def _why(call: Call, lot: Lot) -> str:
    """What does not fit with a lot, with the numbers; "" where it balances."""
    told = [call.words(ODD[each]) for each in lot.odd]
    if "count_differs" in lot.odd:
        sign = "+" if lot.difference > 0 else ""
        told[lot.odd.index("count_differs")] += f" ({sign}{lot.difference})"
    return ("；" if call.language == "zh" else "; ").join(told)


def move(call: Call) -> HttpResponseBase:
    place = call.place
    done = conduct_product.move_product(
        place.ledger, place.study, conduct.Actor(call.reader.user), move=call.posted("move"), lot=call.posted("lot"),
        vials=call.posted("vials"), date=call.posted("date"), expiry=call.posted("expiry"),
        reason=call.posted("reason"), token=call.posted("token"),
    )  # fmt: skip
    if isinstance(done, conduct.Refused):
        return _show(call, done.problems)
    return HttpResponseRedirect(f"{address('product')}?done=1")


ROUTES = (
    Route(
        path="product/",
        name="product",
        view=view,
        act=ANY_ROLE,
        navigation=Text(en="Product", zh="研究药物"),
        group="conduct",
        order=4,
    ),
    Route(path="product/move/", name="product_move", view=move, act="keep_product", post_only=True),
)
