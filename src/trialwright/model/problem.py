"""A Problem: something wrong in data or definition, told so that the reader can cure it."""

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """
    One thing wrong, in the reader's words. Checks return lists of these and never raise.

    `code` is stable and never reused (`TW-DEF-012`). `where` is file:line, a record path, or form/item/visit.
    A participant's value may stand in `found` only where the screen belongs to someone allowed to see it;
    `public()` is the form for logs.
    """

    code: str
    severity: Severity = "error"
    where: str
    found: str
    expected: str
    cure: str
    source: str = ""
    fields: dict[str, str] = {}  # what fills the sentence, so that a room can word it in another language

    def __post_init__(self) -> None:
        if not self.code.startswith("TW-"):
            raise ValueError(f"a Problem code starts with TW-, found {self.code!r}")

    def sentence(self) -> str:
        """One line for a terminal: place, found, expected, cure, code."""
        parts = [_opened(part) for part in (self.expected, self.cure) if part.strip()]
        return " ".join(_closed(part) for part in (f"{self.where}: {self.found}", *parts)) + f"  [{self.code}]"

    def public(self) -> str:
        """The same without `found`, for logs and exception texts, where no participant's value may stand."""
        return f"{self.where}: {self.expected}  [{self.code}]"


class Lost(msgspec.Struct, frozen=True):
    """A cell that a source lost or a target cannot carry, with the reason."""

    where: str
    reason: str


def _opened(text: str) -> str:
    first = text.split(maxsplit=1)[0]
    # a word may open a sentence; "study.yaml" or "mg/L" stays as it is
    return text[0].upper() + text[1:] if first.isalpha() and first.islower() else text


def _closed(text: str) -> str:
    return text if text.endswith((".", "?", "!", ":")) else text + "."
