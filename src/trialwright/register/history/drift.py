"""How the public copy of a record drifts from the version we hold: what people changed, not what the registry adds."""

import re

import msgspec

from trialwright.define.registry_elements import written_by_registry
from trialwright.model.changes import RecordDiff
from trialwright.model.record import RegistryRecord
from trialwright.register.history.versions import Version, compare_versions

_ITEM = re.compile(r"\[[^\]]*\]")
# what the site derives from time alone, or what a submission writes anew
_ANEW = ("statusModule.statusVerifiedDate", "statusModule.lastKnownStatus")


def drift_of(ours: Version, public: Version) -> RecordDiff:
    """
    Our version against the public copy, field by field.

    Missing:  what the registry writes itself, and what one of the two copies cannot carry or has lost, is no drift.
    """
    diff = compare_versions(ours, public)
    silent = _silent(ours.record) | _silent(public.record)
    fields = tuple(
        change
        for change in diff.fields
        if not _of_registry(_ITEM.sub("[]", change.path)) and not _lost(_ITEM.sub("[]", change.path), silent)
    )
    return msgspec.structs.replace(diff, fields=fields)


def _of_registry(path: str) -> bool:
    within = path.removeprefix("protocolSection.")
    return within in written_by_registry() or within in _ANEW or not path.startswith("protocolSection.")


def _silent(record: RegistryRecord) -> set[str]:
    return {cell.where for cell in record.lost}


def _lost(path: str, silent: set[str]) -> bool:
    return any(path == cell or path.startswith((f"{cell}.", f"{cell}[")) for cell in silent)
