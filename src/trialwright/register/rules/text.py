"""The words themselves: misspelt names, broken grammar, words written twice, characters that a copy spoiled."""

import re
from collections.abc import Iterator
from functools import cache
from operator import itemgetter

from trialwright.register.passages import Phrase, around, small_before_capitals, words_of
from trialwright.register.rule import Found, rule
from trialwright.register.spelling import SAME_BEGINNING, is_everyday, meant, meant_for, unlisted
from trialwright.register.subject import MEDICINES, Subject, quoted
from trialwright.register.vocabulary import lines

_TEXTS = ("descriptionModule.briefSummary", "descriptionModule.detailedDescription")
_WORD = re.compile(r"[A-Za-z]{7,}")
_VERBS = ("treat", "receive", "enroll", "administer", "randomize", "inject", "evaluate")
# behind "will be" a verb in its bare form: "will be start at 25 mg"
_AFTER_WILL_BE = ("start", "measure", "assess", "perform", "evaluate", "collect", "calculate", "exclude", "treat")
_WILL_BE = Phrase(rf"\b(?:will|to) be (?:{'|'.join(_AFTER_WILL_BE)}) ", *(f" be {verb} " for verb in _AFTER_WILL_BE))
_BE = re.compile(rf"be (?:{'|'.join(_AFTER_WILL_BE)}) ")
_BEFORE = ("after ", "before ", "following ", "during ", "since ", "by ")
_BARE_VERB = Phrase(
    rf"\b(?:after|before|following|during|since|by) ({'|'.join(_VERBS)}) (?:with|the|of|in|by|at)\b",
    *(f"{verb} " for verb in _VERBS),
)
_ODD_ABBREVIATION = re.compile(rb"[a-z][A-Z]{3,7}(?![A-Za-z])")
# a word that English doubles on purpose
_DOUBLED = ("that", "had", "very", "so", "no", "bis", "beri", "many", "long")
_SPOILED_BY_FIRST_BYTE = {  # by their first byte in UTF-8
    0xEF: ("\ufffd",),
    ord("&"): ("&lt;", "&gt;", "&amp;", "&nbsp;", "&#"),
    0xC3: ("\u00e2\u20ac", "\u00c3\u00a9", "\u00c2\u00b1", "\u00ce\u00bc"),
}


def _given(subject: Subject) -> set[str]:
    module = subject.protocol.arms_interventions_module
    names = [name for one in module.interventions if one.type in MEDICINES for name in (one.name, *one.other_names)]
    return {word.lower() for name in names for word in _WORD.findall(name)}


def _studied(subject: Subject) -> set[str]:
    return {word.lower() for name in subject.protocol.conditions_module.conditions for word in _WORD.findall(name)}


@rule(
    "TW-REG-801",
    "warning",
    "a misspelt name or word",
    why="The record is not found by the right name, and readers doubt the rest.",
    source="PRS review criteria (advisory): spelling; compared with the record's own names, with lists of "
    "medicines and diseases, and with words that many records use",
    expected="The name or word as it is spelled in the intervention, the condition or the dictionaries.",
    cure="Correct the spelling everywhere.",
    example='"methotrexat" for methotrexate',
    needs=_TEXTS,
    catches=(19,),
)
def misspelt_name(subject: Subject) -> Iterator[Found]:
    given = _given(subject)
    beginnings = {name[:SAME_BEGINNING] for name in given}
    for word in sorted(unlisted(subject.words) - given):
        name = meant(word) or (meant_for(word, given) if word[:SAME_BEGINNING] in beginnings else "")
        if name and word not in _studied(subject):
            yield from _slip(subject, word, name)


def _slip(subject: Subject, word: str, name: str) -> Iterator[Found]:
    near = [one for one in subject.passages if word in one.lower]
    places = [(one.path, one.text[at : at + len(word)]) for one in near for at in _places_in(one.lower, word)]
    spelled = [as_written for _, as_written in places]
    # a word in capitals is an abbreviation, one always with a capital and far from the name may be a company
    if (
        not places
        or all(one.isupper() for one in spelled)
        or (not meant(word) and all(one[0].isupper() for one in spelled))
    ):
        return
    everyday = is_everyday(name)
    if everyday and all(one[0].isupper() for one in spelled):  # a brand or a surname looks like a slip
        return
    times = f", {len(places)} times" if len(places) > 1 else ""
    yield Found(
        where=places[0][0],
        found=f'"{spelled[0]}"{times}: is {name} meant?',
        quote=spelled[0],
        expected=f'"{name}".',
        cure=f'Write "{name}" everywhere.',
        severity="note" if everyday else None,
    )


def _places_in(lower: str, word: str) -> Iterator[int]:
    """Where the word stands by itself; what belongs to a web address is spelled as its owner likes."""
    at = lower.find(word)
    while at >= 0:
        end = at + len(word)
        alone = lower[at - 1 : at] not in _ASCII_LETTERS and lower[end : end + 1] not in _ASCII_LETTERS
        if alone and not lower.endswith(("://", "www."), 0, at) and not _ADDRESS_ENDS.match(lower, end):
            yield at
        at = lower.find(word, end)


_ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ADDRESS_ENDS = re.compile(r"\.[a-z]{2,3}\b")


@rule(
    "TW-REG-802",
    "note",
    "an abbreviation in the wrong case",
    why="Readers cannot tell whether two things are meant.",
    source="PRS review criteria (advisory): consistent spelling",
    expected="The same spelling throughout the record.",
    cure="Spell the abbreviation alike everywhere.",
    example='"kCCQ" beside "KCCQ"',
    needs=_TEXTS,
    catches=(19,),
)
def mixed_case_abbreviation(subject: Subject) -> Iterator[Found]:
    seen: set[str] = set()
    for at in small_before_capitals(subject.encoded):
        odd = _ODD_ABBREVIATION.match(subject.encoded, at)
        if odd is None or (word := odd.group(0).decode()) in seen:
            continue
        # a small first letter (cMRI, eGFR) is often meant; the plain form more often beside it shows that it is not
        seen.add(word)
        odd_ones = max(1, subject.whole.count(word))
        if subject.whole.count(word.upper()) <= odd_ones:
            continue
        usual = len(re.findall(rf"(?<![A-Za-z]){word.upper()}(?![A-Za-z])", subject.whole))
        if usual > odd_ones:
            where = next(one.path for one in subject.passages if word in one.text)
            yield Found(where=where, found=f'"{word}" stands beside "{word.upper()}".', quote=word)


@rule(
    "TW-REG-803",
    "note",
    "broken grammar",
    why="The sentence has more than one reading.",
    source="PRS review criteria (advisory): grammar and clarity",
    expected="A sentence a stranger understands at once.",
    cure='Write for instance "after the first dose of ...".',
    example='"12 weeks after treat with [drug]"',
    needs=(),
    catches=(8, 19),
)
def broken_grammar(subject: Subject) -> Iterator[Found]:
    for pattern in _broken(subject):
        yield from _first_of(subject, pattern)


def _broken(subject: Subject) -> Iterator[Phrase]:
    # other signs are spaces there: the pattern is asked of a place that has them, and says no
    letters = subject.letters
    if any(_stands_after_preposition(letters, verb) for verb in subject.words.intersection(_VERBS)):
        yield _BARE_VERB
    if not subject.words.isdisjoint(_AFTER_WILL_BE) and _BE.search(letters):
        yield _WILL_BE


def _first_of(subject: Subject, pattern: Phrase) -> Iterator[Found]:
    for passage in subject.passages:
        found = pattern.search(passage.lower)
        if found:
            words = passage.text[found.start() : found.end()].strip()
            yield Found(
                where=passage.path, found=f'"{words}" is not a phrase of English: {quoted(passage.text)}', quote=words
            )
            return


def _stands_after_preposition(letters: str, verb: str) -> bool:
    at = letters.find(f"{verb} ")
    while at >= 0 and not letters.endswith(_BEFORE, 0, at):
        at = letters.find(f"{verb} ", at + 1)
    return at >= 0


@rule(
    "TW-REG-813",
    "note",
    "a medical term slipped in translation",
    why="A reader who does not guess the original word understands something else.",
    source="Known false friends of translation (words/slips.txt)",
    expected="The English term.",
    cure="Use the term of the literature.",
    example='"myasthenia gravies" for myasthenia gravis',
    needs=_TEXTS,
    catches=(19,),
)
def translation_slip(subject: Subject) -> Iterator[Found]:
    slips = _slips()
    for wrong, right, needed in sorted(
        (one for key in slips.keys() & subject.words for one in slips[key]), key=itemgetter(0)
    ):
        where = (
            next((one.path for one in subject.passages if wrong in one.lower), "") if needed <= subject.words else ""
        )
        if where:
            yield Found(where=where, found=f'"{wrong}": is "{right}" meant?', quote=wrong, expected=f'"{right}".')


@cache
def _slips() -> dict[str, list[tuple[str, str, frozenset[str]]]]:
    """What is written, what is meant, and the words without which it cannot stand there, by the longest of these."""
    found: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
    for wrong, right in (line.split("\t") for line in lines("slips")):
        needed = words_of(wrong)
        found.setdefault(max(sorted(needed), key=len), []).append((wrong, right, needed))
    return found


@rule(
    "TW-REG-814",
    "note",
    "a word written twice",
    why="It is a slip that a reviewer will ask about, and part of the sentence may be missing.",
    source="PRS review criteria (advisory): spelling and grammar",
    expected="Each word once.",
    cure="Remove the second word, or put in the one that was meant.",
    example='"participants with with a first event"',
    needs=(),
)
def word_twice(subject: Subject) -> Iterator[Found]:
    for word in sorted(_doubled(subject.running_words).difference(_DOUBLED)):
        if len(word) < 2 or f"{word} {word}" not in subject.letters:  # "week 12, week 24"
            continue
        # on one line and alike: "Pain" may end one list item and begin the next
        pattern, twice = re.compile(rf"(?<![\w-]){word} {word}(?![\w-])"), f"{word} {word}"
        for passage in subject.passages:
            found = pattern.search(passage.lower) if twice in passage.lower else None
            if found:
                words_there = passage.text[found.start() : found.end()]
                if len(set(words_there.split())) > 1:
                    continue
                line = around(passage.text, found.start(), found.end())
                yield Found(where=passage.path, found=f'"{words_there}" stands in {quoted(line)}', quote=words_there)


def _doubled(words: list[str]) -> set[str]:
    """The words that follow upon themselves."""
    found: set[str] = set()
    before = ""
    for word in words:  # a loop: comparing words is cheap, calling a function for each pair is not
        if word == before:
            found.add(word)
        before = word
    return found


@rule(
    "TW-REG-815",
    "warning",
    "characters spoiled by copying",
    why="Readers see signs that mean nothing, and a number or comparison may be lost with them.",
    source="PRS review criteria (advisory): readable text",
    expected="The characters that were typed.",
    cure="Type the place again; copy as plain text in UTF-8.",
    example='"&lt;18 years", a black diamond with a question mark',
    needs=(),
)
def spoiled_characters(subject: Subject) -> Iterator[Found]:
    encoded = subject.encoded
    for first, signs in _SPOILED_BY_FIRST_BYTE.items():
        if first not in encoded:  # one byte is looked for much faster than two
            continue
        sign = next((sign for sign in signs if sign.encode() in encoded), "")
        if sign:
            passage = next(one for one in subject.passages if sign in one.text)
            at = passage.text.index(sign)
            told = passage.text[max(0, at - 25) : at + 25]
            yield Found(where=passage.path, found=f"Spoiled characters stand in {quoted(told)}", quote=told)
            return


RULES = (
    misspelt_name,
    mixed_case_abbreviation,
    broken_grammar,
    translation_slip,
    word_twice,
    spoiled_characters,
)
