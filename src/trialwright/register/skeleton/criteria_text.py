"""Eligibility text cut into single criteria: headings, numbers and bullets as people write them."""

import re
from typing import Literal

Kind = Literal["inclusion", "exclusion"]
_HEADING = re.compile(
    r"^\W*(?:key |main |major |general )*(inclusion|exclusion)(?: criteria)?(?P<more>[^:]{0,40})?\s*:?\W*$", re.I
)
_ENTRY = re.compile(r"^(?P<indent>\s*)(?:[*•·▪◦‣-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+(?P<text>.+)$")


def criteria(text: str) -> list[tuple[Kind, str]]:
    """
    Every criterion with its kind, in the order of the text.

    Shape:    a deeper entry stays with the one above it. Text without a heading is one inclusion criterion: nobody
              can tell from it who is kept out.
    """
    kind: Kind | None = None
    found: list[tuple[Kind, list[str], int]] = []
    for line in text.split("\n"):
        heading = _HEADING.match(line.strip())
        if heading:
            kind = "inclusion" if heading[1].lower() == "inclusion" else "exclusion"
            continue
        if kind is None or not line.strip():
            continue
        entry = _ENTRY.match(line)
        depth = len(entry["indent"]) if entry else 0
        words = entry["text"] if entry else line.strip()
        inside = bool(found) and found[-1][0] == kind and entry is not None and depth > found[-1][2]
        if inside:
            found[-1][1].append(words)
        else:
            found.append((kind, [words], depth))
    if found:
        return [(kind, "; ".join(part.strip() for part in parts)) for kind, parts, _ in found]
    whole = " ".join(text.split())
    return [("inclusion", whole)] if whole else []
