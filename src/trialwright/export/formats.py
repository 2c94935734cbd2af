"""The standards that data can be written in: every package of this folder that has a FORMAT."""

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.problem import Lost
from trialwright.model.signature import Signature
from trialwright.model.study import Study
from trialwright.model.text import Text


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """
    What whoever shares data of single participants decides: the fewest that share a category, and the key of new ids.

    `key` empty: the ids hold for this snapshot alone. With a key a participant has one id in every set made with it.
    """

    fewest: int = 3
    key: bytes = b""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What an export is made from: one definition, one snapshot, and what was derived and analysed from them."""

    study: Study
    snapshot: Snapshot
    analysis: Analysis
    rows: Sequence[ResultRow]
    catalog: Catalog
    signatures: Sequence[Signature] = ()  # each judged against what stands there now
    sharing: Sharing = Sharing()
    version: str  # of Trialwright, which the files name as their source system


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A standard: its name on the command line, what it is called, whom its files are for, and how they are written."""

    name: str
    title: Text
    says: Text
    write: Callable[[Source], dict[str, bytes]]


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
