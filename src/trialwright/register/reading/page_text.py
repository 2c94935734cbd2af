"""A page that was pasted as text: which of the registry's pages it is, and its record."""

from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register.reading import classic, tabular


def read_page(text: str, name: str) -> RegistryRecord | list[Problem]:
    """The record of the tabular or the classic page, or why the text is neither."""
    found = tabular.read(text, name)
    if isinstance(found, RegistryRecord):
        return found
    told = classic.read(text, name)
    return told if isinstance(told, RegistryRecord) else found
