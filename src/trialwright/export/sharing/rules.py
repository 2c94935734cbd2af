"""What happens to each variable: kept by name or by a closed list, changed, or removed. What no rule knows goes."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from trialwright.export.datasets import Cell, Dataset, Variable
from trialwright.export.sdtm.timing import study_day
from trialwright.export.terminology import code_list
from trialwright.model.study import Study

OLDEST, BAND, ADULT = 90, 10, 18
OTHER = "OTHER"
REASONS: Mapping[str, str] = {
    "number": "a measured, counted or derived number, or the order of rows",
    "design": "a word of the definition or of the analysis, the same for many participants",
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
_DESIGN = {
    "STUDYID", "ARM", "ACTARM", "TRT01P", "TRT01A", "TRTP", "TRTA", "PARAM", "PARAMCD", "PARAMTYP", "PARCAT1", "AVISIT",
    "AVALRSN", "CHOSEN", "CRIT1", "CRIT2", "CRITVERD", "ICEVENT", "DTYPE", "ANRIND", "ADTF", "ASTDTF", "AENDTF",
    "EPOCH", "AGEU",
}  # fmt: skip
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
    """What the rules ask: the new names, the days to count from, and the words that the definition holds."""

    def __init__(
        self, study: Study, people: Mapping[str, str], sites: Mapping[str, str], anchors: Mapping[str, str]
    ) -> None:
        self.people, self.sites, self.anchors = people, sites, anchors
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
    """Whether its values tell participants apart: no flag of the analysis and no word of the definition does."""
    return variable.kind == "text" and variable.name not in _DESIGN and not is_flag(variable.name)


def is_flag(name: str) -> bool:
    return (name.endswith("FL") and name != "DTHFL") or name == "AVALC"


def _by_name(name: str, dataset: Dataset, frame: Frame) -> Rule | None:
    fixed: dict[str, Rule] = {
        "USUBJID": lambda cell, _: (frame.people[str(cell)], "changed", "new id"),
        "SUBJID": removed("second name"),
        "SITEID": lambda cell, _: _site(str(cell), frame),
        "AGE": _age(_beside(dataset, "AGEU")),
        "DTHDT": removed("day of death"),
        "AVALC": lambda cell, _: (cell, "kept", "design") if cell in _VERDICTS else (None, "removed", "free text"),
        **dict.fromkeys(_DESIGN, kept("design")),
        **dict.fromkeys(_BACK, removed("way back")),
        **dict.fromkeys(_TYPED, removed("free text")),
        **dict.fromkeys(_CODED, _coded(_beside(dataset, "AEPTCD"))),
    }
    return fixed.get(name)


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
        flag = is_flag(variable.name) and text in _VERDICTS
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
