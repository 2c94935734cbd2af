"""The catalog entries that come nearest to the words of an outcome measure."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from trialwright.catalog import Catalog
from trialwright.model.entry import Criterion, Instrument

_WORD = re.compile(r"[a-z0-9]+")
# words of measuring that tell no instrument from another
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "change",
        "changes",
        "definition",
        "dose",
        "for",
        "from",
        "improvement",
        "in",
        "index",
        "is",
        "it",
        "number",
        "of",
        "on",
        "or",
        "other",
        "participant",
        "participants",
        "patient",
        "patients",
        "per",
        "rate",
        "score",
        "scale",
        "scores",
        "study",
        "subject",
        "subjects",
        "the",
        "to",
        "total",
        "value",
        "week",
        "with",
        "any",
        "day",
        "daily",
        "how",
        "does",
        "do",
        "whether",
        "what",
        "which",
        "not",
        "no",
        "yes",
        "who",
        "date",
        "start",
        "end",
    ]
)
_COVERED = 0.65  # share of a phrase's weight that the words must hold
_TELLING = 2  # an item of one word ("Heart") is named by accident too often
_RARE = 3  # a word that stands in at most so many entries tells one from the others


class Nearest(msgspec.Struct, frozen=True):
    """A catalog entry, and the words of it that the outcome measure holds."""

    kind: str  # "criterion" or "instrument"
    name: str
    title: str
    because: str

    def words(self) -> str:
        """ "haq_di (HAQ disability index)"."""
        return f"{self.name} ({self.title})"


class _Phrase(msgspec.Struct, frozen=True):
    words: tuple[str, ...]
    text: str


def nearest_entries(text: str, catalog: Catalog, most: int = 3) -> tuple[Nearest, ...]:
    """
    The entries whose name, title, score or item the text names, the best first; () where it names none.

    Shape:    response criteria and instruments together; an entry once, with the words that speak for it.
    """
    told = set(_words(text))
    phrases, weights, spread = _vocabulary(catalog)
    found: list[tuple[float, Nearest]] = []
    for (kind, name, title), own in phrases.items():
        best = max(((_strength(one, told, weights, spread), one.text) for one in own), default=(0.0, ""))
        if best[0] > 0:
            found.append((best[0], Nearest(kind, name, title, best[1])))
    return tuple(entry for _, entry in sorted(found, key=lambda each: (-each[0], each[1].name))[:most])


def _strength(phrase: _Phrase, told: set[str], weights: dict[str, float], spread: Counter[str]) -> float:
    held = [word for word in phrase.words if word in told]
    whole = sum(weights[word] for word in phrase.words)
    weight = sum(weights[word] for word in held)
    rare = any(spread[word] <= _RARE for word in held)
    return weight if whole and rare and weight / whole >= _COVERED else 0.0


@lru_cache(maxsize=4)
def _vocabulary(
    catalog: Catalog,
) -> tuple[dict[tuple[str, str, str], tuple[_Phrase, ...]], dict[str, float], Counter[str]]:
    """The phrases of every entry, what a word weighs, and in how many entries it stands."""
    phrases: dict[tuple[str, str, str], tuple[_Phrase, ...]] = {}
    for name in catalog.names("criterion"):
        criterion = catalog.criterion(name)
        phrases["criterion", name, criterion.title.en] = tuple(_phrases(_of_criterion(criterion)))
    for name in catalog.names("instrument"):
        instrument = catalog.instrument(name)
        phrases["instrument", name, instrument.title.en] = tuple(_phrases(_of_instrument(instrument)))
    spread = Counter(word for own in phrases.values() for word in {word for phrase in own for word in phrase.words})
    weights = {word: math.log(1 + len(phrases) / count) for word, count in spread.items()}
    return phrases, weights, spread


def _of_criterion(criterion: Criterion) -> Iterator[str]:
    yield from _title(criterion.title.en)
    yield criterion.name.replace("_", " ")


def _of_instrument(instrument: Instrument) -> Iterator[str]:
    yield from _title(instrument.title.en)
    yield instrument.name.replace("_", " ")
    # a log or a questionnaire is named as a whole: its items are questions, not measures of their own
    if instrument.measures and not any(item.slot for item in instrument.items):
        for label in (*(score.label.en for score in instrument.scores), *(item.label.en for item in instrument.items)):
            yield from (text for text in _title(label) if len(_words(text)) >= _TELLING)


def _title(title: str) -> Iterator[str]:
    """A title as a whole without its bracket, and what stands in the bracket: "HAQ disability index (HAQ-DI)"."""
    yield re.sub(r"\(.*?\)", " ", title)
    yield from (inner for inner in re.findall(r"\((.*?)\)", title) if not inner.isdecimal())


def _phrases(texts: Iterator[str]) -> Iterator[_Phrase]:
    for text in texts:
        words = tuple(dict.fromkeys(_words(text)))
        if words:
            yield _Phrase(words, " ".join(text.split()))


def _words(text: str) -> list[str]:
    """Telling words in their simplest form: plurals lose their s, years and single letters are left out."""
    return [
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in _WORD.findall(text.lower())
        if word not in _EMPTY and len(word) > 1 and not re.fullmatch(r"(?:19|20)\d\d", word)
    ]
