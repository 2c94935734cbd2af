"""What was verified, reviewed, frozen and locked, as pages show it; and what this reader may do about it."""

import msgspec

from trialwright.capture.locks import LEVEL_WORDS, STATE_WORDS, Hold, Scope, hold_on, hold_on_site
from trialwright.capture.marks import LOOKED, Mark, reviewed, verified
from trialwright.capture.obstacles import Obstacle, unsigned
from trialwright.capture.status import data_locked
from trialwright.capture.values import values_of
from trialwright.model.text import Text
from trialwright.web import journal
from trialwright.web.lookup import FormAt
from trialwright.web.names import Names
from trialwright.web.page import Call

VERIFIED = Text(en="verified", zh="已核查")
LOST = Text(en="changed since it was verified", zh="核查后已修改")


class ItemMark(msgspec.Struct, frozen=True, kw_only=True):
    """The mark beside one value: its colour, its words, and who set it when."""

    code: str  # "verified" or "lost"
    word: str
    by: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What holds a part, told in words; `here` if this very part was frozen or locked, not one above it."""

    state: str
    word: str
    level: str
    here: bool
    by: str
    reason: str


class HoldActs(msgspec.Struct, frozen=True, kw_only=True):
    """Freeze, lock and their opening for one part: what to offer to this reader, and the fields that name the part."""

    scope: Scope
    held: Held | None
    offered: tuple[str, ...]


class FormQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one form and row: marks by item, the review, what holds it, and what may be done."""

    items: dict[str, ItemMark]
    review: Mark | None
    review_by: str
    asks_verify: bool
    asks_review: bool
    holding: HoldActs
    may_verify: bool
    may_review: bool


def against_lock(call: Call) -> list[Obstacle]:
    """Everything that stands against the data lock today."""
    study, today = call.place.study, call.place.today()
    return [
        each for person in journal.courses(call.place) for each in journal.obstacles(call.place, person, today)
    ] + list(unsigned(study, call.place.snapshot()))


def of_form(call: Call, at: FormAt, row: int) -> FormQuality:
    """The marks on a form (and row of a log), read from the ledger as it stands."""
    events = call.place.events_about(at.participant_id)
    held = call.place.ledger.datapoints(at.participant_id, at.visit.name, at.form.name)
    # most forms nobody has looked at yet
    values = values_of(held) if any(event.kind in LOOKED for event in events) else {}
    names, still = Names(call.place.study, call.language), not data_locked(events)
    review = reviewed(events, values, at.participant_id).get((at.visit.name, at.form.name))
    marks = {slot.item: mark for slot, mark in verified(events, values).items() if slot.row == row}
    return FormQuality(
        items={item: _item(call, names, mark) for item, mark in marks.items()},
        review=review,
        review_by=_by(names, review) if review else "",
        asks_verify=at.form.verify,
        asks_review=at.form.review,
        holding=acts_on(call, Scope(participant_id=at.participant_id, visit=at.visit.name, form=at.form.name)),
        may_verify=still and call.reader.may("verify") and any(d.slot.row == row for d in held),
        may_review=still and call.reader.may("review") and bool(held),
    )


def acts_on(call: Call, scope: Scope) -> HoldActs:
    """What holds a part of the study, and which acts to offer: none after data lock, none that would change nothing."""
    if scope.participant_id:
        events = call.place.events_about(scope.participant_id)
        found = hold_on(events, scope.participant_id, scope.visit, scope.form)
    else:
        events = call.place.events()
        found = hold_on_site(events, scope.site)
    offered: list[str] = []
    if not data_locked(events):
        if call.reader.may("lock") or call.reader.may("review"):
            offered.append("frozen" if found is None else "")
            offered.append("unfrozen" if found is not None and found.state == "frozen" else "")
        if call.reader.may("lock") and scope.level != "study":
            offered.append("locked" if found is None or found.state == "frozen" else "")
            offered.append("unlocked" if found is not None and found.state == "locked" else "")
    told = _held(call, scope, found) if found is not None else None
    return HoldActs(scope=scope, held=told, offered=tuple(filter(None, offered)))


def _held(call: Call, scope: Scope, found: Hold) -> Held:
    return Held(
        state=found.state,
        word=call.words(STATE_WORDS[found.state]),
        level=call.words(LEVEL_WORDS[found.level]),
        here=found.level == scope.level,
        by=f"{found.act.user}, {Names(call.place.study, call.language).moment(found.act.at_utc)}",
        reason=found.act.reason,
    )


def _item(call: Call, names: Names, mark: Mark) -> ItemMark:
    return ItemMark(
        code="lost" if mark.lost else "verified",
        word=call.words(LOST if mark.lost else VERIFIED),
        by=_by(names, mark),
    )


def _by(names: Names, mark: Mark) -> str:
    return f"{mark.act.user}, {names.moment(mark.act.at_utc)}"
