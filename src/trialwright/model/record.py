"""A registry record as read: the typed v2 record, what its source lost, what was inferred."""

import msgspec

from trialwright.model.history import History
from trialwright.model.problem import Lost, Problem
from trialwright.model.v2 import V2Record

Step = str | int


class Kept(msgspec.Struct, frozen=True):
    """A piece that the typed record has no place for, as its source wrote it: an unknown key, an unknown word."""

    path: tuple[Step, ...]
    value: msgspec.Raw


class RegistryRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    A record in the shape of ClinicalTrials.gov API v2, nothing of its source dropped.

    Text keeps the Markdown escapes of API v2 (`register.plain` gives it without them), dates their precision. `lost`
    names by v2 path what the source had and its copy lost, `oddities` what the source says and the registry's
    vocabulary does not know. `kept` and `typed` together are the whole source.
    """

    typed: V2Record
    source_format: str  # "v2", "v2-history", "legacy-xml", "prs-xml", "tabular-text", "classic-text"
    source_name: str
    kept: tuple[Kept, ...] = ()
    lost: tuple[Lost, ...] = ()
    inferred: tuple[str, ...] = ()
    oddities: tuple[Problem, ...] = ()
    history: History | None = None

    @property
    def document(self) -> msgspec.Raw:
        """The whole record as v2 JSON, what was kept put back in its place."""
        encoded = msgspec.json.encode(self.typed)
        if not self.kept:
            return msgspec.Raw(encoded)
        whole = msgspec.json.decode(encoded)
        for piece in self.kept:
            _put_back(whole, piece)
        return msgspec.Raw(msgspec.json.encode(whole))


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one check, in the shape every command prints."""

    checked_on: str
    input: str
    findings: tuple[Problem, ...]
    lost: tuple[Lost, ...] = ()
    counts: dict[str, int] = {}
    accepted: tuple[Problem, ...] = ()  # what a baseline accepts, with its `reason` among the fields; not counted


def _put_back(whole: object, piece: Kept) -> None:
    place = whole
    for step, following in zip(piece.path, piece.path[1:], strict=False):
        if isinstance(place, dict) and isinstance(step, str):
            # a part that holds nothing but kept pieces is not written by the typed record
            place = place.setdefault(step, {} if isinstance(following, str) else [])
        elif isinstance(place, list) and isinstance(step, int):
            place = place[step]
    last, value = piece.path[-1], msgspec.json.decode(piece.value)
    if isinstance(place, list):
        place[int(last)] = value
    elif isinstance(place, dict):
        place[last] = value
