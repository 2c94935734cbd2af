"""Saving a form: through the capture service; refused saves come back with everything typed, stale ones are merged."""

import datetime as dt
from collections.abc import Callable

import msgspec
from django.http import HttpResponse, HttpResponseRedirect

from trialwright.capture.forms import MISSING, UNIT
from trialwright.capture.values import fields_of
from trialwright.model.ledger import Conflict, Datapoint, Slot
from trialwright.model.study import Field
from trialwright.model.text import Text
from trialwright.pipeline import conduct
from trialwright.web.lookup import FormAt, number_in
from trialwright.web.page import Call
from trialwright.web.questions import shown_value
from trialwright.web.render import page
from trialwright.web.wording import missing_word

REASON_OWED = "TW-CAP-018"
NOTHING_CHANGED = "TW-CAP-060"
SAVED = Text(en="Saved.", zh="已保存。")
SAME = Text(en="Nothing had changed, so nothing was saved.", zh="内容没有变化，未重复保存。")
KEEP = "keep:"
"""Before an item's name: whose value stands, chosen on the page of a stale save."""
CHOOSE = "choose"
"""The items for which that page asks for a choice."""
WAS = "was"
"""The version that the typing was begun upon, sent back with the choices."""
UNCHOSEN = Text(
    en="Choose for each question whose answer shall stand. Nothing was saved yet.",
    zh="请为每一项选择保留哪个值。尚未保存。",
)

Show = Callable[..., HttpResponse]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One item that somebody changed while this page was open."""

    name: str
    label: str
    base: str
    theirs: str
    mine: str
    sent: bool
    chosen: str = ""

    @property
    def untouched(self) -> bool:
        """Only they changed it: theirs stands, there is nothing to choose. So for what was settled and not sent."""
        return not self.sent or self.mine == self.base

    @property
    def differs(self) -> bool:
        return self.theirs != self.mine and not self.untouched


def posted_fields(call: Call) -> dict[str, str]:
    """The items that were sent, each with its unit and its reason for absence; choices of a merge already applied."""
    every = {name: str(values[-1]) for name, values in call.request.POST.lists() if values}
    sent = {name: value for name, value in every.items() if "." in name and not name.startswith(KEEP)}
    if _unchosen(call):
        return sent
    for name, value in every.items():
        if value == "theirs" and name.startswith(KEEP):
            item = name.removeprefix(KEEP)
            for suffix in ("", UNIT, MISSING):
                sent.pop(f"{item}{suffix}", None)
    return sent


def save(call: Call, at: FormAt, row: int, posted: dict[str, str], show: Show) -> HttpResponse:
    """Saved: to the form again. Refused: everything typed, messages beside it. Stale: the merge."""
    if _unchosen(call):
        return _merge(call, at, row, posted, _stale(call, at))
    expected, build = _number(call, "version"), _number(call, "build")
    done = conduct.save_form(
        call.place.ledger,
        at.study,
        conduct.FormSave(
            actor=conduct.Actor(call.reader.user),
            participant_id=at.participant_id,
            visit=at.visit.name,
            form=at.form.name,
            posted=posted,
            row=row,
            reason=call.posted("reason"),
            expected=expected,
            token=call.posted("token"),
            build=build,
            today=conduct.today_at_site(call.place.study, dt.datetime.now(dt.UTC)),
        ),
    )
    if isinstance(done, Conflict):
        return _merge(call, at, row, posted, done)
    if isinstance(done, conduct.Refused):
        return _again(call, at, row, posted, (show, done))
    return HttpResponseRedirect(_with(at.href(done.row), "saved=1"))


def _unchosen(call: Call) -> bool:
    """Whether the page of a stale save came back without all of its choices: neither side may win by silence."""
    asked = call.request.POST.getlist(CHOOSE)
    return any(call.posted(f"{KEEP}{item}") not in ("mine", "theirs") for item in asked)


def _stale(call: Call, at: FormAt) -> Conflict:
    """What was saved since the typing began, told again."""
    held = call.place.ledger.datapoints(at.participant_id, at.visit.name, at.form.name)
    was = _number(call, WAS)
    return Conflict(was, max((d.seq for d in held), default=0), tuple(d for d in held if d.seq > was))


def _again(
    call: Call, at: FormAt, row: int, posted: dict[str, str], refused: tuple[Show, conduct.Refused]
) -> HttpResponse:
    show, done = refused
    if [problem.code for problem in done.problems] == [NOTHING_CHANGED]:
        return HttpResponseRedirect(_with(at.href(row), "same=1"))
    return show(call, at, row, posted=posted, problems=done.problems)


def _merge(call: Call, at: FormAt, row: int, posted: dict[str, str], conflict: Conflict) -> HttpResponse:
    """Mine, theirs and what stood before, item by item; nothing of either side is lost."""
    latest = {d.slot.item: d for d in conflict.theirs if d.slot.row == row}
    lines = [
        Difference(
            name=field.name,
            label=call.words(field.item.label),
            base=shown_value(field, _before(call, latest[field.name].slot, conflict.expected), call.language),
            theirs=shown_value(field, latest[field.name], call.language),
            mine=_mine(field, posted, call.language),
            sent=any(f"{field.name}{suffix}" in posted for suffix in ("", UNIT, MISSING)),
            chosen=call.posted(f"{KEEP}{field.name}"),
        )
        for field in fields_of(at.form)
        if field.name in latest
    ]
    settled = {line.name for line in lines if not line.differs}
    last = max(conflict.theirs, key=lambda d: d.seq, default=None)
    return page(
        call,
        "form/conflict.html",
        status=409,
        at=at,
        row=row,
        lines=lines,
        mine={n: v for n, v in posted.items() if n.removesuffix(UNIT).removesuffix(MISSING) not in settled},
        choices=sum(line.differs for line in lines),
        reason=call.posted("reason"),
        problems=[("", call.words(UNCHOSEN))] if _unchosen(call) else [],
        who=last.user if last else "–",
        # the same account in two windows, or on two devices: nobody else is to be named
        same_account={d.user for d in conflict.theirs} == {call.reader.user},
        was=conflict.expected,
        when=last.at_utc if last else "",
        build=at.study.build,
        version=conflict.found,
    )


def _before(call: Call, slot: Slot, expected: int) -> Datapoint | None:
    return next((d for d in reversed(call.place.ledger.history(slot)) if d.seq <= expected), None)


def _mine(field: Field, posted: dict[str, str], language: str) -> str:
    """What was typed for an item, in words: the label of a choice, the number with its unit, the reason for absence."""
    missing = posted.get(f"{field.name}{MISSING}", "")
    typed = posted.get(field.name, "")
    if missing and not typed:
        return missing_word(missing, language)
    labels = {choice.code: choice.label.of(language) for choice in field.item.choices}
    unit = posted.get(f"{field.name}{UNIT}", "") or field.item.unit
    return labels.get(typed) or (f"{typed} {unit}".strip() if typed else "")


def _with(href: str, query: str) -> str:
    return f"{href}{'&' if '?' in href else '?'}{query}"


def _number(call: Call, name: str) -> int:
    # A page of ours always sends it; one that does not counts as made from an empty form and can overwrite nothing.
    return number_in(call.posted(name))
