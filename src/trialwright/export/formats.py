"""The standards that data can be written in: every package of this folder that has a FORMAT."""

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from typing import Literal, TypeVar, cast

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.files import File
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Lost
from trialwright.model.signature import Signature
from trialwright.model.study import Study
from trialwright.model.text import Text

Made = TypeVar("Made")


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """
    What whoever shares data of single participants decides: the fewest that share a category, and the key of new ids.

    `key` empty: the ids hold for this snapshot alone. With a key a participant has one id in every set made with it.
    """

    fewest: int = 3
    key: bytes = b""


class Source(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """
    What an export is made from: one definition, one snapshot, and what was derived and analysed from them.

    Several formats may be written from one source; `once` keeps what the first of them worked out for the others.
    """

    study: Study
    snapshot: Snapshot
    analysis: Analysis
    rows: Sequence[ResultRow]
    catalog: Catalog
    signatures: Sequence[Signature] = ()  # each judged against what stands there now
    sharing: Sharing = Sharing()
    version: str  # of Trialwright, which the files name as their source system

    @cached_property
    def _kept(self) -> dict[Callable[["Source"], object], object]:
        # No field: a source that was replaced with another snapshot must not find what this one was asked for.
        return {}

    def once(self, make: Callable[["Source"], Made]) -> Made:
        """What `make` gives for this source, made when it is first asked for: four formats stand on one SDTM."""
        if make not in self._kept:
            self._kept[make] = make(self)
        return cast(Made, self._kept[make])

    def drop(self, make: Callable[["Source"], object]) -> None:
        """Keeps what `make` gave no longer: something smaller stands for it, and whoever asks again waits again."""
        self._kept.pop(make, None)


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """
    A standard: its name on the command line, what it is called, whom its files are for, and how they are written.

    `write` gives one file after the other; what does not reconcile is refused before the first of them. Formats of one
    `family` stand on the same tables, which are worked out once where they are written from one source.
    """

    name: str
    title: Text
    says: Text
    write: Callable[[Source], Iterable[File]]
    family: Literal["", "datasets", "tables"] = ""


@cache
def formats() -> dict[str, Format]:
    """Every format by name, in alphabetical order; a new one is a new folder."""
    import trialwright.export as here

    found: dict[str, Format] = {}
    for module in sorted(each.name for each in pkgutil.iter_modules(here.__path__) if each.ispkg):
        made = getattr(importlib.import_module(f"{here.__name__}.{module}"), "FORMAT", None)
        if isinstance(made, Format):
            found[made.name] = made
    return found


def lost_file(lost: Iterable[Lost], counts: dict[str, int] | None = None) -> bytes:
    """`lost.json`: what a format cannot carry, each with the reason, and how many values were counted."""
    told: dict[str, object] = {"lost": [{"where": each.where, "reason": each.reason} for each in lost]}
    if counts is not None:
        told["counts"] = counts
    return json_file(told)


def json_file(document: object) -> bytes:
    """A document as every export writes its JSON: UTF-8, one space a level, a line end at the end."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
