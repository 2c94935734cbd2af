"""
Freeze and lock: of a form, a visit, a participant, a site, the study.

A freeze stops entry while somebody looks; a lock says that this part is final. Opening a level lifts what holds it at
that level and above, for its own part only: one form of a locked participant can be corrected without opening the
rest, and a form that was locked by itself stays locked when its participant is opened.
The data lock of the whole study stands above all of it (`status.data_locked`) and is lifted only as a whole.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from trialwright.capture.problems import problem
from trialwright.capture.status import data_locked
from trialwright.model.ledger import LedgerEvent
from trialwright.model.problem import Problem
from trialwright.model.text import Text

Level = Literal["form", "visit", "participant", "site", "study"]
State = Literal["frozen", "locked"]

LEVELS: tuple[Level, ...] = ("form", "visit", "participant", "site", "study")
LEVEL_WORDS: dict[Level, Text] = {
    "form": Text("this form", "本表单"),
    "visit": Text("the visit", "该访视"),
    "participant": Text("the participant", "该参与者"),
    "site": Text("the site", "该研究中心"),
    "study": Text("the study", "整个研究"),
}
STATE_WORDS: dict[State, Text] = {"frozen": Text("frozen", "已冻结"), "locked": Text("locked", "已锁定")}


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a freeze or lock covers; everything empty is the study."""

    participant_id: str = ""
    visit: str = ""
    form: str = ""
    site: str = ""

    @property
    def level(self) -> Level:
        if self.form:
            return "form"
        if self.visit:
            return "visit"
        if self.participant_id:
            return "participant"
        return "site" if self.site else "study"


class Hold(msgspec.Struct, frozen=True):
    """Why something cannot be changed: its state, the level it was set at, and the act that set it."""

    state: State
    level: Level
    act: LedgerEvent


def hold_on(events: Iterable[LedgerEvent], participant_id: str, visit: str = "", form: str = "") -> Hold | None:
    """
    What holds a form, a visit as a whole or a participant as a whole; a lock before a freeze, the narrowest level.

    `events` hold the study's acts and the participant's. The data lock is not among the answers.
    """
    every = tuple(events)
    site = site_of(every, participant_id)
    return _standing(every, Scope(participant_id=participant_id, visit=visit, form=form, site=site))


def hold_on_site(events: Iterable[LedgerEvent], site: str) -> Hold | None:
    """The same for a site, or with "" for a freeze of the whole study."""
    return _standing(events, Scope(site=site))


def check_open(
    events: Iterable[LedgerEvent], where: str, participant_id: str, visit: str = "", form: str = ""
) -> list[Problem]:
    """TW-CAP-034 after data lock; TW-CAP-082 where a freeze or lock of any level covers this part."""
    every = tuple(events)
    if data_locked(every):
        return [problem("TW-CAP-034", where)]
    held = hold_on(every, participant_id, visit, form)
    if held is None:
        return []
    return [problem("TW-CAP-082", where, what=LEVEL_WORDS[held.level], state=STATE_WORDS[held.state])]


def site_of(events: Iterable[LedgerEvent], participant_id: str) -> str:
    """The site a participant was added at; "" for a stranger."""
    return next(
        (
            event.details.get("site", "")
            for event in events
            if event.kind == "participant_added" and event.participant_id == participant_id
        ),
        "",
    )


def scope_of(event: LedgerEvent) -> Scope | None:
    """What a freeze or lock act covers; None for the data lock and its lifting."""
    if event.participant_id:
        return Scope(participant_id=event.participant_id, visit=event.visit, form=event.form)
    if event.details.get("scope") == "site":
        return Scope(site=event.details.get("site", ""))
    return Scope() if event.kind in ("frozen", "unfrozen") else None


def _standing(events: Iterable[LedgerEvent], asked: Scope) -> Hold | None:
    held: dict[State, dict[Level, LedgerEvent]] = {"locked": {}, "frozen": {}}
    for event in events:
        if event.kind not in ("frozen", "unfrozen", "locked", "unlocked"):
            continue
        scope = scope_of(event)
        if scope is None or not _covers(scope, asked):
            continue
        state: State = "frozen" if event.kind in ("frozen", "unfrozen") else "locked"
        if event.kind in ("frozen", "locked"):
            held[state][scope.level] = event
        else:
            for level in LEVELS[LEVELS.index(scope.level) :]:
                held[state].pop(level, None)
    for state, levels in held.items():
        for level in LEVELS:
            if level in levels:
                return Hold(state, level, levels[level])
    return None


def _covers(scope: Scope, asked: Scope) -> bool:
    if scope.level == "study":
        return True
    if scope.level == "site":
        return scope.site == asked.site
    return (
        scope.participant_id == asked.participant_id
        and scope.visit in ("", asked.visit)
        and scope.form in ("", asked.form)
    )
