"""A snapshot from a small text table, so that a test shows its data as a person would write them down."""

import datetime as dt
import re

import polars as pl

from trialwright.model.ledger import VERSION_COLUMNS, Head, LedgerEvent, Snapshot

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (\S+))?")
_LIMIT = re.compile(r"([<>]=?\d+(?:\.\d+)?)(?: (\S+))?")
_DATE = re.compile(r"\d{4}-(\d{2}|UU)(-(\d{2}|UU))?")


def snapshot_of(table: str) -> Snapshot:
    """
    One line a datapoint or an event; empty lines and lines that begin with # are skipped.

    `P01 W0 physician_global.vas 5.0`         number in the item's own unit (`12 mm` in another)
    `P01 LOG#2 adverse_event.start 2021-03`   row 2 of a log; a date, partial or not (a year alone: 2021-UU)
    `P01 W0 muscle_enzymes.ck <20 U/L`        a limit as a laboratory prints it
    `P01 W0 mmt8.neck_flexors ?not done`      missing, with its reason
    `P01 LOG#1 adverse_event.grade =3`        a code that looks like a number; a word is a code as it stands
    `P01 LOG#1 adverse_event.term "Fever"`    words
    `P01 @withdrawn 2021-03-01 reason=moved`  an event with its date and details (participant `-`: the study's own)
    """
    versions: list[dict[str, object]] = []
    events: list[LedgerEvent] = []
    lines = [line.strip() for line in table.splitlines()]
    for seq, line in enumerate((x for x in lines if x and not x.startswith("#")), 1):
        participant, place, rest = line.split(maxsplit=2) if len(line.split()) > 2 else (*line.split(), "")
        if place.startswith("@"):
            events.append(_event(seq, participant, place[1:], rest))
        else:
            versions.append(_version(seq, participant, place, rest))
    frame = pl.DataFrame(versions, schema=VERSION_COLUMNS)
    return Snapshot(
        versions=frame, standing=lambda: frame, events=tuple(events), head=Head(len(versions) + len(events), "0" * 64),
        seal=lambda: "1" * 64, as_of_utc="2022-01-01T00:00:00Z",
    )  # fmt: skip


def _version(seq: int, participant: str, place: str, rest: str) -> dict[str, object]:
    visit, _, row = place.partition("#")
    item, _, raw = rest.partition(" ")
    kind, text, unit = _typed(raw.strip())
    return {
        "seq": seq, "replaces": 0, "group": seq, "participant_id": participant, "visit": visit,
        "form": item.partition(".")[0], "row": int(row or 0), "item": item, "raw": raw, "kind": kind, "text": text,
        "unit": unit, "user": "nurse", "at_utc": "2021-01-01T00:00:00Z", "reason": "", "build": 1, "origin": "typed",
    }  # fmt: skip


def _typed(raw: str) -> tuple[str, str, str]:
    if raw.startswith("?"):
        return "missing", raw[1:], ""
    if raw.startswith("="):
        return "code", raw[1:], ""
    if raw.startswith('"'):
        return "words", raw.strip('"'), ""
    if limit := _LIMIT.fullmatch(raw):
        return "limit", limit.group(1), limit.group(2) or ""
    if number := _NUMBER.fullmatch(raw):
        return "quantity", number.group(1), number.group(2) or ""
    return ("date", raw, "") if _DATE.fullmatch(raw) else ("code", raw, "")


def _event(seq: int, participant: str, kind: str, rest: str) -> LedgerEvent:
    words = rest.split()
    date = words.pop(0) if words and "=" not in words[0] else "2021-01-01"
    details = dict(word.split("=", 1) for word in words)
    return LedgerEvent(
        seq=seq, group=seq, kind=kind, participant_id="" if participant == "-" else participant,  # type: ignore[arg-type]
        visit=details.pop("visit", ""), form=details.pop("form", ""), row=int(details.pop("row", "0")), details=details,
        user="nurse", at_utc=f"{dt.date.fromisoformat(date).isoformat()}T08:00:00Z", reason="", build=1, origin="typed",
    )  # fmt: skip
