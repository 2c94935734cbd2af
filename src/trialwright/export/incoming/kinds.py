"""What kind of question an item is: as the file says, unless its own values say otherwise."""

import re
from collections.abc import Collection, Sequence

import msgspec

from trialwright.export.odm import document as odm
from trialwright.model.entry import ItemKind
from trialwright.model.quantity import PartialDate

_WHOLE = re.compile(r"[+-]?\d{1,40}")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_TYPES: dict[str, ItemKind] = {
    "integer": "integer", "float": "number", "double": "number", "decimal": "number", "date": "date",
    "partialDate": "partial_date", "incompleteDate": "partial_date",
}  # fmt: skip


class Kind(msgspec.Struct, frozen=True):
    """The kind of a question, its decimals, and why it is asked as text where the file said more."""

    kind: ItemKind
    decimals: int | None = None
    why: str = ""


def kind_of(item: odm.Item, codes: Collection[str], values: Sequence[str]) -> Kind:
    """
    The strictest kind that every value of the file fits, so that none is lost.

    Missing: without values the kind is what the file says.
    """
    filled = [value for value in values if value.strip()]
    if codes:
        strange = [value for value in filled if value.strip() not in codes]
        return _text(strange, filled, "on its code list") if strange else Kind("choice")
    wanted = _TYPES.get(item.data_type, "text")
    if wanted == "integer":
        if all(_WHOLE.fullmatch(value.strip()) for value in filled):
            return Kind("integer")
        wanted = "number"
    if wanted == "number":
        return _number(item, filled)
    if wanted in ("date", "partial_date"):
        strange = [value for value in filled if as_date(value) is None]
        if strange:
            return _text(strange, filled, "a date")
        whole = all(PartialDate(as_date(value) or "").complete for value in filled)
        return Kind("date" if wanted == "date" and whole else "partial_date")
    return Kind("text")


def _number(item: odm.Item, filled: Sequence[str]) -> Kind:
    strange = [value for value in filled if not _NUMBER.fullmatch(value.strip())]
    if strange:
        return _text(strange, filled, "a number")
    longest = max((len(value.strip().partition(".")[2]) for value in filled), default=0)
    return Kind("number", item.digits if item.digits and longest <= item.digits else None)


def _text(strange: Sequence[str], filled: Sequence[str], what: str) -> Kind:
    return Kind("text", why=f"{len(strange)} of {len(filled)} values are not {what}")


def as_date(value: str) -> str | None:
    """An ISO 8601 date of any precision as we write it ("2021---15" is "2021-UU-15"); None for anything else."""
    text = re.sub(r"^(\d{4})---(\d{2})$", r"\1-UU-\2", value.strip())
    try:
        PartialDate(text)
    except ValueError:
        return None
    return text
