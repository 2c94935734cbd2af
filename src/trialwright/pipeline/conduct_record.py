"""The registry record as an act of the trial: the bytes of each submitted version, kept with the day."""

import base64
import hashlib

from trialwright.model.ledger import Conflict, LedgerEvent, NewEvent, Overtaken
from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.model.study import Study
from trialwright.pipeline.conduct_base import (
    Actor,
    Refused,
    Saved,
    check_any_role,
    check_past,
    decided_anew,
    read_acts,
    write_acts,
)
from trialwright.register import other_record, read_record
from trialwright.store import Ledger

_KEEPERS = ("keep_record", "grant", "enrol")
"""Whose roles may keep a submitted version: the registry officer, who keeps the roles, and the investigator."""
_PACKED = "base64"  # details are text: bytes that are no UTF-8 are kept packed


@decided_anew
def submit_record(
    ledger: Ledger,
    study: Study,
    actor: Actor,
    *,
    content: bytes,
    name: str,
    date: str,
    reason: str = "",
) -> Saved | Refused | Conflict | Overtaken:
    """
    This version of the record was submitted to the registry on a date; its bytes are kept as they are.

    The same bytes of the same day are kept once.
    Problems: what cannot be read as one record (TW-REG-001 to 013), a record of another study (TW-REG-968), TW-CAP-036.
    """
    seen, events = read_acts(ledger)
    told = check_any_role(study, events, actor, _KEEPERS, "registry record")
    day, wrong = check_past(ledger, study, date, "registry record")
    told += wrong + _readable(content, name, study)
    if told:
        return Refused(tuple(told))
    digest = hashlib.sha256(content).hexdigest()
    # not through `act`, which trims what people typed: here every byte counts
    details = {"date": day, "file": name, "sha256": digest, **_kept(content)}
    made = NewEvent(kind="record_submitted", details=details)
    return write_acts(ledger, study, actor, [made], reason=reason, token=f"record:{day}:{digest}", seen=seen)


def submitted_bytes(event: LedgerEvent) -> bytes:
    """The bytes of a submitted version as they were given; b"" for an act that kept none."""
    text = event.details.get("record", "")
    return base64.b64decode(text) if event.details.get("encoding") == _PACKED else text.encode()


def _kept(content: bytes) -> dict[str, str]:
    try:
        return {"record": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"record": base64.b64encode(content).decode("ascii"), "encoding": _PACKED}


def _readable(content: bytes, name: str, study: Study) -> list[Problem]:
    record = read_record(content, name)
    if not isinstance(record, RegistryRecord):
        return record
    found = record.typed.protocol_section.identification_module.nct_id
    ours = study.registration.registry_id
    return [other_record(found, ours)] if found and ours and found != ours else []
