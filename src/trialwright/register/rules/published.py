"""Published response definitions that registrations paraphrase, and how a paraphrase is seen to depart from them."""

import re
from functools import cache
from importlib.resources import files

import msgspec


@cache
def _hints(hints: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(hint.split()) for hint in hints)


class Departure(msgspec.Struct, frozen=True):
    """Words (`when`, a pattern) that change the definition, unless others (`unless`) put it right."""

    when: str
    unless: str
    decides: bool  # it changes who is a responder by itself
    found: str
    expected: str

    def words_in(self, text: str) -> str:
        """The text's own words that depart."""
        departing = re.search(self.when, text, re.I)
        return departing.group(0) if departing else ""


class PublishedDefinition(msgspec.Struct, frozen=True):
    """
    A definition of `words/published_definitions.json`; `recognised_by` are patterns that must all be met; of
    the plain words `hints`, in lower case, one stands wherever the first of them is met.
    """

    name: str
    source: str
    recognised_by: tuple[str, ...]
    hints: tuple[str, ...]
    all_departures: tuple[Departure, ...] = msgspec.field(name="departures")

    def recognised(self, lower: str) -> bool:
        """The lower-case text paraphrases this definition."""
        near = any(hint in lower for hint in self.hints)
        return near and all(re.search(pattern, lower, re.I | re.S) for pattern in self.recognised_by)

    def hinted(self, known: set[str]) -> bool:
        """The words of one of the hints are `known`: they stand in the record, so that it may paraphrase this."""
        return any(words <= known for words in _hints(self.hints))

    def departures(self, text: str) -> list[Departure]:
        """Where the text says something else than the definition."""
        return [
            departure
            for departure in self.all_departures
            if re.search(departure.when, text, re.I)
            and not (departure.unless and re.search(departure.unless, text, re.I))
        ]


@cache
def words_of_hints() -> frozenset[str]:
    """All words of all hints: a record with none of them paraphrases nothing."""
    return frozenset(word for definition in published() for hint in definition.hints for word in hint.split())


@cache
def published() -> tuple[PublishedDefinition, ...]:
    """Every published definition known to the checker."""
    data = files("trialwright.register").joinpath("words", "published_definitions.json").read_bytes()
    return msgspec.json.decode(data, type=tuple[PublishedDefinition, ...])
