"""The words themselves: misspelt names, broken grammar, passages copied from one element into another."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject, quoted, sentences
from trialwright.register.vocabulary import lines, words

_TEXTS = ("descriptionModule.briefSummary", "descriptionModule.detailedDescription")
_WORD = re.compile(r"[A-Za-z]{7,}")
_CLOSE = 0.69  # share of letters in common (difflib ratio) that makes an unknown word a likely misspelling of a name
_SAME_BEGINNING = 3
_COPIED_CHARACTERS = 200
_BARE_VERB = re.compile(
    r"\b(?:after|before|following|during|since|by) (treat|receive|enroll|administer|randomize|inject"
    r"|evaluate) (?:with|the|of|in|by|at)\b",
    re.I,
)


def _passages(subject: Subject) -> list[tuple[str, str]]:
    protocol = subject.protocol
    told = [
        ("identificationModule.briefTitle", protocol.identification_module.brief_title),
        ("identificationModule.officialTitle", protocol.identification_module.official_title),
        (_TEXTS[0], protocol.description_module.brief_summary),
        (_TEXTS[1], protocol.description_module.detailed_description),
        ("eligibilityModule.eligibilityCriteria", protocol.eligibility_module.eligibility_criteria),
    ]
    for at, arm in enumerate(protocol.arms_interventions_module.arm_groups):
        told.append((f"armsInterventionsModule.armGroups[{at}].description", arm.description))
    for at, one in enumerate(protocol.arms_interventions_module.interventions):
        told.append((f"armsInterventionsModule.interventions[{at}].description", one.description))
    for placed in subject.outcomes:
        path = placed.path.removeprefix("protocolSection.")
        told += [(f"{path}.measure", placed.outcome.measure), (f"{path}.description", placed.outcome.description)]
        told.append((f"{path}.timeFrame", placed.outcome.time_frame))
    return [(f"protocolSection.{path}", text) for path, text in told if text]


def _names(subject: Subject) -> set[str]:
    """Names an unknown word is held against: what is given and studied, and the lists of medicines and diseases."""
    module = subject.protocol.arms_interventions_module
    own = [*subject.protocol.conditions_module.conditions]
    for one in module.interventions:
        own += [one.name, *one.other_names]
    mine = {word.lower() for name in own for word in _WORD.findall(name)}
    return mine | words("medicines") | words("diseases")


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
    passages = _passages(subject)
    names = _names(subject)
    beginnings: dict[str, list[str]] = {}
    for name in sorted(names):
        beginnings.setdefault(name[:_SAME_BEGINNING], []).append(name)
    known = words("known_words") | names
    places: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}
    for path, text in passages:
        for word in _WORD.findall(text):
            lower = word.lower()
            if lower not in known:
                places.setdefault(lower, []).append(path)
                spelled.setdefault(lower, word)
    for lower, where in places.items():
        near = _nearest(lower, beginnings.get(lower[:_SAME_BEGINNING], []))
        if near and not spelled[lower].isupper():
            times = f", {len(where)} times" if len(where) > 1 else ""
            yield Found(
                where=where[0],
                found=f'"{spelled[lower]}"{times}: is {near} meant?',
                quote=spelled[lower],
                expected=f'"{near}".',
            )


def _nearest(word: str, names: list[str]) -> str:
    """The closest name, or ""; a mere difference of ending (myositic) is another form, not a slip."""
    best, closeness = "", _CLOSE
    for name in names:
        if abs(len(name) - len(word)) > 3 or name.startswith(word[:-2]) or word.startswith(name[:-2]):
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
    example='"iMACS" beside "IMACS"',
    needs=_TEXTS,
    catches=(19,),
)
def mixed_case_abbreviation(subject: Subject) -> Iterator[Found]:
    passages = _passages(subject)
    upper: set[str] = set()
    mixed: dict[str, tuple[str, str]] = {}
    for path, text in passages:
        for word in re.findall(r"\b[A-Za-z]{4,8}\b", text):
            if word.isupper():
                upper.add(word)
            elif word[1:].isupper() and word[0].islower():
                mixed.setdefault(word, (word.upper(), path))
    for word, (plain, path) in mixed.items():
        if plain in upper:
            yield Found(where=path, found=f'"{word}" stands beside "{plain}".', quote=word)


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
    for path, text in _passages(subject):
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
    background = _compact(f"{description.brief_summary}\n{description.detailed_description}")
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        copied = [line for line in sentences(one.description) if len(line) >= 60 and _compact(line) in background]
        size = sum(len(line) for line in copied)
        if size >= _COPIED_CHARACTERS:
            yield Found(
                where=f"protocolSection.armsInterventionsModule.interventions[{at}].description",
                found=f"About {size} characters stand word for word in the summary or the detailed description: "
                f"{quoted(copied[0])}",
                quote=copied[0],
                severity="warning" if size * 2 > len(one.description) else "note",
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
    background = _compact(description.detailed_description)
    told = [line for line in sentences(description.brief_summary) if len(line) >= 60]
    copied = [line for line in told if _compact(line) in background]
    if len(copied) >= 2 and 2 * len(copied) >= len(told):
        yield Found(
            where=f"protocolSection.{_TEXTS[0]}",
            found=f"{len(copied)} of {len(told)} sentences of the summary stand word for word in the detailed "
            f"description.",
            quote=copied[0],
        )


def _compact(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


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
    for path, text in _passages(subject):
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
