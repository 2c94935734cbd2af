"""Who is admitted: ages, sex, healthy volunteers and both lists of criteria, held against each other."""

import re
from collections.abc import Iterator
from functools import lru_cache

from trialwright.register.passages import Phrase, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.subject import Subject, quoted

_PATH = "protocolSection.eligibilityModule"
_CRITERIA = ("eligibilityModule.eligibilityCriteria",)
_DEFINITIONS = "PRS data element definitions: Eligibility"
_INCONSISTENT = "PRS Major Comment: information appears inconsistent with other parts of the record"
_AGE_YEARS = re.compile(r"(\d{1,5})\s*Years?", re.I)


@rule(
    "TW-REG-606",
    "warning",
    "a criterion stands in both lists",
    why="Whoever meets it is asked for and kept out at once; each site decides for itself which list was meant.",
    source=_INCONSISTENT,
    expected="Each criterion in one of the two lists.",
    cure="Remove it from the list in which it stands by mistake.",
    example='"Body mass index from 25 to 40 kg/m2" among the inclusion and among the exclusion criteria',
    needs=_CRITERIA,
)
def in_both_lists(subject: Subject) -> Iterator[Found]:
    including, heading, excluding = subject.criteria_cut
    if not heading:
        return
    lines = _letters_of_lines(subject.criteria_lower)
    if len(set(lines)) == len(lines):  # few records have two lines of the same letters
        return
    both = set(_letters_of_lines(lowered(including))).intersection(_letters_of_lines(lowered(excluding)))
    if not both:
        return
    asked = {_bare(line) for line in including.splitlines() if _letters(lowered(line)) in both and _is_criterion(line)}
    for line in excluding.splitlines():
        if _letters(lowered(line)) in both and _is_criterion(line) and _bare(line) in asked:
            told = line.strip(" *-•\t")
            yield Found(where=f"{_PATH}.eligibilityCriteria", found=f"In both lists stands {quoted(told)}", quote=told)
            return


def _letters_of_lines(lower: str) -> list[bytes]:
    """The letters of each line that has any: the same criterion has the same, whatever its bullet and spaces."""
    return _letters(lower).split()


def _letters(lower: str) -> bytes:
    return lower.encode().translate(None, _NO_LETTERS)


_NO_LETTERS = bytes(at for at in range(256) if not (97 <= at <= 122 or at in b"\n\r"))


def _is_criterion(line: str) -> bool:
    # a line without bullet or number, or with a colon at its end, heads the lines below it in each list
    listed = bool(_ITEM.match(line)) and len(line.split()) >= 4 and not line.rstrip().endswith(":")
    return listed and "criteria" not in line  # "additional criteria apply" is none


def _bare(line: str) -> str:
    """The criterion alone; signs of comparison stay, for they decide."""
    return " ".join(_ITEM.sub("", line).lower().split()).strip(" .;,")


_ITEM = re.compile(r"\s*(?:[*•-]|\(?\d{1,2}[.)])\s*")


@rule(
    "TW-REG-611",
    "error",
    "the minimum age is above the maximum",
    why="Nobody can take part.",
    source=f"{_DEFINITIONS}: age limits",
    expected="Minimum age below maximum age.",
    cure="Correct the limits.",
    example="18 Years to 6 Months",
    needs=("eligibilityModule.minimumAge", "eligibilityModule.maximumAge"),
)
def ages_crossed(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.eligibility_module
    if not module.minimum_age or not module.maximum_age:
        return
    lowest, highest = _age_in_days(module.minimum_age), _age_in_days(module.maximum_age)
    if lowest is not None and highest is not None and lowest > highest:
        yield Found(where=f"{_PATH}.minimumAge", found=f"Ages {module.minimum_age} to {module.maximum_age}.")


def _age_in_days(text: str) -> float | None:
    found = re.match(r"(\d{1,5})\s*(Year|Month|Week|Day|Hour|Minute)", text, re.I)
    if not found:
        return None
    return (
        int(found.group(1))
        * {"year": 365.25, "month": 30.4, "week": 7, "day": 1, "hour": 1 / 24, "minute": 0}[found.group(2).lower()]
    )


@rule(
    "TW-REG-612",
    "warning",
    "the age in the text is another",
    why="Patients are told two different things on whether they may take part.",
    source="PRS Major Comment: information appears inconsistent with other parts of the record",
    expected="The same age limits in the criteria and in the age elements.",
    cure="Correct the text or the element.",
    example='minimum age 18 Years, text "aged 21 years or older"',
    needs=(*_CRITERIA, "eligibilityModule.minimumAge"),
)
def age_in_text(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.eligibility_module
    minimum = _AGE_YEARS.match(module.minimum_age)
    if not minimum:
        return
    told = subject.criteria_lower
    first = told.find("exclusion")  # a plain word is found faster than the headings that it may begin
    heading = _EXCLUSIONS.search(told, first) if first >= 0 else None
    inclusion = told[: heading.start()] if heading else told
    # the limit itself among the words shows that another age there means somebody else
    if minimum.group(1) in inclusion and _alone(minimum.group(1)).search(inclusion):
        return
    said = {int(found.group(1) or found.group(2)) for found in _SAID_AGE.finditer(inclusion)}
    if len(said) == 1 and int(minimum.group(1)) not in said:
        (age,) = said
        if abs(age - int(minimum.group(1))) > 1:
            yield Found(
                where=f"{_PATH}.minimumAge",
                found=f"The minimum age is {module.minimum_age}; the criteria say {age} years.",
            )


@lru_cache(maxsize=128)
def _alone(number: str) -> re.Pattern[str]:
    # the number first: a text is searched for it much faster than for what does not stand before it
    return re.compile(rf"{number}(?<![\d.]{number})(?![\d.])")


_EXCLUSIONS = re.compile(r"exclusion criteria|exclusions?\s*:")
_SAID_AGE = Phrase(
    r"(?:^|[\n.;*•-])\s*(?:\d\.\s*)?(?:age|aged|ages|age of|(?:men|women|males?|females?|adults?|patients"
    r"|subjects|participants)[\w ,/]{0,25}aged?)\s*(?:>=|≥|>|at least|:)?\s*(\d{1,2})\s*"
    r"(?:years|y)?\s*(?:of age )?(?:or older|and older|or above|and above|or over|and over|-|to)\b"
    r"|(?:^|[\n.;*•-])\s*(?:\d\.\s*)?(?:age[d]?\s*)?(?:>=|≥|at least)\s*(\d{1,2})\s*years(?: of age| old)",
    "age",
    "years old",
)


@rule(
    "TW-REG-614",
    "warning",
    "healthy volunteers against the criteria",
    why="Healthy people search by this element.",
    source="PRS Major Comment: information appears inconsistent with other parts of the record",
    expected="The same answer in the element and in the criteria.",
    cure="Correct the element or the criteria.",
    example='"healthy volunteers" included in the text, answer No',
    needs=(*_CRITERIA, "eligibilityModule.healthyVolunteers"),
)
def healthy_contradicted(subject: Subject) -> Iterator[Found]:
    module = subject.protocol.eligibility_module
    if module.healthy_volunteers is not False or "healthy" not in subject.words:
        return
    found = _HEALTHY.search(subject.criteria_lower.partition("exclusion")[0])
    if found:
        words_there = module.eligibility_criteria[found.start() : found.end()].strip()
        yield Found(
            where=f"{_PATH}.healthyVolunteers",
            found=f'The answer is No, but the criteria include "{words_there}".',
            quote=words_there,
        )


_HEALTHY = Phrase(
    r"(?:^|\n)\W*(?:\d+\W*)?healthy (?:adult |male |female |human )?(?:volunteers?|subjects?|participants?)\b",
    "healthy ",
)


@rule(
    "TW-REG-615",
    "warning",
    "the sex in the text is another",
    why="Patients filter by this element, and are told something else in the criteria.",
    source=_INCONSISTENT,
    expected="The same answer in the element and in the criteria.",
    cure="Correct the element or the criteria.",
    example='sex All, the first criterion "Women aged 50 years or older"',
    needs=(*_CRITERIA, "eligibilityModule.sex"),
)
def sex_in_text(subject: Subject) -> Iterator[Found]:
    sex = subject.protocol.eligibility_module.sex
    told = subject.criteria_lower[: len(subject.criteria_cut[0])]
    if sex in ("FEMALE", "MALE"):
        found = _BOTH_SEXES.search(told)
        if found:
            words_there = found.group(0)
            yield Found(where=f"{_PATH}.sex", found=f'The element says {sex.lower()}, the criteria "{words_there}".')
    elif sex == "ALL":
        for names, asked, other in ((_NAMES_OF_WOMEN, _WOMEN, _MEN), (_NAMES_OF_MEN, _MEN_ONLY, _WOMEN_TOO)):
            if subject.words.isdisjoint(names):
                continue
            found = asked.search(told) if _begins_a_line(told, names) else None
            if found and not other.search(told):
                line = found.group(0).strip(" *-•\t\n")
                yield Found(
                    where=f"{_PATH}.sex", found=f"The element says all, the criteria ask for {quoted(line)}", quote=line
                )


def _begins_a_line(told: str, names: tuple[str, ...]) -> bool:
    """One of the names stands where a criterion begins, behind a bullet, a number or one word more."""
    for name in names[:2]:  # each is the beginning of its plural
        at = told.find(name)
        while at >= 0:
            # in "women" and "treatment" the name is the end of another word
            if not told[at - 1 : at].isalpha() and _BEFORE_A_NAME.fullmatch(told, told.rfind("\n", 0, at) + 1, at):
                return True
            at = told.find(name, at + 1)
    return False


_BEFORE_A_NAME = re.compile(r"\W*(?:\d+\W*)?(?:[\w-]+ )?")
_NAMES_OF_WOMEN, _NAMES_OF_MEN = ("women", "female", "females"), ("men", "male", "males")
# at the beginning of a criterion; who may become pregnant is asked for another reason
_WOMEN = Phrase(
    r"(?:^|\n)\W*(?:\d+\W*)?(?:adult |pregnant |post-?menopausal |pre-?menopausal |healthy )?(?:women|females?)\b"
    r"(?![^\n]*(?:child|contracept|fertil|pregnancy test|menopaus|potential|steriliz|breast|lactat|nursing"
    r"|must))[^\n]*",
    "women",
    "female",
)
_MEN = Phrase(r"\b(?:men|males?|man|boys?|both|either sex|any sex|all sexes)\b")
_MEN_ONLY = Phrase(
    r"(?:^|\n)\W*(?:\d+\W*)?(?:adult |healthy )?(?:men|males?)\b(?![^\n]*(?:contracept|condom|fertil|partner"
    r"|must))[^\n]*",
    "men",
    "male",
)
_WOMEN_TOO = Phrase(r"\b(?:wom[ae]n|females?|girls?|both|either sex|any sex|all sexes|child|pregnan\w+)\b")
_BOTH_SEXES = Phrase(
    r"\b(?:men (?:and|or|/) ?women|women (?:and|or|/) ?men|males? (?:and|or) females?|females? (?:and|or) males?)\b"
)


RULES = (
    in_both_lists,
    ages_crossed,
    age_in_text,
    healthy_contradicted,
    sex_in_text,
)
