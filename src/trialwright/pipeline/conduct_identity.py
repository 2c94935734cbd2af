"""
Who a participant is: kept sealed beside the ledger, for the site that must find the person again, and for nobody else.

The ledger says that it was kept, read and erased, by whom and why; never what it says. No export, report, casebook or
archive can hold it, for none of them opens this store.
"""

import json
from collections.abc import Sequence

import msgspec

from trialwright.capture.gates import check_status
from trialwright.capture.keeping import check_deletion
from trialwright.capture.problems import problem
from trialwright.capture.status import STATUS_WORDS
from trialwright.model.ledger import Conflict, LedgerEvent, NewEvent, Overtaken
from trialwright.model.study import Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    acts_of,
    check_any_role,
    check_reason_given,
    decided_anew,
    local_day,
    read_acts,
    write_acts,
)
from trialwright.store import Ledger
from trialwright.store.sealed import SealedStore

LONGEST = 200
FIELDS: dict[str, Text] = {
    "name": Text("Name", "姓名"),
    "hospital_number": Text("Hospital number", "住院号/门诊号"),
    "telephone": Text("Telephone", "联系电话"),
    "note": Text("Note", "备注"),
}


class Identity(msgspec.Struct, frozen=True):
    """Who a participant is, as the site typed it: the fields of FIELDS that were filled in."""

    fields: dict[str, str]


@decided_anew
def keep_identity(
    ledger: Ledger, study: Study, actor: Actor, store: SealedStore, participant_id: str, *,
    fields: dict[str, str], reason: str = "", token: str = "",
) -> Saved | Refused | Conflict | Overtaken:  # fmt: skip
    """
    Seals who a participant is; an earlier entry is replaced, for a reason. It is erased then, or stays sealed and
    unread for as long as the definition says that the records are kept.

    Problems: TW-CAP-036, 032; TW-CAP-092 without a field or with one that is too long, 059 for a change without reason.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("identify",), "identity")
    told += check_status(events, participant_id, [status for status in STATUS_WORDS if status != "unknown"])
    filled = {name: fields.get(name, "").strip() for name in FIELDS if fields.get(name, "").strip()}
    longest = max(filled, key=lambda name: len(filled[name]), default="name")
    length = len(filled.get(longest, ""))
    if not filled or length > LONGEST:
        told.append(problem("TW-CAP-092", "identity", label=FIELDS[longest], count=length, allowed=LONGEST))
    told += check_reason_given(reason, "identity") if kept_hash(events, participant_id) else []
    if told:
        return Refused(tuple(told))
    digest = store.keep(participant_id, json.dumps(filled, ensure_ascii=False))
    made = NewEvent(kind="identity_kept", participant_id=participant_id, details={"seal": digest})
    done = write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)
    # what the ledger took stays; a seal that it did not take is an orphan and goes
    now = ledger.events(participant_id=participant_id)
    still_kept = check_deletion(study, acts_of(ledger, participant_id), local_day(study, ledger.now()), "identity")
    store.settle(participant_id, _every_hash(now) if still_kept else [kept_hash(now, participant_id)])
    return done


def _every_hash(events: Sequence[LedgerEvent]) -> list[str]:
    """The hashes of all that was ever kept of a participant and not erased since."""
    found: list[str] = []
    for event in events:
        if event.kind == "identity_erased":
            found.clear()
        elif event.kind == "identity_kept":
            found.append(event.details["seal"])
    return found


@decided_anew
def _read(
    ledger: Ledger, study: Study, actor: Actor, participant_id: str, *, reason: str
) -> Saved | Refused | Conflict | Overtaken:
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("identify",), "identity") + check_reason_given(reason, "identity")
    if not told and not kept_hash(events, participant_id):
        told.append(problem("TW-CAP-090", "identity", participant=participant_id))
    if told:
        return Refused(tuple(told))
    made = NewEvent(kind="identity_read", participant_id=participant_id)
    return write_acts(ledger, study, actor, [made], reason=reason, seen=seen)


def read_identity(
    ledger: Ledger, study: Study, actor: Actor, store: SealedStore, participant_id: str, *, reason: str
) -> Identity | Refused | Conflict:
    """
    Who a participant is. That it was read, by whom and why, stands in the ledger before anything is shown.

    Problems: TW-CAP-036, 059; TW-CAP-090 where nothing is kept, 091 where it cannot be opened.
    """
    done = _read(ledger, study, actor, participant_id, reason=reason)
    if not isinstance(done, Saved):
        return done
    text = store.read(participant_id, kept_hash(ledger.events(participant_id=participant_id), participant_id))
    if text is None:
        return Refused((problem("TW-CAP-091", "identity", participant=participant_id),))
    return Identity(msgspec.json.decode(text, type=dict[str, str]))


@decided_anew
def erase_identity(
    ledger: Ledger, study: Study, actor: Actor, store: SealedStore, participant_id: str, *, reason: str, token: str = ""
) -> Saved | Refused | Conflict | Overtaken:
    """
    Nobody can find out any more who a participant is: the seal is erased from the store; the act and its reason stay.

    Whoever finds a participant again by it is part of the records: where the definition says how long these are kept,
    it is erased only then.
    Problems: TW-CAP-036, 059; TW-CAP-090 where nothing is kept, 093 where the records are still to be kept.
    """
    seen, events = read_acts(ledger, participant_id)
    told = check_any_role(study, events, actor, ("identify",), "identity") + check_reason_given(reason, "identity")
    if not told and not kept_hash(events, participant_id):
        told.append(problem("TW-CAP-090", "identity", participant=participant_id))
    told += check_deletion(study, events, local_day(study, ledger.now()), "identity")
    if told:
        return Refused(tuple(told))
    made = NewEvent(kind="identity_erased", participant_id=participant_id)
    done = write_acts(ledger, study, actor, [made], reason=reason, token=token, seen=seen)
    if isinstance(done, Saved):
        store.settle(participant_id, ())
    return done


def kept_hash(events: Sequence[LedgerEvent], participant_id: str) -> str:
    """The hash of what is kept now of a participant; "" where nothing is."""
    digest = ""
    for event in events:
        if event.participant_id == participant_id and event.kind in ("identity_kept", "identity_erased"):
            digest = event.details.get("seal", "")
    return digest
