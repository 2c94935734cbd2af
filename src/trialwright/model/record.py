"""A registry record as read: the v2 document, what the source lost, what was inferred."""

import msgspec

from trialwright.model.problem import Lost, Problem


class RegistryRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    A record in the shape of ClinicalTrials.gov API v2, unknown keys kept.

    Text keeps the escapes of its source, dates their precision; `lost` names by v2 path what the source had and its
    copy lost.
    """

    document: msgspec.Raw  # the v2 document as JSON
    source_format: str  # "v2", "tabular-text" ...
    source_name: str
    lost: tuple[Lost, ...] = ()
    inferred: tuple[str, ...] = ()


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one check, in the shape every command prints."""

    checked_on: str
    input: str
    findings: tuple[Problem, ...]
    lost: tuple[Lost, ...] = ()
    counts: dict[str, int] = {}
