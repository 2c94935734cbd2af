"""Small pieces of legacy XML: dates with their type, answers, and texts without the indentation of their file."""

import re

from trialwright.register.reading.display import Built, iso_date
from trialwright.register.reading.xml import Asked

_DATE_TYPE = {"Actual": "ACTUAL", "Anticipated": "ESTIMATED", "Estimate": "ESTIMATED"}
_YES_NO = {
    "yes": True,
    "true": True,
    "accepts healthy volunteers": True,
    "no": False,
    "false": False,
}
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_LINE_ENDS = re.compile(r"[ \t]*\n[ \t]*")
_BULLET = re.compile(r"[-*]\s+")
_ITEM = re.compile(r"(?:\* |\d+[.)] )")


def dated(node: Asked | None) -> Built:
    """A date and whether it has come."""
    if node is None:
        return {}
    return {"date": iso_date(node.own_text), "type": _DATE_TYPE.get(node.attributes.get("type", ""), "")}


def yes_no(word: str) -> bool | None:
    return _YES_NO.get(word.lower())


def passage(text: str) -> str:
    """
    A text as a person wrote it: lines wrapped by the file joined again, bullets one under the other.

    The file wraps at 80 columns, indents, and begins a bullet with "-  ".
    """
    told = ""
    for paragraph in _PARAGRAPHS.split(text.strip()):
        line = _LINE_ENDS.sub(" ", paragraph.strip())
        bullet = _BULLET.match(line)
        line = f"* {line[bullet.end() :]}" if bullet else line
        if told:
            listed = _ITEM.match(line) and _ITEM.match(told.rpartition("\n")[2])
            told += "\n" if listed else "\n\n"
        told += line
    return told
