"""The words themselves: misspelt names, broken grammar, passages copied from one element into another."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache

from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import plain
from trialwright.register.subject import MEDICINES, Subject, quoted, sentences
from trialwright.register.vocabulary import lines, words

_TEXTS = ("descriptionModule.briefSummary", "descriptionModule.detailedDescription")
_WORD = re.compile(r"[A-Za-z]{7,}")
_CLOSE_TO_GIVEN = 0.69  # share of letters (difflib ratio) that makes an unknown word a likely slip for a medicine given
_CLOSE = 0.88  # the same for a word of the lists, which hold many names alike
_LONG_BEGINNING = 6
_SHORTEST = 7
_SAME_BEGINNING = 3
_COPIED_CHARACTERS = 200
_BARE_VERB = re.compile(
    r"\b(?:after|before|following|during|since|by) (treat|receive|enroll|administer|randomize|inject"
    r"|evaluate) (?:with|the|of|in|by|at)\b",
    re.I,
)


def _medicines_given(subject: Subject) -> set[str]:
    module = subject.protocol.arms_interventions_module
    names = [name for one in module.interventions if one.type in MEDICINES for name in (one.name, *one.other_names)]
    return {word.lower() for name in names for word in _WORD.findall(name)}


def _of_conditions(subject: Subject) -> set[str]:
    return {word.lower() for name in subject.protocol.conditions_module.conditions for word in _WORD.findall(name)}


@rule(
    "TW-REG-801",
    "warning",
    "a misspelt name",
    source="PRS review criteria (advisory): spelling; compared with the record's own names and lists of "
    "medicines and diseases",
    expected="The name as it is spelled in the intervention, the condition or the dictionaries.",
    cure="Correct the spelling everywhere.",
    example='"methotrexat" for methotrexate',
    needs=_TEXTS,
    catches=(19,),
)
def misspelt_name(subject: Subject) -> Iterator[Found]:
    given, studied = _medicines_given(subject), _of_conditions(subject)
    common = words("known_words")
    near_to_given = sorted(given)
    others = _by_beginning()
    found: dict[str, tuple[str, str, list[str]]] = {}
    for word, paths in subject.words.items():
        lower = word.lower()
        if len(lower) < _SHORTEST or lower in common or lower in given or lower in studied or word.isupper():
            continue
        american = lower.replace("ae", "e").replace("oe", "e")  # British spelling is no misspelling
        if any(
            form in listed for form in (lower, american) for listed in (common, words("medicines"), words("diseases"))
        ):
            continue
        meant = _nearest(lower, near_to_given, _CLOSE_TO_GIVEN, _SAME_BEGINNING)
        meant = meant or _nearest(lower, others.get(lower[:_SAME_BEGINNING], ()), _CLOSE, _SAME_BEGINNING)
        meant = meant or _nearest(lower, others.get(lower[:_SAME_BEGINNING], ()), _CLOSE_TO_GIVEN, _LONG_BEGINNING)
        if meant:
            spelled, _, places = found.setdefault(lower, (word, meant, []))
            places.extend(paths)
    for spelled, meant, places in found.values():
        times = f", {len(places)} times" if len(places) > 1 else ""
        yield Found(
            where=places[0], found=f'"{spelled}"{times}: is {meant} meant?', quote=spelled, expected=f'"{meant}".'
        )


@cache
def _by_beginning() -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for name in sorted(words("medicines") | words("diseases")):
        names.setdefault(name[:_SAME_BEGINNING], []).append(name)
    return {beginning: tuple(several) for beginning, several in names.items()}


def _nearest(word: str, names: Sequence[str], close: float, beginning: int) -> str:
    """The closest name, or ""; a mere difference of ending (myositic) is another form, not a slip."""
    best, closeness = "", close
    for name in names:
        if name[:beginning] != word[:beginning] or abs(len(name) - len(word)) > 3:
            continue
        if name[: len(word) - 3] == word[:-3] or name[:-3] == word[: len(name) - 3]:
            continue
        if beginning == _LONG_BEGINNING and name[-3:] != word[-3:]:
            continue
        ratio = SequenceMatcher(None, word, name).ratio()
        if ratio > closeness:
            best, closeness = name, ratio
    return best


@rule(
    "TW-REG-802",
    "note",
    "an abbreviation in the wrong case",
    source="PRS review criteria (advisory): consistent spelling",
    expected="The same spelling throughout the record.",
    cure="Spell the abbreviation alike everywhere.",
    example='"kCCQ" beside "KCCQ"',
    needs=_TEXTS,
    catches=(19,),
)
def mixed_case_abbreviation(subject: Subject) -> Iterator[Found]:
    for word, paths in subject.words.items():
        # a small first letter (cMRI, eGFR) is often meant; three capitals after it and the plain form beside
        # it are not
        if (
            4 <= len(word) <= 8
            and word[0].islower()
            and word[1:].isupper()
            and len(subject.words.get(word.upper(), ())) > 1
        ):
            yield Found(where=paths[0], found=f'"{word}" stands beside "{word.upper()}".', quote=word)


@rule(
    "TW-REG-803",
    "note",
    "broken grammar",
    source="PRS review criteria (advisory): grammar and clarity",
    expected="A sentence a stranger understands at once.",
    cure='Write for instance "after the first dose of ...".',
    example='"12 weeks after treat with [drug]"',
    needs=(),
    catches=(8, 19),
)
def broken_grammar(subject: Subject) -> Iterator[Found]:
    for path, text in subject.passages:
        found = _BARE_VERB.search(text)
        if found:
            yield Found(
                where=path, found=f'"{found.group(0)}" is not a phrase of English: {quoted(text)}', quote=found.group(0)
            )
            return


@rule(
    "TW-REG-811",
    "warning",
    "a passage copied from another element",
    source="PRS review criteria: each element answers its own question",
    expected="What is given and how, in the intervention; background, once, in the detailed description.",
    cure="Replace the copied background by the regimen.",
    example="657 characters of the intervention description stand word for word in the detailed description",
    needs=("descriptionModule.detailedDescription", "armsInterventionsModule.interventions"),
    catches=(20,),
)
def copied_passage(subject: Subject) -> Iterator[Found]:
    description = subject.protocol.description_module
    background = plain(f"{description.brief_summary}\n{description.detailed_description}")
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        copied = [line for line in sentences(one.description) if len(line) >= 60 and plain(line) in background]
        size = sum(len(line) for line in copied)
        if size >= _COPIED_CHARACTERS:
            yield Found(
                where=f"protocolSection.armsInterventionsModule.interventions[{at}].description",
                found=f"About {size} characters stand word for word in the summary or the detailed description: "
                f"{quoted(copied[0])}",
                quote=copied[0],
                # a regimen told twice is no harm; background in the place of a regimen is
                severity="note" if re.search(r"(?<![\w-])\d", one.description) else "warning",
            )


@rule(
    "TW-REG-812",
    "note",
    "the summary is cut out of the detailed description",
    source="PRS data element definitions: Detailed Description does not repeat the Brief Summary",
    expected="A summary in lay language and a description that adds to it.",
    cure="Write the summary anew for the public.",
    example="two of three sentences of the summary stand in the detailed description",
    needs=_TEXTS,
    catches=(20,),
)
def summary_repeats(subject: Subject) -> Iterator[Found]:
    description = subject.protocol.description_module
    background = plain(description.detailed_description)
    told = [line for line in sentences(description.brief_summary) if len(line) >= 60]
    copied = [line for line in told if plain(line) in background]
    if len(copied) >= 2 and 2 * len(copied) >= len(told):
        yield Found(
            where=f"protocolSection.{_TEXTS[0]}",
            found=f"{len(copied)} of {len(told)} sentences of the summary stand word for word in the detailed "
            f"description.",
            quote=copied[0],
        )


@rule(
    "TW-REG-813",
    "note",
    "a medical term slipped in translation",
    source="Known false friends of translation (words/slips.txt)",
    expected="The English term.",
    cure="Use the term of the literature.",
    example='"myasthenia gravies" for myasthenia gravis',
    needs=_TEXTS,
    catches=(19,),
)
def translation_slip(subject: Subject) -> Iterator[Found]:
    slips = [line.split("\t") for line in lines("slips")]
    whole = "\n".join(text for _, text in subject.passages).lower()
    if not any(wrong in whole for wrong, _ in slips):
        return
    for path, text in subject.passages:
        lower = text.lower()
        for wrong, right in slips:
            if wrong in lower:
                yield Found(where=path, found=f'"{wrong}": is "{right}" meant?', quote=wrong, expected=f'"{right}".')


RULES = (
    misspelt_name,
    mixed_case_abbreviation,
    broken_grammar,
    copied_passage,
    summary_repeats,
    translation_slip,
)
