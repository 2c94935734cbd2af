"""The instruments that outcome measures name: is it one, which one, with which range, and as it was published?"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from trialwright.register.passages import Phrase, words_of
from trialwright.register.rule import Found, rule
from trialwright.register.rules.published import published, words_of_hints
from trialwright.register.subject import Subject
from trialwright.register.vocabulary import lines, words

_PRIMARY = ("outcomesModule.primaryOutcomes",)
_EVERY = (*_PRIMARY, "outcomesModule.secondaryOutcomes")
_MAJOR = "PRS Major Comment: outcome measure title and description do not provide sufficient information"


@rule(
    "TW-REG-501",
    "error",
    "the outcome names no instrument",
    why="A group publishes several scores and criteria; without the name nobody can compute the outcome.",
    source=f"{_MAJOR}; full name of the tool is required",
    expected="The name of an instrument or of a published response definition, with its version.",
    cure="Name the definition that is computed (for a group's core set: which improvement criteria, of which year).",
    example='"OMERACT score": the group publishes core sets, no score of that name',
    needs=_PRIMARY,
    catches=(5,),
)
def organisation_as_instrument(subject: Subject) -> Iterator[Found]:
    if not any(name in subject.outcomes_told for name in _organisations(subject.words)):
        return
    for placed in subject.outcomes_of("primary", "secondary"):
        found = _organisation_pattern().search(placed.told)
        if found:
            yield Found(
                where=f"{placed.path}.measure",
                found=f'"{found.group(0)}" is not an instrument: {found.group(1)} is a group that publishes several.',
                quote=placed.outcome.measure,
                severity="error" if placed.level == "primary" else "warning",
            )


def _organisations(known: set[str]) -> list[str]:
    """The organisations whose names are among the words of the record."""
    return [name for word, name in _organisation_names().items() if word in known]


@cache
def _organisation_names() -> dict[str, str]:
    return {name.lower(): name for name in lines("organisations")}


@cache
def _organisation_pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in lines("organisations"))
    return re.compile(rf"\b({names})\s+(?:score|scale|index|scores|criterion|assessment)\b")


@rule(
    "TW-REG-503",
    "warning",
    "differs from the published definition it paraphrases",
    why="A changed threshold changes who counts as a responder, and comparisons with other trials fail.",
    source="The published definition named in the finding",
    expected="The published definition in its own terms, or the difference stated as meant.",
    cure="Cite the definition and use its thresholds, or say that and why this study departs from it.",
    example='"over 20 percent" where the published definition says at least 20 percent',
    needs=_PRIMARY,
    catches=(5,),
)
def paraphrase_differs(subject: Subject) -> Iterator[Found]:
    if subject.words.isdisjoint(words_of_hints()):
        return
    near = [definition for definition in published() if definition.hinted(subject.words)]
    for placed in subject.outcomes_of("primary", "secondary") if near else ():
        for definition in near:
            if not definition.recognised(placed.both):
                continue
            for departure in definition.departures(placed.both):
                yield Found(
                    where=f"{placed.path}.description",
                    found=departure.found,
                    expected=departure.expected,
                    quote=departure.words_in(placed.told),
                    severity="error" if placed.level == "primary" and departure.decides else "warning",
                )


@rule(
    "TW-REG-515",
    "warning",
    "a questionnaire nobody knows",
    why="An instrument that cannot be looked up cannot be repeated or judged.",
    source="PRS review criteria: full name of the tool; compared with the registry's own use of names",
    expected="The instrument's published name and version.",
    cure="Give the published name; a translated name hides a known instrument (for function, often the Health "
    "Assessment Questionnaire).",
    example='"Daily Vigour Appraisal Questionnaire"',
    needs=_EVERY,
    catches=(7,),
)
def unknown_instrument(subject: Subject) -> Iterator[Found]:
    if subject.words.isdisjoint(_TOOLS):
        return
    for placed in subject.outcomes_of("primary", "secondary"):
        if "Questionnaire" not in placed.told and "Inventory" not in placed.told:
            continue
        for found in _NAMED_TOOL.finditer(placed.told):
            name = found.group(0)
            if not is_known_tool(name) and not _explained(placed.told, found.end()):
                yield Found(
                    where=f"{placed.path}.description"
                    if name in placed.outcome.description
                    else f"{placed.path}.measure",
                    found=f'"{name}" is not the name of an instrument in this checker\'s list.',
                    quote=name,
                    severity="warning" if placed.level == "primary" else "note",
                )


_TOOLS = frozenset(("questionnaire", "inventory"))
_NAMED_TOOL = re.compile(r"\b(?:[A-Z][a-z]+[ -]){2,5}(?:Questionnaire|Inventory)\b")


@lru_cache(maxsize=4096)  # one record names its questionnaire in many outcome measures
def is_known_tool(name: str) -> bool:
    """The name is that of a listed instrument, or a part of it, or has one within it."""
    known = words("instruments")
    lower = name.lower().replace("-", " ")
    return any(tool in lower or lower in tool for tool in known)


def _explained(text: str, end: int) -> bool:
    # an abbreviation or a citation behind the name shows that the sponsor means one published tool
    return bool(re.match(r"\s*(?:\(|\[|\d|version|v\.?\d|short form|score\s*\()", text[end:], re.I)) or bool(
        re.search(r"\b(?:validated|et al|item[s]?\b)", text, re.I)
    )


@rule(
    "TW-REG-516",
    "warning",
    "a scale without its range",
    why="A change of ten points means nothing without the ends of the scale.",
    source="PRS review criteria: scale range and which direction is better",
    expected="Minimum and maximum of the scale and what a higher value means.",
    cure='Add for instance "0 to 150, higher is stronger".',
    example='"KCCQ" without "0 to 100"',
    needs=_EVERY,
    catches=(7,),
)
def scale_without_range(subject: Subject) -> Iterator[Found]:
    ranges = {
        name: told
        for name, (told, needed) in _ranges().items()
        if needed <= subject.words and name in subject.outcomes_told
    }
    if not ranges:
        return
    for placed in subject.outcomes_of("primary", "secondary"):
        whole = placed.told
        bare = [name for name in ranges if name in whole and _alone(name).search(whole)]
        if not bare:
            continue
        # "Kansas City Cardiomyopathy Questionnaire (KCCQ)" is one scale
        bare = list({ranges[name]: name for name in reversed(bare)}.values())
        # three letters that mean other things too (a French airway, for one) need a scale beside them
        if "VAS" in bare and not _A_SCALE.search(placed.both):
            bare.remove("VAS")
        # a range anywhere in the text is taken as the scale's: precision before recall
        if bare and not _tells_range(placed.both):
            told = "; ".join(f"{name} ({ranges[name]})" for name in bare)
            yield Found(
                where=f"{placed.path}.description",
                found=f"Scale range and direction are not given for {told}.",
                quote=", ".join(bare),
                severity="warning" if len(bare) > 1 and placed.level == "primary" else "note",
            )


def _tells_range(lower: str) -> bool:
    """Two ends, a direction, or participants counted by what they answered, which needs no range."""
    return bool(_TWO_ENDS.search(lower) or any(phrase.search(lower) for phrase in _RANGE))


# begins with a digit, so that a text is searched at its digits alone
_TWO_ENDS = re.compile(r"\d(?:\d*\s*(?:-|–|to|and|through)\s*\d|(?<=0)(?<!\w0)\b[^.]{0,40}\bto\s+\d{1,3}\b)")
_RANGE = (
    Phrase(r"\brang\w+", "rang"),
    Phrase(r"\b(?:maximum|worst|best|poor(?:er|est))\b", "maximum", "worst", "best", "poorer", "poorest"),
    Phrase(r"\bhigher\b.{0,30}(?:score|value|better|worse|sever)", "higher"),
    Phrase(r"\b(?:number|proportion|percentage) of (?:participants|patients|subjects)\b", " of p", " of s"),
)
_A_SCALE = Phrase(r"\b(?:scales?|scores?|analog\w*|pain|itch|fatigue|visual)\b")


@cache
def _alone(name: str) -> re.Pattern[str]:
    # the name first: a text is searched for it much faster than for what does not stand before it
    return re.compile(rf"{re.escape(name)}(?<![\w-]{re.escape(name)})(?![\w-])")


@cache
def _ranges() -> dict[str, tuple[str, frozenset[str]]]:
    """The range of each scale, and the words without which its name cannot stand in a record."""
    pairs = (line.split("\t") for line in lines("scale_ranges"))
    return {name: (told, words_of(name)) for name, told in pairs}


RULES = (
    organisation_as_instrument,
    paraphrase_differs,
    unknown_instrument,
    scale_without_range,
)
