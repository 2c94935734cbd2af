"""Typed text to a stored value, or a Problem. Format stops a save; a value that is merely unlikely never does."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from trialwright.capture.dates import parse_date
from trialwright.capture.numbers import NotANumber, parse_number, simplified, split_unit, visible
from trialwright.capture.problems import problem
from trialwright.capture.words import unit_words
from trialwright.model.entry import Item
from trialwright.model.ledger import Blank, Stored
from trialwright.model.problem import Problem
from trialwright.model.quantity import (
    MISSING_REASONS,
    Code,
    Limit,
    LimitSign,
    Missing,
    MissingReason,
    PartialDate,
    Quantity,
    Words,
)
from trialwright.model.study import Field
from trialwright.model.text import Text

LONGEST_TEXT = 4000
LONGEST_NUMBER = 40  # far beyond any measurement; exact arithmetic has a limit, and a slip of the hand has none

_YES_NO = {
    "Y": ("y", "yes", "1", "true", "是", "有"),
    "N": ("n", "no", "0", "false", "否", "无"),
}
# A Chinese identity card has 17 digits and a check sign, a mobile number 11 digits from 1; a mail address has its @.
_PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)|[\w.+-]+@[\w-]+\.\w+", re.ASCII)

_KEPT = "\n\t　\u200c\u200d"
"""Not printable, and yet part of a text: ends of lines, tabs, the wide space, joiners within emoji and words."""

_SIGN_KINDS = {
    "Cc": Text("a control sign", "控制字符"),
    "Cf": Text("an invisible sign", "不可见字符"),
    "Co": Text("a sign of one font only", "自造字"),
}

_SIGNED = re.compile("<=|>=|<|>|≤|≥")
_CANONICAL = re.compile(r"(?:0|[1-9]\d*)(?:\.(\d+))?", re.ASCII)
"""A number written as it is stored."""

_REASON_WORDS: dict[str, MissingReason] = {
    "未做": "not done", "不适用": "not applicable", "不详": "unknown", "nd": "not done", "na": "not applicable",
    "unk": "unknown",
}  # fmt: skip


def parse_value(field: Field, raw: str, unit: str = "", missing: str = "") -> Stored | Problem:
    """
    What is stored for one item, from the text, unit and reason for absence that were sent.

    Shape:    Blank for nothing at all; a Quantity keeps the unit it was typed in, never converted here.
    Problems: TW-CAP-001..015 and 019, in `where` the item's name.
    """
    item, typed = field.item, visible(raw)
    if missing.strip():
        reason = _reason(missing.strip())
        if reason is None:
            return problem("TW-CAP-014", field.name, label=item.label, typed=missing)
        if typed:
            return problem("TW-CAP-013", field.name, label=item.label, missing=reason)
        return Missing(reason)
    if not typed:
        return Blank()
    if item.kind in ("number", "integer"):
        return _number(field, typed, unit.strip())
    if item.kind in ("date", "partial_date"):
        return _date(field, typed)
    if item.kind == "choice":
        return _choice(field, typed)
    if item.kind == "yes_no":
        return _yes_no(field, typed)
    return _words(field, typed)


def check_plausible(field: Field, stored: Stored, today: dt.date) -> list[Problem]:
    """
    Warnings about a value that is stored all the same: outside its limits in the item's unit, a date in the future, a
    text that seems to tell who the participant is.
    """
    item = field.item
    if isinstance(stored, Quantity) and not _within(item, stored):
        typed = _with_unit(stored.text, stored.unit)
        return [
            problem(
                "TW-CAP-020", field.name, label=item.label, typed=typed,
                low=_limit(item.low, item.unit), high=_limit(item.high, item.unit),
            )
        ]  # fmt: skip
    if isinstance(stored, Limit):
        typed = _with_unit(stored.written, stored.unit)
        return [problem("TW-CAP-025", field.name, label=item.label, typed=typed)]
    if isinstance(stored, Words) and _PERSONAL.search(simplified(stored.text)):
        return [problem("TW-CAP-023", field.name, label=item.label)]
    if isinstance(stored, PartialDate) and stored.earliest > today:
        return [problem("TW-CAP-021", field.name, label=item.label, typed=stored.text, today=today.isoformat())]
    return []


def _within(item: Item, stored: Quantity) -> bool:
    """Whether a number lies within its item's limits; both as decimals, which compare exactly and at once."""
    if stored.unit not in ("", item.unit):
        number = stored.exact * Fraction(item.other_units[stored.unit])
        return (item.low is None or number >= Fraction(item.low)) and (
            item.high is None or number <= Fraction(item.high)
        )
    decimal = _decimal(stored.text)
    return (item.low is None or decimal >= _decimal(item.low)) and (item.high is None or decimal <= _decimal(item.high))


_decimal = lru_cache(maxsize=4096)(Decimal)
"""The same few limits are compared at every page and save."""


def exact_in_item_unit(field: Field, quantity: Quantity) -> Fraction:
    """The number in the item's own unit, by its declared exact factor."""
    if quantity.unit in ("", field.item.unit):
        return quantity.exact
    return quantity.exact * Fraction(field.item.other_units[quantity.unit])


def _limit(limit: str | None, unit: str) -> Text:
    return _with_unit(limit, unit) if limit is not None else Text("∞", "∞")


def _with_unit(number: str, unit: str) -> Text:
    words = unit_words(unit)
    return Text(f"{number} {words.en}".strip(), f"{number} {words.of('zh')}".strip())


def _number(field: Field, typed: str, unit: str) -> Stored | Problem:
    item = field.item
    if len(typed) > LONGEST_NUMBER:
        return problem(
            "TW-CAP-001",
            field.name,
            label=item.label,
            typed=f"{typed[:LONGEST_NUMBER]}…",
            example=_example(item.decimals),
        )
    decimals = 0 if item.kind == "integer" else item.decimals
    canonical = _CANONICAL.fullmatch(typed)
    if canonical and unit in ("", item.unit) and (decimals is None or len(canonical[1] or "") <= decimals):
        return Quantity(typed, item.unit)  # as nearly everything is typed: what follows would say the same
    plain = simplified(typed)
    sign = _SIGNED.match(plain)
    text, behind = split_unit(plain.removeprefix(sign[0]).strip() if sign else plain)
    text = f"{sign[0]}{text}" if sign else text
    chosen = _unit(field, behind or unit)
    if chosen is None or (behind and unit and _unit(field, unit) != chosen):
        words = [unit_words(each) for each in (item.unit, *item.other_units)]
        allowed = " or ".join(each.en for each in words) if item.unit else "left out"
        allowed_zh = " 或 ".join(each.of("zh") for each in words) if item.unit else "空"
        shown = behind if chosen is None else f"{behind}, {unit}"
        return problem(
            "TW-CAP-004", field.name, label=item.label, typed=shown or unit, allowed=Text(allowed, allowed_zh)
        )
    own = chosen == item.unit
    number = parse_number(text, decimals if own else None)
    if isinstance(number, NotANumber):
        below = _below(item, text, number, chosen)
        if below is not None:
            return below
        code = {"limit": "TW-CAP-002", "ambiguous": "TW-CAP-003"}.get(number.why, "TW-CAP-001")
        guess = Text(number.guess, number.guess.replace(" or ", " 或 "))
        return problem(code, field.name, label=item.label, typed=typed, guess=guess, example=_example(decimals))
    whole, _, part = number.partition(".")
    if own and decimals is not None and len(part.rstrip("0")) > decimals:
        return problem("TW-CAP-005", field.name, label=item.label, typed=typed, count=len(part), allowed=decimals)
    if own and decimals is not None and len(part) > decimals:
        # Zeros beyond the item's decimals say nothing; the typed form stays in the datapoint's raw text.
        number = f"{whole}.{part[:decimals]}" if decimals else whole
    return Quantity(number, chosen)


def _below(item: Item, text: str, found: NotANumber, unit: str) -> Limit | None:
    """What a laboratory prints as "<0.5", kept as a limit; a mark on a scale or a count is always a number."""
    sign = _SIGNED.match(text)
    bound = parse_number(found.guess, None) if found.why == "limit" and sign else None
    if sign is None or not isinstance(bound, str) or item.kind == "integer" or on_drawn_line(item):
        return None
    signs: dict[str, LimitSign] = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">=", "≥": ">="}
    return Limit(signs[sign[0]], bound, unit)


def on_drawn_line(item: Item) -> bool:
    """A visual analogue scale: a number on a line of ten centimetres."""
    return item.kind == "number" and (item.low, item.high, item.unit) == ("0", "10", "cm")


def _example(decimals: int | None) -> str:
    return "12.5" if decimals is None or decimals > 0 else "12"


def _unit(field: Field, unit: str) -> str | None:
    """
    The declared spelling of a unit, also from how forms show it ("years", "岁"); the item's own where none was typed;
    None where it is not allowed.
    """
    item = field.item
    if not unit:
        return item.unit
    folded = _folded(unit)
    known = [each for each in (item.unit, *item.other_units) if each]
    return next((u for u in known if _folded(u) == folded), None) or next(
        (u for u in known if folded in map(_folded, (unit_words(u).en, unit_words(u).of("zh")))), None
    )


@lru_cache(maxsize=1024)
def _folded(unit: str) -> str:
    # NFKC makes the Greek mu of the micro sign, which keyboards and laboratories use alike.
    return simplified(unit).replace(" ", "").casefold()


def _date(field: Field, typed: str) -> Stored | Problem:
    label = field.item.label
    found = parse_date(typed)
    if isinstance(found, str):
        code = {"day first": "TW-CAP-010", "calendar": "TW-CAP-011"}.get(found, "TW-CAP-009")
        return problem(code, field.name, label=label, typed=typed)
    if field.item.kind == "date" and not found.complete:
        return problem("TW-CAP-012", field.name, label=label, typed=typed)
    return found


def _choice(field: Field, typed: str) -> Stored | Problem:
    for choice in field.item.choices:
        if typed.casefold() in (choice.code.casefold(), choice.label.en.casefold(), choice.label.zh):
            return Code(choice.code)
    allowed = Text(
        ", ".join(choice.label.en for choice in field.item.choices),
        "、".join(choice.label.of("zh") for choice in field.item.choices),
    )
    return problem("TW-CAP-007", field.name, label=field.item.label, typed=typed, allowed=allowed)


def _yes_no(field: Field, typed: str) -> Stored | Problem:
    for code, words in _YES_NO.items():
        if simplified(typed).casefold() in words:
            return Code(code)
    allowed = Text("yes or no", "是或否")
    return problem("TW-CAP-007", field.name, label=field.item.label, typed=typed, allowed=allowed)


def _words(field: Field, typed: str) -> Stored | Problem:
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST_TEXT:
        return problem("TW-CAP-015", field.name, label=field.item.label, count=len(text), allowed=LONGEST_TEXT)
    at = next((n for n, sign in enumerate(text) if not sign.isprintable() and sign not in _KEPT), None)
    if at is not None:
        kind = _SIGN_KINDS.get(unicodedata.category(text[at]), Text("an unknown sign", "无法识别的字符"))
        return problem(
            "TW-CAP-019", field.name, label=field.item.label, sign=f"U+{ord(text[at]):04X}", kind=kind,
            place=_place_of_sign(text, at),
        )  # fmt: skip
    return Words(text)


def _place_of_sign(text: str, at: int) -> Text:
    """Where a reader finds a sign that cannot be seen: its number, and the words before it."""
    before = text[:at].split("\n")[-1][-15:].strip()
    if not before:
        return Text(f"character {at + 1}", f"第 {at + 1} 个字符")
    return Text(f'character {at + 1}, behind "{before}"', f"第 {at + 1} 个字符，在“{before}”之后")


def _reason(text: str) -> MissingReason | None:
    folded = text.casefold().replace("_", " ")
    return next((r for r in MISSING_REASONS if r == folded), _REASON_WORDS.get(folded))
