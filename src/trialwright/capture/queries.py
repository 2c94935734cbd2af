"""Every query with its whole conversation: opened, answered, closed, opened again; how old, and who is asked."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from trialwright.capture.checks import OpenQuery, query_of
from trialwright.model.ledger import LedgerEvent
from trialwright.model.text import Text

QueryState = Literal["open", "answered", "closed"]

QUERY_WORDS: dict[QueryState, Text] = {
    "open": Text("waits for an answer", "待答复"),
    "answered": Text("answered", "已答复"),
    "closed": Text("closed", "已关闭"),
}
_BECOMES: dict[str, QueryState] = {
    "query_opened": "open",
    "query_answered": "answered",
    "query_closed": "closed",
    "query_reopened": "open",
}


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """One query. `turns` are its acts, the opening first; `asked` is the role that shall answer ("" for the site)."""

    query: OpenQuery
    state: QueryState
    asked: str
    turns: tuple[LedgerEvent, ...]

    @property
    def opened(self) -> LedgerEvent:
        return self.turns[0]

    @property
    def by_person(self) -> bool:
        """A person asked; else a check did."""
        return not self.query.check

    def age_days(self, today: dt.date) -> int:
        """Days since it was opened, until today or until it was closed; counted by dates in UTC."""
        end = today
        if self.state == "closed":
            end = dt.date.fromisoformat(self.turns[-1].at_utc[:10])
        return max(0, (end - dt.date.fromisoformat(self.opened.at_utc[:10])).days)


def every_query(events: Iterable[LedgerEvent]) -> tuple[Query, ...]:
    """All queries that were ever opened, in that order."""
    turns: dict[int, list[LedgerEvent]] = {}
    for event in events:
        if event.kind == "query_opened":
            turns[event.seq] = [event]
        elif event.kind in _BECOMES:
            turns.get(int(event.details.get("query", "0")), []).append(event)
    return tuple(
        Query(
            query=msgspec.structs.replace(query_of(acts[0]), answered=acts[-1].kind == "query_answered"),
            state=_BECOMES[acts[-1].kind],
            asked=acts[0].details.get("to", ""),
            turns=tuple(acts),
        )
        for acts in turns.values()
    )
