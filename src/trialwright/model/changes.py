"""How a registry record changed: versions, fields, outcome measures, and what was original. Words in both languages."""

from typing import Literal

import msgspec

from trialwright.model.text import Text

OutcomeChangeKind = Literal[
    "wording",
    "time frame",
    "measure swapped",
    "promoted",
    "demoted",
    "added",
    "dropped",
    "threshold changed",
]
SUBSTANCE: tuple[OutcomeChangeKind, ...] = (
    "time frame",
    "measure swapped",
    "promoted",
    "demoted",
    "added",
    "dropped",
    "threshold changed",
)
"""Every class of change but wording: what a reader of a trial must know of."""


class Piece(msgspec.Struct, frozen=True):
    """A run of words that both versions have, or only the earlier ("removed") or the later one ("added")."""

    kind: Literal["same", "removed", "added"]
    text: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """
    One field that differs. `path` is its v2 path, an item of a list named by its own words in brackets.

    `before` or `after` is "" where the field was absent; `pieces` tell a longer text word by word.
    """

    path: str
    module: Text
    label: Text
    item: str = ""  # which arm, site, reference ... of a list
    before: str = ""
    after: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        if self.before and self.after:
            return "changed"
        return "added" if self.after else "removed"


class OutcomeState(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome measure as one version registers it."""

    level: str
    measure: str
    description: str = ""
    time_frame: str = ""


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one outcome measure: its classes, both states, and one sentence a class."""

    kinds: tuple[OutcomeChangeKind, ...]
    before: OutcomeState | None
    after: OutcomeState | None
    says: tuple[Text, ...]

    @property
    def of_substance(self) -> bool:
        return any(kind in SUBSTANCE for kind in self.kinds)


class VersionNote(msgspec.Struct, frozen=True, kw_only=True):
    """
    One version. `date` is the day of its submission; `modules` are the parts that changed, in the registry's words.

    `source` says where we have it from: the registry, a file, a build of our own definition, the ledger.
    """

    number: int
    date: str
    source: str
    status: str = ""
    modules: tuple[str, ...] = ()
    reason: str = ""
    moment: Text = Text("")  # before the start, after primary completion ...


class RecordDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions held against each other. `moment` places the later one between start and completion."""

    before: str
    after: str
    date: str = ""
    moment: Text = Text("")
    fields: tuple[FieldChange, ...] = ()
    outcomes: tuple[OutcomeChange, ...] = ()

    @property
    def same(self) -> bool:
        return not self.fields and not self.outcomes


class OriginalCell(msgspec.Struct, frozen=True, kw_only=True):
    """
    A row "Original ..." of the tabular view: what was first registered beside what is registered now.

    `shown` is what the row prints: "Same as current", "Not Provided", or the original words.
    """

    label: Text
    current: tuple[str, ...]
    current_date: str
    original: tuple[str, ...]
    original_date: str
    same: bool
    shown: str


class RecordHistory(msgspec.Struct, frozen=True, kw_only=True):
    """
    Everything known of how a record changed.

    Shape:    `steps` hold each version against the one before, where both are at hand; `overall` the first against
              the last (only its outcome measures where the registry gives no more of the first); `originals` the rows
              "Original ..." of the tabular view.
    Missing:  `told` says what the source does not carry.
    """

    registry_id: str
    title: str
    versions: tuple[VersionNote, ...]
    steps: tuple[RecordDiff, ...]
    overall: RecordDiff
    originals: tuple[OriginalCell, ...]
    start: str = ""
    primary_completion: str = ""
    completion: str = ""
    told: tuple[Text, ...] = ()
    drift: RecordDiff | None = None  # our last version against the public copy, where both are at hand
