"""Which known name a word is a slip for: a letter wrong, or the beginning and end of a medicine with a slip between."""

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache

from trialwright.register.vocabulary import words

SHORTEST = 7
_LONG = 10
_MOST_SETTLED = 50_000  # words held in memory
_INTACT = 6  # letters compared on the side of a word that a slip near its other end leaves alone
SAME_BEGINNING = 3
_LONG_BEGINNING = 4
_SAME_ENDING = 3
_CLOSE = 0.73  # share of letters alike (difflib ratio) that makes a long word a slip, given the same beginning and end
_CLOSE_TO_GIVEN = 0.69  # the same for a medicine that this very record gives: its name is to be expected


@lru_cache(maxsize=50_000)
def meant(word: str) -> str:
    """
    The name or everyday word of the lists that the lower-case word is a slip for, or "".

    Missing: another form of a name (myositic), British spelling (anaemia) and every known word are no slips; the
    name of a substance as German or French writes it is one.
    """
    name = _nearest(word) if len(word) >= SHORTEST else ""
    return "" if name and _variant(word) in _variants() else name  # every known word is a variant of itself


def _nearest(word: str) -> str:
    sounding = _sounding(word)
    left_out = _where_letters_may_differ(sounding)
    if not left_out:  # so it is with most words: no name begins or ends as they do
        return ""
    if foreign := _foreign(word):
        return foreign
    for candidate in _one_slip_away(sounding, left_out):
        if not _is_other_form(word, candidate):
            return candidate
    if len(word) < _LONG:
        return ""
    near = _by_ends().get((word[:_LONG_BEGINNING], word[-_SAME_ENDING:]), ())
    return _closest(word, near, _CLOSE)


def meant_for(word: str, given: Collection[str]) -> str:
    """The medicine of `given` that the word is a slip for, or ""; of two that are as near, the first by letter."""
    if len(word) < SHORTEST or _variant(word) in _variants():
        return ""
    near = sorted(name for name in given if name[:SAME_BEGINNING] == word[:SAME_BEGINNING])
    return _closest(word, near, _CLOSE_TO_GIVEN)


def _closest(word: str, names: Collection[str], close: float) -> str:
    best, closeness = "", close
    for name in names:
        if abs(len(name) - len(word)) <= 3 and not _is_other_form(word, name):
            ratio = SequenceMatcher(None, word, name).ratio()
            if ratio > closeness:
                best, closeness = name, ratio
    return best


def _foreign(word: str) -> str:
    """The English name where the word is its German form (liraglutid) or its French one (rosuvastatine), or ""."""
    for name in (f"{word}e", word.removesuffix("e")):
        if name != word and name in _substances():
            return name
    return ""


def _is_other_form(word: str, name: str) -> bool:
    # endings differ between languages and between noun and adjective; the same ending shows a slip before it
    if word[-3:] == name[-3:]:
        return False
    return name[: len(word) - 3] == word[:-3] or name[:-3] == word[: len(name) - 3]


def _shortened(word: str) -> Iterator[str]:
    """The word, and the word without each one of its letters: two words one slip apart share one of these."""
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def _where_letters_may_differ(sounding: str) -> list[int]:
    """
    The letters of a word by which alone it may differ from a name.

    A slip leaves alone the first letter and what stands well before and behind it: where no name begins, or ends, as
    the word does there, it is not a slip in that stretch.
    """
    beginnings, endings, both = _ends()
    size = len(sounding)
    intact = min(_INTACT, size - 4)  # letters; two that changed places may lie on both sides of a border
    found = [1, 2] if sounding[:1] + sounding[-intact:] in endings else []
    if sounding[:3] + sounding[-3:] in both:
        found += range(3, size - 3)
    if (sounding[:intact], size) in beginnings:
        found += range(size - 3, size)
    return found


def _one_slip_away(sounding: str, left_out: list[int]) -> list[str]:
    """The names that share a shortened form with the word, in the order of the letters left out."""
    forms = _by_shortening()
    found = [*forms.get(sounding, ())]
    for at in left_out:
        found += forms.get(sounding[:at] + sounding[at + 1 :], ())
    return found


def _variant(word: str) -> str:
    """The word as other kinds of English and other languages spell it."""
    return word.replace("ae", "e").replace("oe", "e").replace("iemi", "emi").replace("sulph", "sulf")


def _sounding(word: str) -> str:
    return _variant(word).replace("y", "i")


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(words("medicines") | words("diseases") | words("instrument_words")))


@cache
def _substances() -> frozenset[str]:
    return words("medicines") | {"albumin", "hemoglobin", "transferrin", "ferritin", "thyroxine", "norepinephrine"}


def is_everyday(word: str) -> bool:
    """An everyday word, which is no name: a slip in it misleads nobody."""
    return word in words("everyday") and word not in _names()


def unlisted(met: set[str]) -> set[str]:
    """Those of the words that are long enough for a slip, and stand in none of the lists."""
    settled = never_a_slip()
    strange = met - settled
    short = {word for word in strange if len(word) < SHORTEST}
    if len(settled) < _MOST_SETTLED:
        settled |= short
    return strange - short


@cache
def never_a_slip() -> set[str]:
    """Every known word, and short words as they are met: the same few hundred make up half of each record's words."""
    return set(known_words())


@cache
def known_words() -> frozenset[str]:
    """Every word of the lists, none of which is a slip."""
    return frozenset((*words("known_words"), *words("everyday"), *words("look_alikes"), *_names()))


@cache
def _variants() -> frozenset[str]:
    return frozenset(_variant(word) for word in known_words())


@cache
def _by_shortening() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    # names first: where a word is one slip from both, the name is told
    for name in (*_names(), *sorted(words("everyday"))):
        if len(name) >= SHORTEST:
            for form in set(_shortened(_sounding(name))):
                found[form] = (*found.get(form, ()), name)
    return found


@cache
def _ends() -> tuple[frozenset[tuple[str, int]], frozenset[str], frozenset[str]]:
    """
    How names begin, with the lengths of their slips; how they end, behind their first letter; both in three letters.

    The shortest are here for their foreign forms of one letter more.
    """
    listed = {*_names(), *_substances(), *words("everyday")}
    names = [_sounding(name) for name in listed if len(name) >= SHORTEST - 1]
    return (
        frozenset(
            (name[: min(_INTACT, size - 4)], size) for name in names for size in range(len(name) - 1, len(name) + 2)
        ),
        # "ae" sounds like one letter: a word of seven may have but six
        frozenset(name[:1] + name[-intact:] for name in names for intact in range(2, _INTACT + 1)),
        frozenset(name[:3] + name[-3:] for name in names),
    )


@cache
def _by_ends() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    # diseases share beginnings and ends by nature (hypernatremia, hyperkalemia); medicines do not
    for name in sorted(words("medicines")):
        if len(name) >= _LONG:
            key = (name[:_LONG_BEGINNING], name[-_SAME_ENDING:])
            found[key] = (*found.get(key, ()), name)
    return found
