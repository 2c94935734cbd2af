"""Electronic signatures: what one is bound to, whether it still holds, and what broke it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import polars as pl

from trialwright.capture.status import participant_status, visit_completed
from trialwright.model.declared import SignatureMeaning
from trialwright.model.ledger import EventKind, LedgerEvent, NewEvent, Snapshot
from trialwright.model.signature import Scope, Signature
from trialwright.model.study import Study
from trialwright.model.text import Text

_SCHEME = "trialwright signature 1"
_COLUMNS = ("visit", "form", "row", "item", "seq", "kind", "text", "unit", "raw", "build")
_STATUS: tuple[EventKind, ...] = (
    "consent_given", "consent_withdrawn", "eligibility_confirmed", "enrolled", "screen_failure", "withdrawn",
    "completed", "died", "visit_missed", "arm_corrected", "date_corrected",
)  # fmt: skip
_OVER = ("completed", "withdrawn", "consent_withdrawn", "screen_failure", "died")


class Content(msgspec.Struct, frozen=True):
    """What is signed: `hash` over place, builds and the exact version of every value; `versions` how many there are."""

    scope: Scope
    hash: str
    versions: int


class Owed(msgspec.Struct, frozen=True):
    """A visit that waits for a signature. `broken`: it had one, and must be signed again."""

    scope: Scope
    meaning: SignatureMeaning
    broken: bool


def content_of(snapshot: Snapshot, scope: Scope) -> Content:
    """
    The exact content of a scope and its hash.

    Shape:  one line a current version, by visit, form, row, item: sequence number, kind, text, unit, as typed, build;
            rows out of use; for a participant also the acts that say where the person stands. A version, a build or a
            place that differs gives another hash, so a signature cannot be carried over to another record.
    """
    mine = snapshot.current.filter(pl.col("participant_id") == scope.participant_id)
    if scope.visit:
        mine = mine.filter(pl.col("visit") == scope.visit)
    if scope.form:
        mine = mine.filter(pl.col("form") == scope.form)
    values = mine.select(_COLUMNS).sort("visit", "form", "row", "item").rows()
    gone, acts = [], []
    for event in snapshot.events:
        if event.participant_id != scope.participant_id:
            continue
        if event.kind == "row_inactivated" and scope.covers(event.participant_id, event.visit, event.form):
            gone.append([event.visit, event.form, event.row])
        if scope.level == "participant" and event.kind in _STATUS:
            acts.append([event.seq, event.kind])
    told = [_SCHEME, scope.participant_id, scope.visit, scope.form, values, sorted(gone), acts]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Content(scope, hashlib.sha256(text.encode()).hexdigest(), len(values))


def signatures(snapshot: Snapshot, participant_id: str = "") -> tuple[Signature, ...]:
    """Every signature, of everybody or of one participant, by seq, each judged anew against what stands there now."""
    signed = [e for e in snapshot.events if e.kind == "signed" and participant_id in ("", e.participant_id)]
    return tuple(_judged(snapshot, event) for event in signed)


def broken_by_save(
    events: Iterable[LedgerEvent], participant_id: str, visit: str, form: str, *, why: str = "value"
) -> list[NewEvent]:
    """
    One `signature_broken` for each unbroken signature that covers a form which is about to change.

    They are written with the change itself, so that no moment lies between the two.
    """
    standing: dict[int, LedgerEvent] = {}
    for event in events:
        if event.kind == "signed" and scope_of(event).covers(participant_id, visit, form):
            standing[event.seq] = event
        elif event.kind == "signature_broken":
            standing.pop(int(event.details.get("signature", "0")), None)
    return [
        NewEvent(
            kind="signature_broken", participant_id=each.participant_id, visit=each.visit, form=each.form,
            details={"signature": str(seq), "meaning": each.details.get("meaning", ""), "by": why},
        )
        for seq, each in standing.items()
    ]  # fmt: skip


def owed_signatures(study: Study, snapshot: Snapshot, participant_id: str = "") -> tuple[Owed, ...]:
    """The complete visits that the definition wants signed and that nobody has signed, or whose signature is broken."""
    every = signatures(snapshot, participant_id)
    complete = {
        (e.participant_id, e.visit)
        for e in snapshot.events
        if e.kind == "visit_completed" and participant_id in ("", e.participant_id)
    }
    wanted = [(meaning, visit) for meaning in study.signatures for visit in meaning.owed_at]
    found = []
    for who, at in sorted(complete):
        for meaning, visit in wanted:
            if visit != at or not visit_completed(snapshot.events, who, at):
                continue
            own = [s for s in every if s.meaning == meaning.name and s.scope.level != "form" and _holds_for(s, who, at)]
            if not any(s.state == "valid" for s in own):
                found.append(Owed(Scope(who, at), meaning, bool(own)))
    return tuple(found)


def scope_of(event: LedgerEvent) -> Scope:
    return Scope(event.participant_id, event.visit, event.form)


def ended(events: Sequence[LedgerEvent], participant_id: str) -> bool:
    """Whether a participant's part in the study is over, so that all of it can be signed."""
    return participant_status(events, participant_id) in _OVER


def _holds_for(signature: Signature, participant_id: str, visit: str) -> bool:
    return signature.scope.participant_id == participant_id and signature.scope.visit in ("", visit)


def _judged(snapshot: Snapshot, event: LedgerEvent) -> Signature:
    scope, told = scope_of(event), event.details
    by = _breaking_entry(snapshot, event.seq, scope)
    if by is None and content_of(snapshot, scope).hash != told.get("hash"):
        by = _erasure(snapshot, event.seq, scope) or {"seq": 0, "kind": "content", "user": "", "at_utc": ""}
    return Signature(
        seq=event.seq,
        scope=scope,
        meaning=told.get("meaning", ""),
        statement=Text(told.get("statement", ""), told.get("statement_zh", "")),
        name=told.get("name", event.user),
        user=event.user,
        at_utc=event.at_utc,
        build=event.build,
        hash=told.get("hash", ""),
        head=told.get("head", ""),
        versions=int(told.get("versions", "0")),
        state="broken" if by else "valid",
        broken_by=_whole(by["seq"]) if by else None,
        broken_kind=str(by["kind"]) if by else "",
        broken_user=str(by["user"]) if by else "",
        broken_at=str(by["at_utc"]) if by else "",
    )


def _breaking_entry(snapshot: Snapshot, signed: int, scope: Scope) -> Mapping[str, object] | None:
    """The first entry after the signature that touches what it covers: a version, or an act that takes it back."""
    later = snapshot.versions.filter((pl.col("seq") > signed) & (pl.col("participant_id") == scope.participant_id))
    if scope.visit:
        later = later.filter(pl.col("visit") == scope.visit)
    if scope.form:
        later = later.filter(pl.col("form") == scope.form)
    found: list[Mapping[str, object]] = [
        {"seq": seq, "kind": "value", "user": user, "at_utc": at}
        for seq, user, at in later.select("seq", "user", "at_utc").sort("seq").head(1).rows()
    ]
    for event in snapshot.events:
        if event.seq > signed and _takes_back(event, signed, scope):
            found.append({"seq": event.seq, "kind": event.kind, "user": event.user, "at_utc": event.at_utc})
            break
    return min(found, key=lambda entry: _whole(entry["seq"]), default=None)


def _erasure(snapshot: Snapshot, signed: int, scope: Scope) -> Mapping[str, object] | None:
    for event in snapshot.events:
        inside = scope.covers(event.participant_id, event.visit, event.form)
        if event.kind == "erased" and event.seq > signed and inside:
            return {"seq": event.seq, "kind": "erased", "user": event.user, "at_utc": event.at_utc}
    return None


def _takes_back(event: LedgerEvent, signed: int, scope: Scope) -> bool:
    if event.kind == "signature_broken":
        return event.details.get("signature") == str(signed)
    if event.kind == "row_inactivated":
        return scope.covers(event.participant_id, event.visit, event.form)
    if event.kind == "visit_reopened":
        return scope.level != "form" and scope.covers(event.participant_id, event.visit, "")
    return scope.level == "participant" and event.kind in _STATUS and event.participant_id == scope.participant_id


def _whole(number: object) -> int:
    return number if isinstance(number, int) else int(str(number))
