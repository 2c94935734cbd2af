"""registration.yaml of a skeleton: every element of the record that no other file of the definition says."""

from functools import cache

import msgspec

from trialwright.define.gaps import gap
from trialwright.define.registry_elements import SAID_BY_STUDY, written_by_registry
from trialwright.model.problem import Lost
from trialwright.model.v2.protocol import ProtocolSection
from trialwright.register.paths import leaves


def registry_tree(protocol: ProtocolSection, lost: tuple[Lost, ...] = ()) -> dict[str, object]:
    """
    The elements under the registry's own names; what study.yaml says or the registry writes itself is left out.

    Missing:  an element that the copy lost is a gap that says so.
    """
    tree = _kept(msgspec.to_builtins(protocol), "")
    told: dict[str, object] = tree if isinstance(tree, dict) else {}
    for cell in lost:
        path = cell.where.removeprefix("protocolSection.")
        if path in _single_elements() and path not in SAID_BY_STUDY and path not in written_by_registry():
            _leave_open(told, path.split("."))
    return told


def _leave_open(tree: dict[str, object], steps: list[str]) -> None:
    *above, last = steps
    for step in above:
        inner = tree.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    tree.setdefault(last, gap(f"{last}, which the copy this was made from had lost"))


@cache
def _single_elements() -> frozenset[str]:
    """The elements that hold one value each and stand in no list."""
    ended = {path.removeprefix("protocolSection.") for path in leaves() if "[]" not in path}
    return frozenset(path for path in ended if not any(other.startswith(f"{path}.") for other in ended))


def _kept(piece: object, path: str) -> object:
    if path in SAID_BY_STUDY or path in written_by_registry():
        return None
    if isinstance(piece, dict):
        told = {key: _kept(value, f"{path}.{key}" if path else key) for key, value in piece.items()}
        return {key: value for key, value in told.items() if value not in (None, "")} or None
    if isinstance(piece, (list, tuple)):
        entries = [_kept(value, f"{path}[]") for value in piece]
        return [entry for entry in entries if entry not in (None, "")] or None
    if isinstance(piece, bool):
        return "yes" if piece else "no"
    return None if piece is None else str(piece)
