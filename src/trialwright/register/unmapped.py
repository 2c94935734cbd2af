"""The v2 paths that the PRS upload schema has no element for, each with the reason that a person wrote down."""

from functools import cache

from trialwright.register.vocabulary import lines


@cache
def prs_unmapped() -> dict[str, str]:
    """The reason by path; paths begin at the protocol section, lists are marked []."""
    parts = [line.partition(" | ") for line in lines("prs_unmapped")]
    return {f"protocolSection.{path}": reason for path, _, reason in parts}
