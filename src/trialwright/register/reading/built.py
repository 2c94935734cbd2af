"""A record built out of a page or an XML file: its text escaped as API v2 does, typed like a downloaded one."""

from collections.abc import Mapping

from trialwright.model.history import History
from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register.markdown import escape
from trialwright.register.reading.lossless import type_document

# The fields that the registry writes as Markdown; the others (titles, names, time frames) it leaves as typed.
_MARKUP_ENDS = ("escription", "omment", "Details")
_MARKUP = frozenset(
    ["briefSummary", "detailedDescription", "eligibilityCriteria", "whyStopped", "studyPopulation", "accessCriteria"]
)


def built_record(
    document: Mapping[str, object],
    source_format: str,
    name: str,
    *,
    lost: tuple[Lost, ...] = (),
    oddities: tuple[Problem, ...] = (),
    history: History | None = None,
    inferred: tuple[str, ...] = (),
) -> RegistryRecord:
    """The record of a v2 document whose text is as a person typed it."""
    typed = type_document(escaped(document))
    return RegistryRecord(
        typed=typed.record,
        kept=typed.kept,
        source_format=source_format,
        source_name=name,
        lost=lost,
        inferred=inferred,
        oddities=(*oddities, *typed.oddities),
        history=history,
    )


def escaped(document: Mapping[str, object]) -> dict[str, object]:
    """A v2 document whose text is as a person typed it, written as the registry writes it."""
    return {key: _escaped(piece, key) for key, piece in document.items()}


def _escaped(piece: object, key: str) -> object:
    if isinstance(piece, str):
        marked = key in _MARKUP or key.endswith(_MARKUP_ENDS)
        return escape(piece) if marked else piece.replace("\\", "\\\\")
    if isinstance(piece, Mapping):
        return {inner: _escaped(part, inner) for inner, part in piece.items()}
    if isinstance(piece, list):
        return [_escaped(part, key) for part in piece]
    return piece
