"""What happens to each variable: kept by name or by a closed list, changed, or removed. What no rule knows goes."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from trialwright.export.adam.names import set_flags
from trialwright.export.datasets import Cell, Dataset, Variable
from trialwright.export.sdtm.timing import study_day
from trialwright.export.terminology import code_list
from trialwright.model.study import Study

OLDEST, BAND, ADULT = 90, 10, 18
OTHER = "OTHER"
REASONS: Mapping[str, str] = {
    "number": "a measured, counted or derived number, or the order of rows",
    "design": "a word of the definition: what a number or a line is about",
    "analysis set": "a flag of an analysis set: without it no result can be worked out again, however few it tells",
    "verdict": "a verdict, or the lines that the analysis counts: it stays, however few share it",
    "closed list": "an answer of a closed list that enough participants share",
    "new id": "the participant or site has a new name from a keyed hash",
    "study day": "a date became the day from the first dose (day 1), or from enrolment where nothing was given",
    "age band": f"ten years a band, under {ADULT} together, {OLDEST} and over together",
    "rare category": "too few participants: merged into OTHER, if need be with the next rarest, or removed",
    "second name": "another name of the same participant",
    "small site": "the site has too few participants to be told apart",
    "way back": "leads back to the source record, whose name holds the participant's",
    "no whole day": "a partial date, or a participant with no day to count from",
    "calendar year": "a year of the calendar, such as that of birth",
    "day of death": "known to many outside the study",
    "free text": "words as they were typed, or words that no closed list holds",
}
_DESIGN = {"STUDYID", "PARAM", "PARAMCD", "PARAMTYP", "PARCAT1", "AVISIT", "CRIT1", "CRIT2", "EPOCH"}
_ARMS = ("ARM", "ACTARM", "TRT01P", "TRT01A", "TRTP", "TRTA")
_TOLD = {"AVALRSN", "CHOSEN", "ICEVENT", "DTYPE", "ANRIND", "ADTF", "ASTDTF", "AENDTF", "AGEU"}
"""Words of our own that tell participants apart."""
_VERDICT = re.compile(r"AVALC|CRITVERD|CRIT\dFL|ANL\d\dFL|ABLFL")
_BACK = {"ARECID", "SRCDOM", "SRCVAR", "SRCSEQ"}
_TYPED = {"AETERM", "AEMODIFY", "CMTRT", "MHTERM"}
_CODED = {"AEDECOD", "AEBODSYS"}
_ENDS = {"COMPLETED", "DISCONTINUED", "ONGOING", "DEATH"}
_VERDICTS = {"Y", "N", "U"}
_DATE = re.compile(r"\d{4}(-(\d\d|UU|-)(-(\d\d|UU|-))?)?(T.*)?|\d{4}---\d\d")
_YEAR = re.compile(r"\b(year|birth)\b", re.IGNORECASE)
_FIRST, _LAST = 1880, 2100

Said = tuple[Cell, str, str]
"""A cell as it is shared, what was done (kept, changed, removed), and by which rule."""
Rule = Callable[[Cell, int], Said]
"""What is said of a cell and its place in the column, by which a rule finds what stands beside it."""


class Frame:
    """What the rules ask: new names, the days to count from, arms as they are shared, the words of the definition."""

    def __init__(
        self,
        study: Study,
        people: Mapping[str, str],
        sites: Mapping[str, str],
        anchors: Mapping[str, str],
        arms: Mapping[str, Said],
    ) -> None:
        self.people, self.sites, self.anchors, self.arms = people, sites, anchors, arms
        self.sets = frozenset(set_flags(study.analysis_sets).values())
        self.words = frozenset(
            word.replace("_", " ").casefold()
            for form in study.forms
            for section in form.sections
            for field in section.fields
            for choice in field.item.choices
            for word in (choice.code, choice.label.en)
        )


def kept(rule: str) -> Rule:
    return lambda cell, _: (cell, "kept", rule)


def removed(rule: str) -> Rule:
    return lambda *_: (None, "removed", rule)


def rule_of(variable: Variable, dataset: Dataset, frame: Frame) -> Rule:
    """The rule of one variable of a dataset, by its name, its kind and what stands in it."""
    named = _by_name(variable.name, dataset, frame)
    if named is not None:
        return named
    held = [cell for cell in dict.fromkeys(dataset.column(variable.name)) if cell not in (None, "")]
    if variable.kind == "date" or any(isinstance(cell, str) and _DATE.fullmatch(cell) for cell in held):
        return _day(dataset.column("USUBJID"), frame)
    if all(isinstance(cell, int | float) for cell in held):
        years = bool(_YEAR.search(variable.label)) and all(_FIRST <= float(str(cell)) <= _LAST for cell in held)
        return removed("calendar year") if years else kept("number")
    return _listed(variable, frame)


def is_category(variable: Variable) -> bool:
    """Whether its values are counted in its own dataset: those of a closed list are, arms are counted in ADSL."""
    return variable.kind == "text" and variable.name not in _ARMS


def _by_name(name: str, dataset: Dataset, frame: Frame) -> Rule | None:
    fixed: dict[str, Rule] = {
        "USUBJID": lambda cell, _: (frame.people[str(cell)], "changed", "new id"),
        "SUBJID": removed("second name"),
        "SITEID": lambda cell, _: _site(str(cell), frame),
        "AGE": _age(_beside(dataset, "AGEU")),
        "DTHDT": removed("day of death"),
        **dict.fromkeys(_DESIGN, kept("design")),
        **dict.fromkeys(_TOLD, kept("closed list")),
        **dict.fromkeys(_ARMS, lambda cell, _: frame.arms.get(str(cell), (None, "removed", "rare category"))),
        **dict.fromkeys(frame.sets, kept("analysis set")),
        **dict.fromkeys(_BACK, removed("way back")),
        **dict.fromkeys(_TYPED, removed("free text")),
        **dict.fromkeys(_CODED, _coded(_beside(dataset, "AEPTCD"))),
    }
    return _verdict if _VERDICT.fullmatch(name) else fixed.get(name)


def _verdict(cell: Cell, _: int) -> Said:
    return (cell, "kept", "verdict") if cell in _VERDICTS else (None, "removed", "free text")


def arms_of(subject: Dataset, fewest: int) -> dict[str, Said]:
    """
    Each arm as it is shared, counted over the participants of ADSL, so that it is the same in every dataset.

    Shape: what TRT01P says of whoever has no arm (a screen failure) is counted apart: it takes no arm with it.
    """
    people, planned = list(map(str, subject.column("USUBJID"))), _beside(subject, "ARM")
    assigned: list[tuple[Said, str]] = []
    without: list[tuple[Said, str]] = []
    for name in _ARMS:
        for cell, person, arm in zip(_beside(subject, name), people, planned, strict=True):
            if cell not in (None, ""):
                place = assigned if arm not in (None, "") or name != "TRT01P" else without
                place.append(((cell, "kept", "closed list"), person))
    made: dict[str, Said] = {}
    for held in (without, assigned):
        said = [each for each, _ in held]
        shown = merged(said, [person for _, person in held], fewest)
        made |= {str(cell): each for (cell, _, _), each in zip(said, shown, strict=True)}
    return made


def _site(name: str, frame: Frame) -> Said:
    new = frame.sites.get(name)
    return (new, "changed", "new id") if new else (None, "removed", "small site")


def _beside(dataset: Dataset, name: str) -> Sequence[Cell]:
    """A column by which another is judged; nothing in every line where the dataset has none."""
    held = any(each.name == name for each in dataset.variables)
    return dataset.column(name) if held else (None,) * len(dataset.rows)


def _age(units: Sequence[Cell]) -> Rule:
    def rule(cell: Cell, at: int) -> Said:
        if units[at] not in (None, "", "YEARS"):
            return f"<{ADULT}", "changed", "age band"
        age = int(float(str(cell)))
        low = age // BAND * BAND
        band = f"{max(low, ADULT)}-{low + BAND - 1}"
        return f"<{ADULT}" if age < ADULT else f">={OLDEST}" if age >= OLDEST else band, "changed", "age band"

    return rule


def _coded(codes: Sequence[Cell]) -> Rule:
    """A term of a dictionary is shared only where its code stands beside it; else it is what somebody typed."""
    return lambda cell, at: (cell, "kept", "closed list") if codes[at] else (None, "removed", "free text")


def _day(people: Sequence[Cell], frame: Frame) -> Rule:
    def rule(cell: Cell, at: int) -> Said:
        day = study_day(str(cell), frame.anchors.get(str(people[at])))
        return (day, "changed", "study day") if day is not None else (None, "removed", "no whole day")

    return rule


def _listed(variable: Variable, frame: Frame) -> Rule:
    listed = code_list(variable.codelist)
    terms = frozenset(listed.terms) if listed is not None else frozenset()

    @cache
    def told(text: str) -> tuple[str, str]:
        country = variable.name == "COUNTRY" and re.fullmatch(r"[A-Z]{3}", text) is not None
        known = text in terms or text in _ENDS or text.replace("_", " ").casefold() in frame.words
        flag = variable.name.endswith("FL") and text in _VERDICTS
        return ("kept", "closed list") if known or country or flag else ("removed", "free text")

    def rule(cell: Cell, _: int) -> Said:
        done, by = told(str(cell))
        return (cell if done == "kept" else None), done, by

    return rule


def merged(said: Sequence[Said], people: Sequence[str], fewest: int) -> list[Said]:
    """
    The cells of one variable with every category of fewer than `fewest` participants in OTHER.

    Shape:   as `said`. Where OTHER would still be too small, the next rarest category joins it, for else whoever is
             in it could be told from the rest; where all together are too few, nothing is left.
    """
    members: dict[str, set[str]] = defaultdict(set)
    for (cell, _, _), person in zip(said, people, strict=True):
        if cell not in (None, ""):
            members[str(cell)].add(person)
    pool: set[str] = set()
    held: set[str] = set()
    for name in sorted(members, key=lambda each: (len(members[each]), each)):
        if len(members[name]) >= fewest and (not pool or len(held) >= fewest):
            break
        pool.add(name)
        held |= members[name]
    enough = len(held) >= fewest
    pooled: Said = (OTHER, "changed", "rare category") if enough else (None, "removed", "rare category")
    return [pooled if each[0] is not None and str(each[0]) in pool else each for each in said]
