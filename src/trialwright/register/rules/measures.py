"""Outcome measures that are none: aims, composites nobody can take apart, and what is asked at baseline only."""

import re
from collections.abc import Iterator
from itertools import product
from string import ascii_lowercase

from trialwright.register.passages import Phrase
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import plain
from trialwright.register.subject import PlacedOutcome, Subject, quoted

_PRIMARY = ("outcomesModule.primaryOutcomes",)
_EVERY = (*_PRIMARY, "outcomesModule.secondaryOutcomes")
_DEFINITIONS = "PRS data element definitions: Outcome Measure"
_MAJOR = "PRS Major Comment: outcome measure title and description do not provide sufficient information"


def _others(found: list[PlacedOutcome]) -> str:
    return f" {len(found) - 1} more {found[0].level} outcomes do the same." if len(found) > 1 else ""


@rule(
    "TW-REG-505",
    "warning",
    "a composite without its components",
    why="Which events count can be chosen after the results are known.",
    source=f"{_MAJOR}; CONSORT 2025, outcomes: a composite is defined by its components",
    expected="Every component of the composite, and how they are combined.",
    cure="List the components (for instance death from any cause, myocardial infarction, stroke) and the rule.",
    example='"Composite cardiovascular outcome", described as "time to the composite outcome"',
    needs=_PRIMARY,
)
def open_composite(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes_of("primary"):
        found = _COMPOSITE.search(placed.title)
        # "Composite endpoint - mortality" names one component a title
        named = found is not None and bool(_NAMED_BEHIND.match(placed.title, found.end()))
        if found and not named and not _TAKEN_APART.search(placed.both):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"The components of {quoted(placed.outcome.measure)} are not named.",
                quote=placed.outcome.measure,
            )


_COMPOSITE = Phrase(
    r"\bcomposite (?:\w+ ){0,3}(?:outcomes?|end-?points?|events?|measures?)\b|^composite\W*$|\bmace\b"
    r"|\bmajor adverse (?:\w+ ){0,2}events?\b",
    "composite",
    "mace",
    "major adverse",
)
_NAMED_BEHIND = re.compile(r"\s*[-–:]\s*\w")
# two events side by side, or a word behind which they are listed
_EVENTS = (
    r"(?:death|dying|mortality|infarct\w*|stroke|hospitali[sz]\w+|admission|revasculari[sz]\w+|heart failure"
    r"|arrest|transplant\w*"
    r"|bleed\w*|thrombo\w*|embol\w*|amputat\w*|dialysis|kidney|renal|eskd|esrd|egfr|arrhythmia|angina"
    r"|ischa?emi\w*|cvd?|mi|hhf|hf|acs)"
)
_TAKEN_APART = Phrase(
    rf"\b{_EVENTS}\b.{{0,80}}(?:,|;|/|\bor\b|\band\b|\bplus\b|\+|\n).{{0,60}}\b{_EVENTS}\b"
    r"|\b(?:composed|consist\w*|compris\w*|components?|defined as|defined by|includ\w+|composite of"
    r"|combination of)\b.{3,}(?:,|;|/|\bor\b|\band\b)"
)


@rule(
    "TW-REG-517",
    "note",
    "an aim in the place of an outcome measure",
    why="An aim says what the study wants to know; what is measured in each participant stays open.",
    source=f"{_DEFINITIONS}: the title names the measure; PRS review: say what is measured, not why",
    expected="The variable that is measured, with unit and summary.",
    cure='Write what is measured, for instance "Change from baseline in peak oxygen uptake, mL/kg/min".',
    example='"To evaluate the effect of the drug on exercise"',
    needs=_EVERY,
)
def aim_as_outcome(subject: Subject) -> Iterator[Found]:
    for level in ("primary", "secondary"):
        placed_here = subject.outcomes_of(level)
        # an aim begins in one of a few ways; most titles and descriptions begin otherwise
        titles = [one for one in placed_here if one.title[:2] not in _NO_AIM and _AIM.match(one.title)]
        told = [one for one in placed_here if one.description[:2] not in _NO_AIM and _only_aim(one)]
        told = [placed for placed in told if placed not in titles]
        for found, key, what in ((titles, "measure", "title"), (told, "description", "description")):
            if found:
                quote = getattr(found[0].outcome, key)
                yield Found(
                    where=f"{found[0].path}.{key}",
                    found=f"The {what} tells an aim, not a measure: {quoted(quote)}{_others(found)}",
                    quote=quote,
                    severity="warning" if level == "primary" and key == "measure" else "note",
                )


# an empty text, and two letters with which no aim begins; a bullet or a number may stand before one
_NO_AIM = frozenset({"", *map("".join, product(ascii_lowercase, repeat=2))}).difference(
    ("th", "ou", "pr", "se", "ma", "ob", "ai", "pu", "go", "to", "we")
)


def _only_aim(placed: PlacedOutcome) -> bool:
    """The description is one sentence that begins with an aim, and does not say how anything is measured."""
    told = placed.description
    if not _AIM.match(told):
        return False
    alone = ". " not in told and "\n" not in told
    return alone and not told.startswith("we ") and not _TELLS_HOW.search(told)


_TELLS_HOW = Phrase(
    r"\b(?:was|were|will be|defin\w+|measured|using|calculated|scores?|scale|proportion|percent\w*|number of"
    r"|change (?:in|from)|evaluated by|assessed (?:by|with))\b|[=Δ]"
)
_AIM = Phrase(
    r"^\W*(?:\d\W+)?(?:(?:the |our )?(?:primary |secondary |main |major )?"
    r"(?:objectives?|aims?|purpose|goals?) (?:is|are|of|was|will)\b"
    r"|(?:to )(?:further )?(?:evaluate|assess|determine|compare|investigate|examine|explore|study|test|establish"
    r"|demonstrate|show"
    r"|identify|describe|characteri[sz]e|correlate|estimate|measure|analy[sz]e|observe|quantify|verify|confirm"
    r"|find out|see|improve|understand|develop|obtain|define|document)\b"
    r"|we (?:will|want|aim)\b)"
)


@rule(
    "TW-REG-524",
    "note",
    "an outcome measured at baseline only",
    why="What is known before the treatment is no result of it.",
    source=f"{_DEFINITIONS}: measures that are used to determine the effect of the interventions",
    expected="A time after the treatment began; what is only described at baseline is no outcome measure.",
    cure="Give the later time of measurement, or leave the measure to the baseline characteristics.",
    example='"Age", time frame "Baseline"',
    needs=_EVERY,
    interventional=True,
)
def baseline_only(subject: Subject) -> Iterator[Found]:
    # studies of diagnosis or physiology may measure once, and rightly so
    if subject.protocol.design_module.design_info.primary_purpose not in ("TREATMENT", "PREVENTION", "SUPPORTIVE_CARE"):
        return
    once = [
        frame for frame in subject.frames if frame.strip(_AROUND).startswith(_ONCE_BEGINS) and plain(frame) in _ONCE
    ]
    for level in ("primary", "secondary") if once else ():
        found = [
            placed
            for placed in subject.outcomes_of(level)
            if placed.frame in once and not _OF_SCREENING.search(placed.both)
        ]
        if found:
            yield Found(
                where=f"{found[0].path}.timeFrame",
                found=f'{quoted(found[0].outcome.measure)} is measured at "{found[0].outcome.time_frame}" '
                f"only.{_others(found)}",
                quote=found[0].outcome.measure,
            )


_OF_SCREENING = Phrase(r"eligib|recruit|enrol|screen|feasib")
_ONCE = frozenset(
    (
        "baseline",
        "at baseline",
        "baseline only",
        "at baseline only",
        "1 x at baseline",
        "once at baseline",
        "baseline visit",
        "at the baseline visit",
        "at screening",
        "screening",
        "before treatment",
        "prior to treatment",
        "at enrollment",
        "at inclusion",
        "enrollment",
        "inclusion",
    )
)
_ONCE_BEGINS = tuple({text.split()[0] for text in _ONCE})
_AROUND = " \n\t.,;:-()[]\"'"


RULES = (open_composite, aim_as_outcome, baseline_only)
