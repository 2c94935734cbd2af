"""What stands behind a number, part by part: of everybody or of one participant, so many lines at once."""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec
from django.http import QueryDict

from trialwright.model.analysis import AnalysisRecord
from trialwright.model.ledger import LedgerEvent
from trialwright.pipeline.trace import TracedDatapoint
from trialwright.web.results import Found

AT_ONCE = 400


class _OfSomebody(Protocol):
    @property
    def participant_id(self) -> str: ...


_Line = TypeVar("_Line", bound=_OfSomebody)


class Part(msgspec.Struct, Generic[_Line], frozen=True, kw_only=True):
    """The lines `first` to `last` of `total`; `earlier` and `later` lead to those around them, "" where none are."""

    lines: tuple[_Line, ...]
    total: int
    first: int
    last: int
    earlier: str
    later: str


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """Everything behind one cell or record that was asked for; `participants` are all whom it rests on."""

    participants: tuple[str, ...]
    asked: str
    records: Part[AnalysisRecord]
    datapoints: Part[TracedDatapoint]
    events: Part[LedgerEvent]


def behind(found: Found, sent: QueryDict) -> Behind:
    """The parts of a page, by what its address asks: a participant, and how far each part was leafed through."""
    asked = str(sent.get("participant", "")).strip()
    everybody = {each.participant_id for part in (found.records, found.datapoints, found.events) for each in part}
    return Behind(
        participants=tuple(sorted(everybody - {""})),
        asked=asked,
        records=_part("records", found.records, asked, sent),
        datapoints=_part("datapoints", found.datapoints, asked, sent),
        events=_part("events", found.events, asked, sent),
    )


def _part(name: str, every: Sequence[_Line], asked: str, sent: QueryDict) -> Part[_Line]:
    chosen = [each for each in every if asked in ("", each.participant_id)]
    number = str(sent.get(name, "1"))
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
    pages = max(1, -(-len(chosen) // AT_ONCE))
    at = min(max(1, at), pages)
    lines = chosen[(at - 1) * AT_ONCE : at * AT_ONCE]
    start = (at - 1) * AT_ONCE
    return Part(
        lines=tuple(lines),
        total=len(chosen),
        first=start + 1 if lines else 0,
        last=start + len(lines),
        earlier=_leaf(name, at - 1, sent) if at > 1 else "",
        later=_leaf(name, at + 1, sent) if at < pages else "",
    )


def _leaf(name: str, at: int, sent: QueryDict) -> str:
    query = sent.copy()
    query[name] = str(at)
    return f"?{query.urlencode()}#{name}"
