"""The study and the ledger that this server serves: opened once a process, its snapshot kept until the head moves."""

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import polars as pl

from trialwright.capture.roles import ALL_SITES, Grant, grants
from trialwright.catalog import load
from trialwright.define import read_site_wording, read_study
from trialwright.model.identity import once_for_both
from trialwright.model.ledger import Case, EventKind, LedgerEvent, Snapshot
from trialwright.model.study import Role, Study
from trialwright.model.text import Text
from trialwright.pipeline.conduct import today_at_site
from trialwright.pipeline.conduct_base import utc_text
from trialwright.store import Ledger

Sites = frozenset[str]
Acts = tuple[LedgerEvent, ...]
"""What something was worked out of; held to compare, because a count is the same in a ledger restored in its place."""
_ADDED: frozenset[EventKind] = frozenset({"participant_added"})
_GRANTS: frozenset[EventKind] = frozenset({"role_granted", "role_revoked"})


class Place:
    """One study with its ledger. Safe for threads: a snapshot is frozen and replaced as a whole."""

    def __init__(self, study: Study, ledger: Ledger, folder: Path) -> None:
        self.study = study
        self.ledger = ledger
        self.folder = folder
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._looked_at: Acts = ()
        self._simulated, self._stood = False, ""
        self._grants: tuple[Acts, tuple[Grant, ...]] = ((), ())
        self._homes: tuple[Acts, dict[str, str]] = ((), {})
        self._wording: Mapping[str, Text] | None = None
        self._views: dict[Sites, SitePlace] = {}
        self._builds: dict[int, Study] = {}

    def study_at(self, build: int) -> Study:
        """An earlier build of the definition, read once; the present one where its files are not there."""
        if build == self.study.build:
            return self.study
        with self._lock:
            if build not in self._builds:
                found, _ = read_study(self.folder, load(), build)
                self._builds[build] = found or self.study
            return self._builds[build]

    def snapshot(self) -> Snapshot:
        """The present state of everybody in columns; a page about one person asks `case` instead, which is cheaper."""
        with self._lock:
            kept = self._snapshot
            kept = self._snapshot = self.ledger.snapshot() if kept is None else self.ledger.snapshot_since(kept)
            return kept

    def case(self, participant_id: str) -> Case:
        """Everything of one participant."""
        return self.ledger.case(participant_id)

    def wording(self) -> Mapping[str, Text]:
        """Licensed wording that the site supplied, by item; read once."""
        with self._lock:
            if self._wording is None:
                self._wording, _ = read_site_wording(self.folder, self.study)
            return self._wording

    def events(self) -> tuple[LedgerEvent, ...]:
        """The acts of everybody."""
        return self.ledger.events()

    def events_about(self, participant_id: str) -> tuple[LedgerEvent, ...]:
        """The acts on the study as a whole and those on one participant, by seq."""
        return _together(self.ledger.events(participant_id=""), self.case(participant_id).events)

    @property
    def simulated(self) -> bool:
        """The database was made by `demo`: its participants are virtual and demo accounts may stand in it."""
        self._look()
        return self._simulated

    def today(self) -> dt.date:
        """
        The day at the site, by which pages say what is due and how old something is.

        In a demo it is the day on which the virtual clock stood still: its participants live in their own time.
        """
        self._look()
        return today_at_site(self.study, dt.datetime.fromisoformat(self._stood) if self._stood else self.ledger.now())

    def _look(self) -> None:
        """Whether anything is simulated, and until when: of the acts that came since the last look."""
        events = self.events()
        if events is self._looked_at:
            return
        seen = len(self._looked_at)
        if seen and (len(events) < seen or events[seen - 1] is not self._looked_at[-1]):
            # another ledger stands in its place
            seen, self._simulated, self._stood = 0, False, ""
        for event in events[seen:]:
            if event.origin == "simulated":
                self._simulated = True
                self._stood = max(self._stood, event.at_utc) if event.participant_id else self._stood
        self._looked_at = events

    def grants(self) -> tuple[Grant, ...]:
        """The whole delegation log; worked out again only when a role was given or taken back since."""
        acts = self.ledger.events(kinds=_GRANTS)
        held = self._grants
        if held[0] is not acts:
            held = self._grants = (acts, held[1] if held[0] == acts else grants(acts))
        return held[1]

    def site_of(self, participant_id: str) -> str | None:
        """The site of a participant; None for somebody who was never added."""
        added = self.ledger.events(kinds=_ADDED)
        held = self._homes
        if held[0] is not added:
            homes = held[1] if held[0] == added else {e.participant_id: e.details.get("site", "") for e in added}
            held = self._homes = (added, homes)
        return held[1].get(participant_id)

    def grants_of(self, user: str) -> tuple[Grant, ...]:
        """The grants of a person that are in force now."""
        now = utc_text(self.ledger.now())
        return tuple(grant for grant in self.grants() if grant.user == user and grant.counts(now))

    def roles_of(self, user: str) -> tuple[Role, ...]:
        """The roles a person holds now, at any site."""
        return self.roles_in(self.grants_of(user))

    def roles_in(self, held: Sequence[Grant], site: str | None = None) -> tuple[Role, ...]:
        """The roles of these grants: at any site, or (with `site`) those that count there."""
        names = {grant.role for grant in held if site is None or grant.site in (ALL_SITES, site)}
        return tuple(role for role in self.study.roles if role.name in names)

    def seen_from(self, sites: Sites | None) -> "Place":
        """This place as somebody of these sites sees it: the participants of other sites do not exist there."""
        if sites is None:
            return self
        with self._lock:
            view = self._views.get(sites)
            if view is None:
                view = self._views[sites] = SitePlace(self, sites)
            return view


@once_for_both
def _together(whole: Acts, own: Acts) -> Acts:
    """By seq; a page asks three times, and the ledger gives the same tuples until something is added."""
    return tuple(sorted((*whole, *own), key=lambda event: event.seq))


def sites_in(held: Sequence[Grant]) -> Sites | None:
    """The sites that a person's grants are given for; None for somebody who may see all of them."""
    sites = frozenset(grant.site for grant in held)
    return None if ALL_SITES in sites or not sites else sites


class SitePlace(Place):
    """A place without the participants of other sites: in no list, no audit trail, no answer to an address."""

    def __init__(self, whole: Place, sites: Sites) -> None:
        super().__init__(whole.study, whole.ledger, whole.folder)
        self._whole, self._sites = whole, sites
        self._seen: tuple[Snapshot, Snapshot] | None = None

    def snapshot(self) -> Snapshot:
        whole = self._whole.snapshot()
        kept = self._seen
        if kept is None or kept[0] is not whole:
            kept = self._seen = (whole, _without_others(whole, self._foreign()))
        return kept[1]

    def events(self) -> tuple[LedgerEvent, ...]:
        foreign = self._foreign()
        return tuple(event for event in self._whole.events() if event.participant_id not in foreign)

    def case(self, participant_id: str) -> Case:
        case = self._whole.case(participant_id)
        foreign = participant_id in self._foreign()
        return msgspec.structs.replace(case, last=0, events=(), forms={}, begun=frozenset()) if foreign else case

    def wording(self) -> Mapping[str, Text]:
        return self._whole.wording()

    def site_of(self, participant_id: str) -> str | None:
        site = self._whole.site_of(participant_id)
        return site if site in self._sites else None

    def _foreign(self) -> frozenset[str]:
        added = self.ledger.events(kinds=_ADDED)
        return frozenset(e.participant_id for e in added if e.details.get("site", "") not in self._sites)


def _without_others(snapshot: Snapshot, foreign: frozenset[str]) -> Snapshot:
    others = sorted(foreign)
    return msgspec.structs.replace(
        snapshot,
        versions=snapshot.versions.filter(~pl.col("participant_id").is_in(others)),
        standing=lambda: snapshot.current.filter(~pl.col("participant_id").is_in(others)),
        events=tuple(event for event in snapshot.events if event.participant_id not in foreign),
    )


_places: list[Place] = []


def use(place: Place) -> None:
    """Serve this place from now on (one a process; tests change it between cases)."""
    _places[:] = [place]


def current() -> Place:
    if not _places:
        raise RuntimeError("no study is being served: call place.use first")
    return _places[0]
