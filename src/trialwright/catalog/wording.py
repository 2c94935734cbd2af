"""
English sentences of results in the reader's language.

Result rows hold English: they are data, the same in every language. Where a display is laid out for another language,
its sentences are looked up here, the English wording being the key, as in a message catalogue. Sentences with {fields}
are patterns; what stands in a field is worded in turn. A test holds every display against this book.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import cast

import msgspec

from trialwright.catalog.strict_yaml import read_yaml
from trialwright.catalog.typing_nodes import Typer
from trialwright.model.text import Text

QUOTE = "quote"
"""A field of this name holds words of the study's author or of a person: they are not worded but quoted beside it."""

_FIELD = re.compile(r"\{(\w+)\}")
CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_BETWEEN = re.compile("[;:,] ")
_SIGNS = {"; ": "；", ": ": "：", ", ": "，"}
_NEXT_SENTENCE = re.compile(r"(?<=[.?]) (?=[A-Z\d\u4e00-\u9fff])")


class Worded(msgspec.Struct, frozen=True):
    """A text in the reader's language, and the English it quotes."""

    text: str
    quotes: tuple[str, ...] = ()


class _Pattern(msgspec.Struct, frozen=True):
    english: re.Pattern[str]
    fields: tuple[str, ...]
    words: str


class Book:
    """
    The sentences of displays and methods, with the names of one study.

    `names` words single names (labels, titles) exactly; `asides` are sentences that only introduce a quotation,
    English sentence -> (words, quotation); `typed` are texts that people typed, which stay as they are.
    """

    def __init__(
        self,
        sentences: Iterable[Text],
        names: Mapping[str, str] | None = None,
        asides: Mapping[str, tuple[str, str]] | None = None,
        typed: Iterable[str] = (),
    ) -> None:
        known = tuple(sentences)
        self._exact = {_plain(each.en): each.zh for each in known if not _FIELD.search(each.en)}
        self._exact |= {_plain(english): words for english, words in (names or {}).items()}
        # The most said first: a sentence with few words of its own would take what a longer one fits.
        patterns = sorted((each for each in known if _FIELD.search(each.en)), key=lambda each: -_own_words(each.en))
        self._patterns = tuple(_pattern(each) for each in patterns)
        self._quoting = tuple(each for each in self._patterns if QUOTE in each.fields)
        self._asides = {_plain(english): told for english, told in (asides or {}).items()}
        self._typed = frozenset(typed)
        self._known: dict[str, Worded] = {}

    def is_typed(self, text: str) -> bool:
        """Whether somebody typed exactly this and it has no words of its own in the study."""
        return text in self._typed and _plain(text) not in self._exact

    def say(self, text: str) -> str:
        """The text in the reader's language; what is not known stays as it is."""
        return self.word(text).text

    def word(self, text: str) -> Worded:
        """The text and what it quotes; each text is looked up once."""
        if text not in self._known:
            self._known[text] = self._looked_up(text)
        return self._known[text]

    def _looked_up(self, text: str) -> Worded:
        if not re.search("[A-Za-z,:;]", text) or self.is_typed(text):
            return Worded(text)
        # A footnote is a sentence with its capital and full stop; as a cell it has neither.
        bare = text.removesuffix(".")
        # Without the stop first: a field at the end of a pattern would swallow it.
        forms = dict.fromkeys((bare, bare[:1].lower() + bare[1:], text))
        known = (
            next(filter(None, map(self._named, forms)), None)
            or self._fitting(forms, self._quoting)
            or self._sentences(text)
            or self._fitting(forms, self._patterns)
        )
        if known is None:
            return self._pieces(text)
        stop = "。" if text.endswith(".") and not known.text.endswith(("。", "：")) else ""
        return Worded(known.text + stop, known.quotes)

    def _named(self, text: str) -> Worded | None:
        plain = _plain(text)
        if plain in self._asides:
            words, quote = self._asides[plain]
            return Worded(words, (quote,))
        return Worded(self._exact[plain]) if plain in self._exact else None

    def _fitting(self, forms: Iterable[str], patterns: Iterable[_Pattern]) -> Worded | None:
        """The first pattern that any form fits: its full stop must not lead a sentence to one that says less."""
        plain = [_plain(form) for form in forms]
        for pattern in patterns:
            for form in plain:
                found = pattern.english.fullmatch(form)
                if found is not None:
                    return self._filled(pattern, found)
        return None

    def _filled(self, pattern: _Pattern, found: re.Match[str]) -> Worded:
        inner = {name: self.word(found[name]) for name in pattern.fields if name != QUOTE}
        quotes = tuple(quote for each in inner.values() for quote in each.quotes)
        if QUOTE in pattern.fields:
            quotes += (found[QUOTE],)
        return Worded(pattern.words.format_map({name: each.text for name, each in inner.items()}), quotes)

    def _sentences(self, text: str) -> Worded | None:
        sentences = _NEXT_SENTENCE.split(text)
        if len(sentences) == 1:
            return None
        parts = [self.word(sentence) for sentence in sentences]
        return Worded("".join(each.text for each in parts), tuple(q for each in parts for q in each.quotes))

    def _pieces(self, text: str) -> Worded:
        """A list of names and values: each by itself, with the signs of the language between them."""
        for found in _BETWEEN.finditer(text):
            head = self._named(text[: found.start()])
            if head is not None:
                tail = self.word(text[found.end() :])
                return Worded(f"{head.text}{_SIGNS[found.group()]}{tail.text}", tail.quotes)
        for sign, chinese in _SIGNS.items():
            if sign in text:
                said = chinese.join(self.say(part) for part in text.split(sign))
                return Worded(said if CJK.search(said.replace(chinese, "")) else text)
        return Worded(text)


@cache
def shared_sentences() -> tuple[Text, ...]:
    """The words that displays, figures and result rows share: words.yaml beside the displays."""
    name = "displays/words.yaml"
    node, wrong = read_yaml((files("trialwright.catalog") / name).read_text("utf-8"), name)
    typer = Typer(name)
    found = typer.value(node, tuple[Text, ...]) if node is not None else ()
    if wrong or typer.problems:
        raise ValueError("; ".join(problem.sentence() for problem in (*wrong, *typer.problems)))
    return cast("tuple[Text, ...]", found)


def _pattern(sentence: Text) -> _Pattern:
    parts = _FIELD.split(_plain(sentence.en))
    # A field with a name of one letter is one word: a count, a code.
    kinds = [r"\S+?" if len(part) == 1 else ".+?" for part in parts]
    written = "".join(f"(?P<{part}>{kinds[at]})" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return _Pattern(re.compile(written, re.DOTALL), tuple(parts[1::2]), sentence.zh)


def _own_words(english: str) -> int:
    """How many letters of a sentence are its own and not in a field."""
    return len(_FIELD.sub("", english))


def _plain(text: str) -> str:
    """Narrow blanks as blanks: the same sentence is printed with either."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
