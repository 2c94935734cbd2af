"""Time frames, safety outcomes, and outcome measures that repeat or crowd each other."""

import re
from collections.abc import Iterator

from trialwright.register.passages import Phrase
from trialwright.register.rule import Found, rule
from trialwright.register.rules.phrases import plain
from trialwright.register.spans import has_time
from trialwright.register.subject import PlacedOutcome, Subject, quoted

_PRIMARY = ("outcomesModule.primaryOutcomes",)
_SECONDARY = ("outcomesModule.secondaryOutcomes",)


_EVERY = (*_PRIMARY, *_SECONDARY)
_AE = Phrase(r"\badverse (?:events?|effects?|reactions?)|\bside effects?\b", "adverse ", "side effect")
_GRADED = Phrase(
    r"ctcae|meddra|\bgrad(?:e|es|ed|ing)\b|\bserious\w*|\bsever(?:e|ity)\b|who-art|\bsaes?\b|\bteaes?\b|\bbarc"
    r"|\btimi|\bdaids|(?:dose|treatment).limiting|lead(?:ing)? to"
    r"|discontinu\w*|withdraw\w*|causality|related|\d+\.\d|clavien|mace"
    r"|common terminology"
)
_BARE = Phrase(
    r"(?:the )?(?:safety|tolerability|feasibility|efficacy|effectiveness|satisfaction|safety and (?:tolerability"
    r"|efficacy)|efficacy and safety|quality of life|pharmacokinetics?|acceptability|compliance|adherence"
    r"|clinical (?:outcome|response|benefit|improvement)s?)"
)
_LONGEST_BARE = len("the safety and tolerability")
_MADE_CLEAR = Phrase(r"quality of life|compliance|adherence|acceptability|pharmacokinetics?")
_ANCHOR_LOOSE = Phrase(
    r"\b(?:after|post|following|since|from)[\s-]*(?:the\s+)?(?:treat(?:ment|ed|ing)?|therapy|medication"
    r"|administration|drug)\b",
    "treat",
    "therapy",
    "medication",
    "administration",
    "drug",
)
_ANCHOR_FIRM = Phrase(
    r"\b(?:first|last|initial|start\w*|initiat\w*|beginning|begin|end|complet\w+|discontinu\w+|cessation|final"
    # hours are counted from the dose that is measured, whichever it is
    r"|hours?|hrs?|minutes?|min|baseline|days? -?\d|randomi\w+|enrol\w+|day 0|day 1|single|visit|surgery|onset"
    r"|up to|through)\b"
)
_DONE_ONCE = ("PROCEDURE", "DEVICE", "RADIATION", "DIAGNOSTIC_TEST")
_BAD_VERBS = ("treat", "receive", "enroll", "administer", "randomize", "inject")
_BAD_GRAMMAR = Phrase(rf"\b(?:after|before|following|during|since) (?:{'|'.join(_BAD_VERBS)})\b", *_BAD_VERBS)


@rule(
    "TW-REG-521",
    "warning",
    "a time frame with an unclear anchor",
    why="Depending on the reading, the measurement lies weeks apart.",
    source="PRS data element definitions: Time Frame says when the measure is assessed",
    expected="From which event the time counts: first dose, last dose, randomisation.",
    cure='Write "Baseline and 12 weeks after the first dose".',
    example='"12 weeks after treat with [drug]": after the first dose, or after the last?',
    needs=_EVERY,
    catches=(8,),
)
def loose_anchor(subject: Subject) -> Iterator[Found]:
    if not _ANCHOR_LOOSE.hinted(subject.frames_lower) and not _BAD_GRAMMAR.hinted(subject.frames_lower):
        return
    loose = {frame: found for frame in subject.frames if (found := _loose_anchor(frame))}
    # what is done once has one end, from which the time counts
    given = subject.protocol.arms_interventions_module.interventions
    if given and all(one.type in _DONE_ONCE for one in given):
        return
    seen = set()
    for placed in subject.outcomes:
        frame = placed.outcome.time_frame
        if placed.frame in loose and frame not in seen:
            seen.add(frame)
            yield Found(
                where=f"{placed.path}.timeFrame",
                found=f'"{frame}" does not say whether the time counts from the first or the last dose.',
                quote=frame,
                wording=f'"{frame[: loose[placed.frame].start()].strip()} after the first dose", if that is meant.',
                severity="warning" if placed.level == "primary" else "note",
            )


def _loose_anchor(frame: str) -> re.Match[str] | None:
    """Where the lower-case time frame counts from an unclear event, and from no clear one beside it."""
    found = _ANCHOR_LOOSE.search(frame) or _BAD_GRAMMAR.search(frame)
    return found if found and not _ANCHOR_FIRM.search(frame) else None


@rule(
    "TW-REG-522",
    "warning",
    "a time frame without a time",
    why="A measurement without a day can be chosen after the results are known.",
    source="PRS data element definitions: Time Frame, required; validation message 2018-09: not only a numeral",
    expected="A length or a point of time with its unit.",
    cure="Give the time in days, weeks, months or years.",
    example='"12", "at follow-up"',
    needs=_EVERY,
)
def timeless_frame(subject: Subject) -> Iterator[Found]:
    untimed = [frame for frame in subject.frames if frame and not _tells_when(frame)]
    for placed in subject.outcomes_of("primary", "secondary") if untimed else ():
        frame = placed.outcome.time_frame
        if placed.frame in untimed and not has_time(frame):
            yield Found(
                where=f"{placed.path}.timeFrame",
                found=f'The time frame "{frame}" names no time.',
                quote=frame,
                severity="warning" if placed.level == "primary" or frame.strip().isdigit() else "note",
            )


def _tells_when(frame: str) -> bool:
    """A time or an event stands in the lower-case time frame."""
    return bool(_COUNTED_TIME.search(frame) or _NUMBERED_TIME.search(frame) or _EVENT.search(frame))


# what stands in most time frames: one look settles them
_COUNTED_TIME = re.compile(r"\d[ -]?(?:day|week|month|year|hour)s?\b")
_NUMBERED_TIME = re.compile(r"\b(?:day|week|month|year)s? \d{1,3}\b")
_EVENT = Phrase(
    r"\b(?:before|after|prior to|preceding|following|ablation|implant\w*|arrival"
    r"|catheteri[sz]ation|baseline|incision|intra-?operative|insert\w+|period|discharge|death|admission|hospitali[sz]ation"
    r"|surgery|procedure|intraoperative\w*|operation"
    r"|randomi[sz]ation|complet\w+|end of|stud(?:y|ies)|delivery|birth|"
    r"day of|during|immediate\w*|periprocedural|perioperative|in-hospital|enrol\w+|visit|infusion|anesthesia"
    r"|stay|cycle|minut\w+|hour\w*|overnight|screening|daily|weekly|monthly|annual\w*|yearly|term|week|month|day"
    r"|year|acute|exercise)\b",
)


@rule(
    "TW-REG-523",
    "warning",
    "a time frame longer than the study",
    why="The outcome cannot be measured within the registered study.",
    source="Arithmetic: study completion less start",
    expected="A study that lasts at least as long as the time frame of its primary outcome.",
    cure="Correct the time frame or the dates.",
    example="primary outcome at 5 years, the study lasts 2",
    needs=(*_PRIMARY, "statusModule.startDateStruct.date", "statusModule.completionDateStruct.date"),
    interventional=True,
)
def frame_longer_than_study(subject: Subject) -> Iterator[Found]:
    start, end = subject.start, subject.primary_completion or subject.completion
    if not start or not end or subject.status in ("TERMINATED", "WITHDRAWN", "SUSPENDED", "COMPLETED", "UNKNOWN"):
        return
    length = (end.latest - start.earliest).days
    for placed, longest in zip(subject.outcomes_of("primary"), subject.primary_days, strict=True):
        if length > 0 and 2 * length < longest < 20_000:
            yield Found(
                where=f"{placed.path}.timeFrame",
                found=f'"{placed.outcome.time_frame}" is longer than the {length} days from start to primary '
                f"completion.",
                quote=placed.outcome.time_frame,
            )


@rule(
    "TW-REG-531",
    "warning",
    "a safety outcome without grading",
    why="Counts of events cannot be compared without grade, seriousness and the time in which they were collected.",
    source="ICH E3 12.2; CONSORT Harms 2022; PRS warning on unspecific safety titles (June 2018)",
    expected="How adverse events are graded, coded and counted: dictionary, grade, seriousness, window.",
    cure='Write "Number of participants with adverse events by CTCAE grade, from first dose to 30 days after the '
    'last".',
    example='"Occurrence of adverse events", described by the same words',
    needs=(*_EVERY, "outcomesModule.otherOutcomes"),
    catches=(10,),
    interventional=True,
)
def ungraded_safety(subject: Subject) -> Iterator[Found]:
    if subject.words.isdisjoint(("adverse", "side")) or not _AE.hinted(subject.titles_lower):
        return
    for placed in subject.outcomes:
        if not _AE.search(placed.title):
            continue
        whole = placed.both
        if len(whole.split()) < 30 and not _GRADED.search(whole):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"Adverse events are counted without grading, dictionary or seriousness: "
                f"{quoted(placed.outcome.measure)}",
                quote=placed.outcome.measure,
                severity="note" if len(whole.split()) > 18 else "warning",
            )


@rule(
    "TW-REG-532",
    "warning",
    "a title too general to be measured",
    why="Anything could be reported under this title.",
    source="PRS validation message of June 2018: non-specific outcome title",
    expected="What is measured.",
    cure="Name the measure itself.",
    example='"Safety", "Efficacy", "Tolerability"',
    needs=_EVERY,
)
def bare_title(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes:
        bare = placed.title.strip(" .")
        if len(bare) > _LONGEST_BARE or not _BARE.fullmatch(bare):
            continue
        # a description makes these general words a measure; no description makes "Safety" one
        told = len(placed.outcome.description.split()) >= 3
        if not (told and _MADE_CLEAR.fullmatch(bare)):
            yield Found(
                where=f"{placed.path}.measure",
                found=f"The title is {quoted(placed.outcome.measure)}, which names no measure.",
                quote=placed.outcome.measure,
                severity="warning" if placed.level != "other" else "note",
            )


@rule(
    "TW-REG-533",
    "warning",
    "the same outcome measure twice",
    why="Results cannot be told apart, or one of the two is a slip.",
    source="PRS review criteria: unique outcome titles",
    expected="Each outcome measure once, with all its time points.",
    cure="Join the two, or say in the titles how they differ.",
    example="the same title and time frame as primary and secondary outcome",
    needs=_EVERY,
)
def repeated_outcome(subject: Subject) -> Iterator[Found]:
    # titles that differ in letters or digits of ASCII differ as plain text too; each is a line of these
    titles = subject.titles_lower.encode().translate(None, _SIGNS).split()
    if len(set(titles)) == len(titles) == len(subject.outcomes):
        return  # no title stands there twice, whatever its signs and spaces
    seen: dict[tuple[str, str], PlacedOutcome] = {}
    again: list[tuple[PlacedOutcome, PlacedOutcome]] = []
    for placed in subject.outcomes:
        key = (plain(placed.outcome.measure), plain(placed.outcome.time_frame))
        first = seen.setdefault(key, placed)
        if first is not placed and key[0]:
            again.append((first, placed))
    if again:
        first, placed = next((pair for pair in again if pair[0].level != pair[1].level), again[0])
        others = f"; {len(again) - 1} more stand twice" if len(again) > 1 else ""
        levels = f"{first.level} and {placed.level}"
        yield Found(
            where=f"{placed.path}.measure",
            found=f"{quoted(placed.outcome.measure)} stands there twice ({levels}){others}.",
            quote=placed.outcome.measure,
            severity="warning" if first.level != placed.level else "note",
        )


_SIGNS = bytes(at for at in range(256) if at != ord("\n") and (at >= 128 or not chr(at).isalnum()))


@rule(
    "TW-REG-534",
    "note",
    "many primary outcome measures",
    why="With many primary outcomes one will look good by chance.",
    source="ICH E9 2.2.2: one primary variable; PRS data element definitions",
    expected="One primary outcome measure, or a stated rule for several.",
    cure="Choose one and make the others secondary, or say how the error rate is kept.",
    example="9 primary outcome measures",
    needs=_PRIMARY,
    interventional=True,
)
def many_primaries(subject: Subject) -> Iterator[Found]:
    count = len(subject.protocol.outcomes_module.primary_outcomes)
    if count > 5:
        yield Found(
            where="protocolSection.outcomesModule.primaryOutcomes",
            found=f"{count} primary outcome measures are registered.",
        )


@rule(
    "TW-REG-535",
    "note",
    "only an abbreviation",
    why="Outside the field the letters mean something else.",
    source="PRS review criteria: spell out abbreviations at first use",
    expected="The full name, with the abbreviation in brackets.",
    cure="Spell the abbreviation out.",
    example='"PFS"',
    needs=_EVERY,
)
def abbreviation_only(subject: Subject) -> Iterator[Found]:
    for placed in subject.outcomes:
        if not placed.outcome.description and _LETTERS_ONLY.fullmatch(placed.outcome.measure.strip()):
            yield Found(
                where=f"{placed.path}.measure",
                found=f'"{placed.outcome.measure}" is not spelled out.',
                quote=placed.outcome.measure,
            )


_LETTERS_ONLY = re.compile(r"[A-Z][A-Za-z]?[A-Z0-9-]{1,8}")

RULES = (
    loose_anchor,
    timeless_frame,
    frame_longer_than_study,
    ungraded_safety,
    bare_title,
    repeated_outcome,
    many_primaries,
    abbreviation_only,
)
