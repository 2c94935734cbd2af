"""Conditions, interventions and arms: what is studied, what is given, and whether each says so."""

import datetime as dt
import re
from collections.abc import Iterator

from trialwright.register.passages import Phrase, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import DUMMY, is_dosed, only_people, plain, tells_dose
from trialwright.register.subject import MEDICINES, Subject
from trialwright.register.v2 import ArmGroup, Intervention
from trialwright.register.vocabulary import lines

_TEXT = "protocolSection.descriptionModule"
_CONDITIONS = "protocolSection.conditionsModule.conditions"
_GIVEN = "protocolSection.armsInterventionsModule.interventions"


_DEFINITIONS = "PRS data element definitions"
_DESCRIPTION_SINCE = dt.date(2017, 1, 18)
_ROUTE = Phrase(
    r"\b(?:oral(?:ly)?|intra\w+|subcutaneous(?:ly)?|s\.?c\.|i\.?v\.|i\.?m\.|p\.?o\.|infus\w+|inject\w+|tablets?"
    r"|capsules?|pills?|topical\w*|inhal\w+|"
    r"nebuli\w+|sublingual\w*|transdermal\w*|rectal\w*|patch|bolus|drip|by mouth|gel|cream|ointment|eye drops?"
    r"|nasal\w*|spray|suppositor\w+|syrup|"
    r"solution|suspension|parenteral\w*|enteral\w*|epidural|implant\w*|mouthwash|lozenge\w*|swallow\w*|ingest\w*"
    r"|buccal)\b"
)
_SCHEDULE = Phrase(
    r"\b(?:daily|weekly|monthly|once|twice|three times|every|q\d+\w*|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?"
    r"|q\.?i\.?d\.?|per day|a day|/day|per week|each|single|"
    r"continuous\w*|morning|evening|night(?:ly)?|loading|hourly|times|at (?:day|week|baseline)|biweekly"
    r"|fortnight\w*|od|qd|bd|bid|tid|d1)\b|/d(?:ay)?\b|\bday \d"
)
_DURATION = Phrase(
    r"\b(?:\d+|one|two|three|four|six|twelve)[\s-]*(?:minutes?|mins?|hours?|h|days?|weeks?|wks?|months?|mo"
    r"|years?|cycles?|doses)\b|\bday \d|\bsingle\b|\bonce\b|\buntil\b|\bthroughout\b"
)
_NAME_WORD = re.compile(r"[A-Za-z]{6,}")
_NAMELESS = re.compile(
    r"(?:study )?(?:drug|treatment|intervention|experimental|device|therapy|medication|group)s?(?: [a-d1-4])?"
)
_TYPE_WORDS = {
    "DRUG": "Drug",
    "BIOLOGICAL": "Biological",
    "DEVICE": "Device",
    "COMBINATION_PRODUCT": "Combination product",
}


@rule(
    "TW-REG-401",
    "error",
    "an intervention is listed as a condition",
    why="The record is found under a disease that does not exist, and missed by filters on diseases.",
    source=f"{_DEFINITIONS}: Primary Disease or Condition Being Studied",
    expected="Only the diseases or conditions studied.",
    cure="Remove it from the conditions; add it as a keyword if it should be found by that name.",
    example="conditions: a disease and the very drug that is given",
    needs=("conditionsModule.conditions", "armsInterventionsModule.interventions"),
    catches=(2,),
    interventional=True,
)
def drug_as_condition(subject: Subject) -> Iterator[Found]:
    given = {
        plain(name): one
        for one in subject.protocol.arms_interventions_module.interventions
        for name in (one.name, *one.other_names)
        if name
    }
    stems = tuple(lines("biological_stems"))
    for at, condition in enumerate(subject.protocol.conditions_module.conditions):
        one = given.get(plain(condition))
        one_word = " " not in condition.strip()
        by_name = one_word and condition.lower().endswith(stems)
        if one or by_name:
            kind = _TYPE_WORDS.get(one.type, one.type.lower()) if one else "biological product by its name"
            yield Found(
                where=f"{_CONDITIONS}[{at}]",
                found=f'"{condition}" is given as a condition; it is an intervention ({kind}).',
                quote=condition,
                severity="error" if by_name or (one and one.type in MEDICINES) else "warning",
            )


@rule(
    "TW-REG-402",
    "warning",
    "a biological product registered as a drug",
    why="Laws and searches treat biological products apart.",
    source=f"{_DEFINITIONS}: Intervention Type; WHO INN stems for biological substances",
    expected="Type Biological for antibodies, fusion proteins, cell and gene products, vaccines.",
    cure='Set the intervention type to "Biological".',
    example="a name that ends in -mab or -cept, type Drug",
    needs=("armsInterventionsModule.interventions",),
    catches=(16,),
)
def biological_as_drug(subject: Subject) -> Iterator[Found]:
    stems = tuple(lines("biological_stems"))
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        if one.type != "DRUG":
            continue
        named = [word for word in _NAME_WORD.findall(one.name) if word.lower().endswith(stems)]
        if named and not DUMMY.search(lowered(one.name)):
            yield Found(
                where=f"{_GIVEN}[{at}].type",
                found=f'"{named[0]}" is registered as a drug; by its name it is a biological product.',
                quote=one.name,
            )


@rule(
    "TW-REG-403",
    "error",
    "no dose, route, frequency or duration",
    why="Nobody can repeat the treatment, compare it or judge its safety from the record.",
    source=f"{_DEFINITIONS}: Intervention Description, required since 2017-01-18; WHO data set item 13",
    expected="Dose with unit, route, how often and for how long, for every medicine.",
    cure="Write: [name], [dose and unit], [route], [how often], [for how long]; by body weight where that decides.",
    example="description of how a drug works, nothing on how it is given",
    needs=("armsInterventionsModule.interventions", "armsInterventionsModule.armGroups"),
    catches=(4,),
    interventional=True,
)
def no_dose(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.arms_interventions_module
    asked = subject.started_since(_DESCRIPTION_SINCE)
    for at, one in enumerate(module.interventions):
        if one.type not in MEDICINES or not is_dosed(one.name):
            continue
        told = lowered(_told_of(one, module.arm_groups))
        if tells_dose(told) or _dosed_in_text(subject, lowered(one.name)):
            continue
        wanted = (("route", _ROUTE), ("frequency", _SCHEDULE), ("duration", _DURATION))
        missing = ["dose", *(word for word, pattern in wanted if not pattern.search(told))]
        if len(missing) > len(wanted) and not _digit(told):
            yield Found(
                where=f"{_GIVEN}[{at}].description",
                found=f'"{one.name}": no dose, route, frequency or duration is given here or in its arms.',
                quote=one.name,
                cure=f'Write: "{one.name}, [dose and unit], [route], [how often], for [how long]"; by body weight '
                f"where that decides.",
                severity="error" if asked and _is_studied(one, module.arm_groups) else "warning",
            )
        elif _is_studied(one, module.arm_groups):
            yield Found(
                where=f"{_GIVEN}[{at}].description",
                found=f'"{one.name}": no {", no ".join(missing)} is given here or in its arms.',
                quote=one.name,
                severity="warning" if len(missing) > 1 else "note",
            )


def _dosed_in_text(subject: Subject, name: str) -> bool:
    """A sentence of the summary or the description names the medicine beside an amount; older records told it there."""
    called = max(_LETTERS.findall(name), key=len, default="")
    if len(called) < _SHORTEST_NAME:
        return False
    told = [one.lower for one in subject.prose if one.path.startswith(_TEXT) and called in one.lower]
    return any(called in part and tells_dose(part) for text in told for part in _SENTENCE_ENDS.split(text))


_SHORTEST_NAME = 5  # letters: shorter words ("drug", "dose") name no medicine
_LETTERS = re.compile(r"[a-z]+")
_SENTENCE_ENDS = re.compile(r"[.;]\s|\n")


def _digit(text: str) -> bool:
    # digits inside a word (CD80, IL-6) are names, not amounts
    return bool(re.search(r"(?<![\w-])\d", text))


def _told_of(one: Intervention, arms: tuple[ArmGroup, ...]) -> str:
    named = [
        arm
        for arm in arms
        if arm.label in one.arm_group_labels or any(one.name in name for name in arm.intervention_names)
    ]
    arm_words = [f"{arm.label} {arm.description}" for arm in named if not only_people(arm.description)]
    return " ".join([one.name, one.description, *one.other_names, *arm_words])


def _is_studied(one: Intervention, arms: tuple[ArmGroup, ...]) -> bool:
    """Given in an experimental arm (or in arms of unnamed type)."""
    mine = [
        arm
        for arm in arms
        if arm.label in one.arm_group_labels or any(one.name in name for name in arm.intervention_names)
    ]
    return not mine or any(arm.type in ("EXPERIMENTAL", "") for arm in mine)


@rule(
    "TW-REG-410",
    "note",
    "an intervention name that names nothing",
    why="The treatment cannot be found or understood by that name.",
    source=f"{_DEFINITIONS}: Intervention Name is the generic name where there is one",
    expected="The generic name of what is given.",
    cure="Give the name of the drug, device or procedure.",
    example='"Treatment", "Drug A", "Intervention"',
    needs=("armsInterventionsModule.interventions",),
    interventional=True,
)
def nameless_intervention(subject: Subject) -> Iterator[Found]:
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        if _NAMELESS.fullmatch(plain(one.name)):
            yield Found(where=f"{_GIVEN}[{at}].name", found=f'The intervention is called "{one.name}".', quote=one.name)


@rule(
    "TW-REG-411",
    "warning",
    "the same condition twice",
    why="It counts twice in every search by condition.",
    source=f"{_DEFINITIONS}: Primary Disease or Condition Being Studied",
    expected="Each condition once.",
    cure="Remove the repetition.",
    example='"Asthma" and "asthma"',
    needs=("conditionsModule.conditions",),
)
def repeated_condition(subject: Subject) -> Iterator[Found]:
    seen: set[str] = set()
    for at, condition in enumerate(subject.protocol.conditions_module.conditions):
        if plain(condition) in seen:
            yield Found(where=f"{_CONDITIONS}[{at}]", found=f'"{condition}" stands there twice.', quote=condition)
        seen.add(plain(condition))


@rule(
    "TW-REG-412",
    "note",
    "a placebo of another kind",
    why="Filters on the kind of intervention count the placebo as a treatment of that kind.",
    source=f"{_DEFINITIONS}: Intervention Type, a placebo is of type Drug, a sham of type Device or Procedure",
    expected="Type Drug for a placebo (or Biological, or Dietary Supplement, where it imitates one).",
    cure='Set the intervention type of the placebo to "Drug".',
    example='"Genetic: Placebo"',
    needs=("armsInterventionsModule.interventions",),
    interventional=True,
)
def placebo_of_another_kind(subject: Subject) -> Iterator[Found]:
    for at, one in enumerate(subject.protocol.arms_interventions_module.interventions):
        if one.type in _NEVER_A_PLACEBO and _PLACEBO.fullmatch(plain(one.name)):
            kind = one.type.lower().replace("_", " ")
            yield Found(where=f"{_GIVEN}[{at}].type", found=f'"{one.name}" is of type {kind}.', quote=one.name)


_NEVER_A_PLACEBO = ("GENETIC", "DIAGNOSTIC_TEST", "BEHAVIORAL", "RADIATION", "PROCEDURE")
_PLACEBO = re.compile(
    r"(?:oral |matching |matched )?placebos?(?: (?:oral )?(?:tablets?|capsules?|pills?|infusion|injection"
    r"|comparator|control|group|arm|drug))?"
)

RULES = (
    placebo_of_another_kind,
    drug_as_condition,
    biological_as_drug,
    no_dose,
    nameless_intervention,
    repeated_condition,
)
