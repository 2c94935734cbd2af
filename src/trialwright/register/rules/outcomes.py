"""Outcome measures: can each be computed from its own words?"""

import re
from collections.abc import Iterator
from functools import cache

from trialwright.register.passages import Phrase, lowered
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import plain
from trialwright.register.rules.published import published
from trialwright.register.subject import Subject, quoted
from trialwright.register.vocabulary import lines, words

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
_STATISTIC = Phrase(
    r"\b(?:number|proportion|percent(?:age)?|rate|count|frequency|incidence|mean|median|change|time to|time from"
    r"|ratio|difference|score|"
    r"concentration|level|duration|area under|auc|cmax|survival|prevalence|risk|odds|hazard|slope|days|events?"
    r"|index|value|volume|pressure|mass|fraction|"
    r"weight|distance|responders?|occurrence|presence|composite|death|mortality|cost|dose|amount|total|size"
    r"|diameter|sensitivity|specificity|accuracy)s?\b|%",
)


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
    for placed in subject.outcomes_of("primary", "secondary"):
        found = _organisation_score(placed.told)
        if found:
            yield Found(
                where=f"{placed.path}.measure",
                found=f'"{found.group(0)}" is not an instrument: {found.group(1)} is a group that publishes several.',
                quote=placed.outcome.measure,
                severity="error" if placed.level == "primary" else "warning",
            )


def _organisation_score(told: str) -> re.Match[str] | None:
    return _organisation_pattern().search(told) if any(name in told for name in lines("organisations")) else None


@cache
def _organisation_pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in lines("organisations"))
    return re.compile(rf"\b({names})\s+(?:score|scale|index|scores|criterion|assessment)\b")


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
        inside, found = described, _OPEN_LIST.search(lowered(described))
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
    for placed in subject.outcomes_of("primary", "secondary"):
        for definition in published():
            if not definition.recognised(placed.both):
                continue
            for departure in definition.departures(placed.both):
                yield Found(
                    where=f"{placed.path}.description",
                    found=departure.found,
                    expected=departure.expected,
                    quote=placed.outcome.measure,
                    severity="error" if placed.level == "primary" and departure.decides else "warning",
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
    for placed in subject.outcomes_of("primary", "secondary"):
        measure = placed.outcome.measure
        found = _hoped().search(placed.title)
        if found and not _NEUTRAL.search(placed.title):
            yield Found(
                where=f"{placed.path}.measure",
                found=f'The title says "{measure[found.start() : found.end()]}": {quoted(measure)}',
                quote=measure,
                severity="warning" if placed.level == "primary" else "note",
            )


@cache
def _hoped() -> Phrase:
    hoped = lines("directional")
    return Phrase(rf"\b(?:{'|'.join(re.escape(word) for word in hoped)})\b", *hoped)


_NEUTRAL = Phrase(
    r"\b(?:number|proportion|percent\w*|rate|incidence|time to|time until|frequency|count|participants|patients"
    r"|lower and higher|subjects|achiev\w+|index|scale|score for|"
    r"criteria|global impression|who|with|of (?:global|clinical)|ejection|risk|limit|limb|extremit\w+|extremity"
    r"|leg|back|body|bound|gi|gastro\w*|respiratory|urinary)\b|%",
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
    for placed in subject.outcomes_of("primary", "secondary"):
        whole, title = placed.both, placed.outcome.measure
        bare_score = _BETTER.search(placed.title) and _SCORE.search(placed.title)
        if bare_score and not _SUMMARY.search(whole):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"Neither unit nor statistic is given (a proportion of responders? a mean change?): "
                f"{quoted(title)}",
                quote=title,
            )
        elif (
            placed.level == "primary"
            and len(whole.split()) < 25
            and not _STATISTIC.search(whole)
            and not _UNIT.search(whole)
            and not _DEFINED.search(whole)
        ):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"Neither unit nor statistic is given: {quoted(title)}",
                quote=title,
                severity="note",
            )


_BETTER = Phrase(r"\b(?:improved|better|reduced)\b", "improved", "better", "reduced")
_SCORE = Phrase(r"\b(?:score|index|scale)\b")
_DEFINED = Phrase(r"\b(?:success|defined as)\b", "success", "defined as")
_UNIT = Phrase(
    r"\d|\b(?:velocity|dimension|length|time|tmax|half-life|clearance|output|consumption|capacity|function)s?\b|/"
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
        if not placed.outcome.description or _first_word(placed.outcome.description) != _first_word(
            placed.outcome.measure
        ):
            continue
        told = plain(placed.outcome.description)
        if told and told == plain(placed.outcome.measure) and len(told.split()) < 15:
            yield Found(
                where=f"{placed.path}.description",
                found=f"The description only repeats the title {quoted(placed.outcome.measure)}: no unit, no "
                f"baseline, no summary.",
                quote=placed.outcome.measure,
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
    for placed in subject.outcomes_of("primary", "secondary"):
        if "uestionnaire" not in placed.told and "nventory" not in placed.told:
            continue
        for found in _NAMED_TOOL.finditer(placed.told):
            name = found.group(0)
            if not _is_known_tool(name) and not _explained(placed.told, found.end()):
                yield Found(
                    where=f"{placed.path}.description"
                    if name in placed.outcome.description
                    else f"{placed.path}.measure",
                    found=f'"{name}" is not the name of an instrument in this checker\'s list.',
                    quote=name,
                    severity="warning" if placed.level == "primary" else "note",
                )


_NAMED_TOOL = re.compile(r"\b(?:[A-Z][a-z]+[ -]){2,5}(?:Questionnaire|Inventory)\b")


def _first_word(text: str) -> str:
    found = _WORD.search(text)
    return found.group(0).lower() if found else ""


_WORD = re.compile(r"\w+")


def _is_known_tool(name: str) -> bool:
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
    needs=_PRIMARY,
    catches=(7,),
)
def scale_without_range(subject: Subject) -> Iterator[Found]:
    ranges = _ranges()
    for placed in subject.outcomes_of("primary"):
        whole = placed.told
        bare = [name for name in ranges if name in whole and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", whole)]
        # a range anywhere in the text is taken as the scale's: precision before recall
        if bare and not re.search(
            r"\d+\s*(?:-|–|to|and|through)\s*\d+|\brang\w+|\bmaximum\b|\bhigher (?:score|value)", whole, re.I
        ):
            told = "; ".join(f"{name} ({ranges[name]})" for name in bare)
            yield Found(
                where=f"{placed.path}.description",
                found=f"Scale range and direction are not given for {told}.",
                quote=", ".join(bare),
                severity="warning" if len(bare) > 1 else "note",
            )


@cache
def _ranges() -> dict[str, str]:
    return dict(line.split("\t") for line in lines("scale_ranges"))


RULES = (
    organisation_as_instrument,
    open_definition,
    paraphrase_differs,
    several_in_one,
    directional_title,
    no_statistic,
    no_description,
    description_repeats,
    unknown_instrument,
    scale_without_range,
)
