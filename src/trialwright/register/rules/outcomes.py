"""Outcome measures: can each be computed from its own words?"""

import re
from collections.abc import Iterator
from functools import cache

from trialwright.register.passages import Phrase
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import plain
from trialwright.register.subject import PlacedOutcome, Subject, quoted
from trialwright.register.vocabulary import lines

_PRIMARY = ("outcomesModule.primaryOutcomes",)
_SECONDARY = ("outcomesModule.secondaryOutcomes",)


_EVERY = (*_PRIMARY, *_SECONDARY)
_MAJOR = "PRS Major Comment: outcome measure title and description do not provide sufficient information"


_REVIEW = "PRS review criteria: outcome-neutral title with one variable and one unit"
_DEFINITIONS = "PRS data element definitions: Outcome Measure"


_OPEN_LIST = Phrase(
    r"\band so (?:on|forth)\b|\betc\b\.?|\band (?:others?|more)\b(?=[.,;)]|$)|\bamong others\b|\.\.\.$",
    "and so",
    "etc",
    "and other",
    "and more",
    "among others",
    "...",
)
_DECIDES = Phrase(r"improve|respon|worsen|deteriorat|criteria|defined|success|compos")
_STATISTICS = (
    "number|proportion|rate|count|frequency|incidence|mean|median|change|ratio|difference|score|"
    "concentration|level|duration|auc|cmax|survival|prevalence|risk|odds|hazard|slope|days|event|"
    "index|value|volume|pressure|mass|fraction|weight|distance|responder|occurrence|presence|"
    "composite|death|mortality|cost|dose|amount|total|size|diameter|sensitivity|specificity|accuracy|percent|percentage"
)
_STATISTIC_WORDS = frozenset(f"{word}{plural}" for word in _STATISTICS.split("|") for plural in ("", "s"))
_STATISTIC = Phrase(r"\b(?:time to|time from|area under)s?\b", "time to", "time from", "area under")


@rule(
    "TW-REG-502",
    "error",
    "the outcome's definition is left open",
    why="An open list can be closed after the results are known.",
    source=f"{_MAJOR}; ICH E9 2.2.2: the primary variable is specified in the protocol",
    expected="A closed list of the measures that decide the outcome.",
    cure="Name every measure, and what is done where one is missing.",
    example='"pain, stiffness, swelling and so on"',
    needs=_PRIMARY,
    catches=(5,),
)
def open_definition(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes_of("primary"):
        if not _OPEN_LIST.hinted(placed.both):
            continue
        described, titled = placed.outcome.description, placed.outcome.measure
        inside, found = described, _OPEN_LIST.search(placed.description)
        if not found:
            inside, found = titled, _OPEN_LIST.search(placed.title)
        if found:
            words_there = inside[found.start() : found.end()]
            yield Found(
                where=f"{placed.path}.description",
                found=f'What is measured is left open by "{words_there}", so nobody can compute it.',
                quote=described,
                severity="error" if _DECIDES.search(placed.both) else "warning",
            )


@rule(
    "TW-REG-504",
    "warning",
    "more than one outcome measure in one",
    why="The measure that looks best can be chosen afterwards.",
    source="PRS Major Comment: more than one outcome measure appears to be described",
    expected="One variable with one unit in each outcome measure, or a stated composite.",
    cure="Register each as an outcome measure of its own, or say how they are combined.",
    example='"Blood pressure, heart rate and weight"',
    needs=_EVERY,
    catches=(5,),
)
def several_in_one(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes_of("primary"):
        if placed.title.count(",") + placed.title.count(";") < 2:
            continue
        measure = re.sub(r"\([^)]*\)", "", placed.outcome.measure)
        measure = re.split(r"\b(?:as )?(?:measured|assessed|defined|determined) (?:by|as|with)\b", measure, flags=re.I)[
            0
        ]
        if re.search(
            r"\b(?:composite|combin\w+|either|or|first|MACE|free|any|ratio|survival|number|percentage|proportion"
            r"|time)\b",
            measure,
            re.I,
        ):
            continue
        parts = [
            part
            for part in re.split(r",\s*(?:and\s+)?|;\s*|\s+and\s+|\s+&\s+", measure)
            if len(part.split()) <= 6 and part.strip()
        ]
        if measure.count(",") + measure.count(";") >= 2 and len(parts) >= 3:
            yield Found(
                where=f"{placed.path}.measure",
                found=f"{len(parts)} things are named in one outcome measure: {quoted(placed.outcome.measure)}",
                quote=placed.outcome.measure,
            )


@rule(
    "TW-REG-511",
    "warning",
    "a title that tells the hoped-for result",
    why="A title that tells the hoped-for result is biased if the result is another.",
    source=_REVIEW,
    expected="A neutral title: what is measured, not what is hoped.",
    cure='Write "Proportion of participants with ...", or "Change from baseline in ...".',
    example='"... score improved"',
    needs=_EVERY,
    catches=(6,),
)
def directional_title(subject: Subject) -> Iterator[Found]:
    ways = [way for word in _hoped_by_word().keys() & subject.words for way in _hoped_by_word()[word]]
    if not any(way in subject.titles_lower for way in ways):
        return
    for placed in subject.outcomes_of("primary", "secondary"):
        measure = placed.outcome.measure
        found = _hoped().search(placed.title)
        if found and not _NEUTRAL.search(placed.title):
            yield Found(
                where=f"{placed.path}.measure",
                found=f'The title says "{measure[found.start() : found.end()]}": {quoted(measure)}',
                quote=measure,
                wording=_neutral(measure, found.start(), found.end()),
                severity="warning" if placed.level == "primary" else "note",
            )


def _neutral(measure: str, start: int, end: int) -> str:
    """The title without the hoped-for word: "Improved joint pain" asks for the change in joint pain."""
    rest = " ".join(f"{measure[:start]} {measure[end:]}".split()).strip(" .,;:-")
    for little in ("in ", "of "):
        rest = rest.removeprefix(little)
    return f'"Change from baseline in {rest[:1].lower() + rest[1:2] + rest[2:]}".' if rest else ""


@cache
def _hoped() -> Phrase:
    hoped = lines("directional")
    return Phrase(rf"\b(?:{'|'.join(re.escape(word) for word in hoped)})\b", *hoped)


@cache
def _hoped_by_word() -> dict[str, list[str]]:
    """The same by their first words: what a record does not have among its words need not be looked for."""
    found: dict[str, list[str]] = {}
    for way in lines("directional"):
        found.setdefault(way.split()[0], []).append(way)
    return found


_NEUTRAL = Phrase(
    r"\b(?:number|proportion|percent\w*|rate|incidence|time to|time until|frequency|count|participants|patients"
    r"|lower and higher|subjects|achiev\w+|index|scale|score for|improvement score|"
    r"criteria|global impression|who|with|of (?:global|clinical)|ejection|risk|limit|limb|extremit\w+|extremity"
    r"|leg|back|body|bound|gi|gastro\w*|respiratory|urinary|defined)\b|%",
)


@rule(
    "TW-REG-512",
    "warning",
    "no unit and no statistic",
    why="Without it several analyses fit, and the best of them can be reported.",
    source=_REVIEW,
    expected="What is summarised: a proportion, a mean change, a time, a count, with its unit.",
    cure='Say the statistic and the unit, for instance "mean change from baseline, mg/day" or "proportion of '
    'participants".',
    example='"Muscle strength", without scale or summary',
    needs=_PRIMARY,
    catches=(6, 9),
)
def no_statistic(subject: Subject) -> Iterator[Found]:
    better = _BETTER.hinted(subject.titles_lower)
    for placed in subject.outcomes_of("primary", "secondary") if better else subject.outcomes_of("primary"):
        whole, title = placed.both, placed.outcome.measure
        bare_score = better and _BETTER.search(placed.title) and _SCORE.search(placed.title)
        if bare_score and not _SUMMARY.search(whole):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"Neither unit nor statistic is given (a proportion of responders? a mean change?): "
                f"{quoted(title)}",
                quote=title,
            )
        elif (
            placed.level == "primary"
            and _names_no_statistic(placed)
            and not _UNIT.search(whole)
            and not _DEFINED.search(whole)
            and len(whole.split()) < 25
        ):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"Neither unit nor statistic is given: {quoted(title)}",
                quote=title,
                severity="note",
            )


def _names_no_statistic(placed: PlacedOutcome) -> bool:
    if not _STATISTIC_WORDS.isdisjoint(placed.title.split()):  # most titles have one between two spaces
        return False
    told = placed.both  # its words are cut out once; a pattern of sixty words costs three times as much
    return "%" not in told and _STATISTIC_WORDS.isdisjoint(_WORD.findall(told)) and not _STATISTIC.search(told)


_WORD = re.compile(r"\w+")
_BETTER = Phrase(r"\b(?:improved|better|reduced)\b", "improved", "better", "reduced")
_SCORE = Phrase(r"\b(?:score|index|scale)\b")
_DEFINED = Phrase(r"\b(?:success|defined as)\b", "success", "defined as")
_UNIT = Phrase(
    r"\d|\((?:[kmµu]?g|[dm]?l|[cm]?m|mmhg|m?s|watts?|w|bpm|kcal|%)(?:/[a-z0-9^]{1,6})*\)|\b(?:minutes|seconds|hours|metres|meters|velocity|dimension|length|time|tmax|half-life|clearance|output|consumption|capacity|function)s?\b|/"
)
_SUMMARY = Phrase(
    r"\b(?:number|proportion|percentage|rate|count|frequency|incidence|mean|median|change|time to|participants"
    r"|responders)\b"
)


@rule(
    "TW-REG-513",
    "warning",
    "an outcome without a description",
    why="Two readers would measure two different things.",
    source=f"{_DEFINITIONS} Description, required if needed to understand the measure (since 2017-01-18)",
    expected="How the measure is obtained, its scale and what is summarised.",
    cure="Describe the measurement: instrument, range, which direction is better, unit.",
    example="a primary outcome with a title only",
    needs=_PRIMARY,
    interventional=True,
)
def no_description(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes_of("primary"):
        if not placed.outcome.description and len(placed.outcome.measure.split()) < 12:
            yield Found(
                where=f"{placed.path}.description",
                found=f"The primary outcome measure {quoted(placed.outcome.measure)} has no description.",
                quote=placed.outcome.measure,
                severity="warning" if len(placed.outcome.measure.split()) < 5 else "note",
            )


@rule(
    "TW-REG-514",
    "warning",
    "a description that repeats the title",
    why="Unit, baseline and summary stay open, so the outcome can be computed in several ways.",
    source=_MAJOR,
    expected="What the title does not say: how it is measured, the unit, the baseline, the summary.",
    cure="Describe the measurement (unit, baseline, how values are summarised).",
    example='title and description both "Dose of analgesic used"',
    needs=_EVERY,
    catches=(9, 10),
)
def description_repeats(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes:
        first, second = placed.title[:2], placed.description[:2]
        if not second or (first != second and (first + second).isalnum()):  # so it is with nearly all
            continue
        ends = placed.title.rstrip(_POINTS)[-1:] + placed.description.rstrip(_POINTS)[-1:]
        if ends[:1] != ends[1:] and ends.isalnum():
            continue
        told = plain(placed.outcome.description)
        if told and told == plain(placed.outcome.measure) and len(told.split()) < 15:
            yield Found(
                where=f"{placed.path}.description",
                found=f"The description only repeats the title {quoted(placed.outcome.measure)}: no unit, no "
                f"baseline, no summary.",
                quote=placed.outcome.measure,
            )


_POINTS = " .,;:)]"


RULES = (
    open_definition,
    several_in_one,
    directional_title,
    no_statistic,
    no_description,
    description_repeats,
)
