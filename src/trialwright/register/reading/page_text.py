"""A page that was pasted as text: which of the registry's pages it is, and its record."""

from trialwright.model.problem import Problem
from trialwright.model.record import RegistryRecord
from trialwright.register.reading import tabular


def read_page(text: str, name: str) -> RegistryRecord | list[Problem]:
    """The record of the tabular page, or why the text is no page of a record."""
    return tabular.read(text, name)
