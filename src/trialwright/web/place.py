"""The study and the ledger that this server serves: opened once a process, its snapshot kept until the head moves."""

import threading
from collections.abc import Mapping
from pathlib import Path

from trialwright.capture.status import roles_of
from trialwright.define import read_site_wording
from trialwright.model.ledger import Case, LedgerEvent, Snapshot
from trialwright.model.study import Role, Study
from trialwright.model.text import Text
from trialwright.store import Ledger


class Place:
    """One study with its ledger. Safe for threads: a snapshot is frozen and replaced as a whole."""

    def __init__(self, study: Study, ledger: Ledger, folder: Path) -> None:
        self.study = study
        self.ledger = ledger
        self.folder = folder
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._simulated, self._looked_at = False, 0
        self._wording: Mapping[str, Text] | None = None

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

    @property
    def simulated(self) -> bool:
        """The database was made by `demo`: its participants are virtual and demo accounts may stand in it."""
        if not self._simulated:
            events = self.events()
            self._simulated = any(event.origin == "simulated" for event in events[self._looked_at :])
            self._looked_at = len(events)
        return self._simulated

    def roles_of(self, user: str) -> tuple[Role, ...]:
        held = roles_of(self.ledger.events(kinds=("role_granted", "role_revoked")), user)
        return tuple(role for role in self.study.roles if role.name in held)


_places: list[Place] = []


def use(place: Place) -> None:
    """Serve this place from now on (one a process; tests change it between cases)."""
    _places[:] = [place]


def current() -> Place:
    if not _places:
        raise RuntimeError("no study is being served: call place.use first")
    return _places[0]
