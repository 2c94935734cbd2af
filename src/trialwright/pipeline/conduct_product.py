"""What happens to the product outside a participant: received, returned, destroyed, counted; lot by lot."""

import re

from trialwright.capture.numbers import simplified
from trialwright.capture.problems import problem
from trialwright.capture.product import MOVES, lots
from trialwright.model.ledger import Conflict, Overtaken
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    act,
    check_any_role,
    check_date,
    check_past,
    decided_anew,
    read_acts,
    seen_so_far,
    write_acts,
)
from trialwright.store import Ledger

_LOT = re.compile(r"\S(.{0,38}\S)?")
_MOST = 100_000


@decided_anew
def move_product(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    *,
    move: str,
    lot: str,
    vials: str,
    date: str,
    expiry: str = "",
    reason: str = "",
    token: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    One movement or count. A count keeps what the papers said at that moment, so that later doses do not hide a gap.

    Problems: TW-CAP-036, 140 for the movement, 151 for the lot, 152 for the number, 009..012 for a day, 153 for a lot
              that never came, 154 where more would go than there is.
    """
    seen, (_, events) = seen_so_far(ledger, None), read_acts(ledger)
    told = check_any_role(study, events, actor, ("keep_product",), "product")
    day, wrong = check_past(ledger, study, date, "product")
    told += wrong
    ends, wrong = check_date(expiry, "product") if expiry else ("", [])
    told += wrong
    name, count = lot.strip(), simplified(vials)
    if move not in MOVES:
        told.append(problem("TW-CAP-150", "product", typed=move, allowed=", ".join(MOVES)))
    if not _LOT.fullmatch(name):
        told.append(problem("TW-CAP-151", "product", typed=name))
    if not (count.isascii() and count.isdecimal() and int(count[:7]) <= _MOST):
        told.append(problem("TW-CAP-152", "product", typed=count))
    if told:
        return Refused(tuple(told))
    held = next((each for each in lots(study, ledger.snapshot()) if each.lot == name), None)
    if move != "received" and held is None:
        return Refused((problem("TW-CAP-153", "product", typed=name),))
    if held is not None and move in ("returned", "destroyed") and int(count) > held.stock:
        return Refused((problem("TW-CAP-154", "product", typed=count, stock=str(held.stock)),))
    stock = str(held.stock) if held is not None and move == "counted" else ""
    made = act("product_moved", move=move, lot=name, vials=str(int(count)), date=day, expiry=ends, stock=stock)
    return write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)
