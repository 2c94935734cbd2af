"""
The page of a form as most are asked for: nothing typed anew, nothing in the way, nothing asked or held.

Its frame (menu, headings, buttons, what one may do) is the same for every participant and for everybody of the same
roles, so it is drawn once, with gaps for all that differs, and filled at each page. It says what the template says
when it is drawn anew, byte for byte. A page with anything out of the ordinary is drawn anew.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpResponse
from markupsafe import Markup, escape

from trialwright.model.signature import Scope
from trialwright.web.drafts import DraftPlace
from trialwright.web.drawn import Where
from trialwright.web.forgery import token_of
from trialwright.web.gaps import OpenBytes, cut, encoded, fill, gap, quoted
from trialwright.web.opened import Opened
from trialwright.web.page import Call, in_address
from trialwright.web.quality import FormQuality
from trialwright.web.render import Own, draw, once
from trialwright.web.signatures import Signed, href_of

MOST = 400
"""Frames that are kept; the one asked for longest ago goes first."""
_NOTHING = ("problems", "warnings", "barred", "kept", "waiting", "gone", "secret", "typed", "reason", "notice",
            "onward", "ticking", "row")  # fmt: skip
"""Values of the template that are empty on such a page."""

Key = tuple[object, ...]
Values = Mapping[str, Any]


class Saved(msgspec.Struct, frozen=True):
    """When a form was saved last, in the reader's words, and by whom."""

    when: str
    who: str


class _Frame(msgspec.Struct, frozen=True, kw_only=True):
    """An open text, how many tokens for one act it has, and what it was drawn of: compared by identity, kept alive."""

    open_text: OpenBytes
    tokens: int
    of: tuple[object, ...]


_frames: OrderedDict[Key, _Frame] = OrderedDict()
_lock = threading.Lock()


def kept_page(call: Call, ready: Opened, values: Values, where: Where) -> HttpResponse | None:
    """The page with these values of its template; None where it is out of the ordinary."""
    quality: FormQuality = values["quality"]
    if any(map(values.__getitem__, _NOTHING)) or quality.items or quality.review or quality.holding.held:
        return None
    if values["signed"].every:
        return None
    frame = _frame(call, ready, values)
    saved = values["saved"] or Saved("", "")
    who = values["at"].participant_id
    gaps = {
        "who": escape(who),
        quoted("who"): escape(in_address(who)),
        "user": escape(call.reader.user),
        "when": escape(saved.when),
        "by": escape(saved.who),
        "version": str(values["version"]),
        "slot": escape(values["draft"].slot),
        "key": escape(values["draft"].key),
        "csrf": token_of(call.request),
        "path": escape(call.request.get_full_path()),
    }
    gaps |= {f"once {n}": once() for n in range(frame.tokens)}
    gaps |= {f"score {n}": escape(text) for n, (_, text) in enumerate(values["scores"])}
    held = {name.encode(): html.encode() for name, html in gaps.items()}
    held |= {b"block %d" % n: html for n, html in enumerate(ready.drawn(where))}
    return HttpResponse(fill(frame.open_text, held))


def _frame(call: Call, ready: Opened, values: Values) -> _Frame:
    at, quality = values["at"], values["quality"]
    of = (call.place.study, at.study, at.form)
    key: Key = (
        *map(id, of), at.visit.name, at.visit.title, call.language, call.reader.role_names, call.reader.sites is None,
        call.place.simulated, bool(values["saved"]), bool(values["draft"].slot), bool(values["signed"].sign_at),
        quality.holding.offered, quality.asks_verify, quality.asks_review, quality.may_verify, quality.may_review,
        tuple(name for name, _ in values["asked_items"]), tuple(label for label, _ in values["scores"]),
        *((b.title, b.compact, b.paired, b.limits, b.slots, b.assumed) for b in ready.blocks),
    )  # fmt: skip
    with _lock:
        frame = _frames.pop(key, None)
        if frame is not None:
            _frames[key] = frame  # the last one asked for
    if frame is None or any(held is not now for held, now in zip(frame.of, of, strict=True)):
        frame = _drawn(call, ready, values, of)
        with _lock:
            _frames[key] = frame
            if len(_frames) > MOST:
                _frames.popitem(last=False)
    return frame


def _drawn(call: Call, ready: Opened, values: Values, of: tuple[object, ...]) -> _Frame:
    tokens: list[str] = []

    def token() -> str:
        tokens.append(gap(f"once {len(tokens)}"))
        return tokens[-1]

    nobody = msgspec.structs.replace(call, reader=msgspec.structs.replace(call.reader, user=gap("user")))
    own = Own(csrf=gap("csrf"), path=gap("path"), once=token)
    html = draw(nobody, "form/form.html", own, **{**values, **_open(values), "blocks": _open_blocks(ready)})
    return _Frame(open_text=encoded(cut(html)), tokens=len(tokens), of=of)


def _open(values: Values) -> dict[str, object]:
    """The values that differ from page to page, each with gaps in place of what is its own."""
    at, quality, who = values["at"], values["quality"], gap("who")
    scope = msgspec.structs.replace(quality.holding.scope, participant_id=who)
    holding = msgspec.structs.replace(quality.holding, scope=scope)
    sign_at = href_of(Scope(who, at.visit.name, at.form.name), sign=True) if values["signed"].sign_at else ""
    return {
        "at": msgspec.structs.replace(at, participant_id=who),
        "quality": msgspec.structs.replace(quality, holding=holding),
        "signed": Signed([], sign_at),
        "saved": Saved(gap("when"), gap("by")) if values["saved"] else None,
        "version": gap("version"),
        "draft": DraftPlace(gap("slot"), gap("key")) if values["draft"].slot else values["draft"],
        "scores": [(label, gap(f"score {n}")) for n, (label, _) in enumerate(values["scores"])],
    }


def _open_blocks(ready: Opened) -> list[object]:
    return [msgspec.structs.replace(block, html=Markup(gap(f"block {n}"))) for n, block in enumerate(ready.blocks)]  # noqa: S704 - a gap
