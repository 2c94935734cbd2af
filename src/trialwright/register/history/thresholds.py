"""The thresholds a text names: a number with "more than", "at least", a percent sign or a comparison beside it."""

import re

_COMPARED = (
    r"at least|at most|no more than|no less than|not more than|not less than|more than|less than|greater than|"
    r"fewer than|equal to or greater than|over|above|below|exceed(?:s|ing)?|[<>≤≥]=?|may be [a-z]+:"
)
_TIME = r"(?:minutes?|mins?|hours?|hrs?|h|days?|weeks?|wks?|months?|mo|years?|yrs?)\b"
_NUMBERED = re.compile(
    rf"(?P<word>{_COMPARED})?\s*(?:or equal to\s*)?(?<![\w.-])(?P<number>\d+(?:\.\d+)?)\s*"
    rf"(?P<unit>%|per ?cent\b|-?fold\b)?(?P<time>[\s-]*{_TIME})?"
    r"(?P<later>\s*(?:or|and)\s+(?:more|less|higher|lower|greater|fewer|above|below)\b)?",
    re.I,
)
_NAMES = {
    "over": ">",
    "above": ">",
    "more than": ">",
    "greater than": ">",
    "exceed": ">",
    "exceeds": ">",
    "exceeding": ">",
    "at least": ">=",
    "no less than": ">=",
    "not less than": ">=",
    "equal to or greater than": ">=",
    "≥": ">=",
    "below": "<",
    "less than": "<",
    "fewer than": "<",
    "at most": "<=",
    "no more than": "<=",
    "not more than": "<=",
    "≤": "<=",
}
_LATER = {"more": ">=", "higher": ">=", "greater": ">=", "above": ">=", "less": "<=", "lower": "<=", "fewer": "<="}


def thresholds(text: str) -> tuple[str, ...]:
    """
    Every threshold of a text as "> 20 percent", in order of appearance, once each.

    A bare number is none, nor is a length of time ("at least 3 months"): the time frame is compared by itself.
    """
    found: dict[str, None] = {}
    for match in _NUMBERED.finditer(text):
        word, later = (match["word"] or "").lower(), (match["later"] or "").lower().split()
        if match["time"] or not (word or later or match["unit"]):
            continue
        # as our own drafts write it: "how many measures may be worse: 2"
        relation = ("<=" if word.startswith("may be") else _NAMES.get(word, word)) or (
            _LATER.get(later[-1], "") if later else ""
        )
        unit = (match["unit"] or "").lower().strip("-")
        unit = "percent" if unit in ("%", "percent", "per cent") else unit
        found.setdefault(" ".join(part for part in (relation, match["number"], unit) if part))
    return tuple(found)


def without_numbers(text: str) -> str:
    """The text with every number and comparison taken out: what is left when only a threshold changed."""
    return _NUMBERED.sub(" ", text)
