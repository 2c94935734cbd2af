"""
A form as a page shows it: each field as one question with what stands in it, what was typed, and what is wrong.

Everything is decided from the shape of a field (kind, limits, choices, the stem of its name), never from its name.
"""

from collections.abc import Mapping

import msgspec

from trialwright.capture.parse import on_drawn_line
from trialwright.capture.words import YES_NO
from trialwright.model.entry import Choice
from trialwright.model.ledger import Blank, Datapoint
from trialwright.model.quantity import MISSING_REASONS, Code, Limit, Missing, PartialDate, Quantity, Words
from trialwright.model.study import Field
from trialwright.model.text import Text
from trialwright.web.quality import ItemMark
from trialwright.web.wording import missing_word, unit_word

SCALE_POINTS = 6
"""An integer with at most so many values is a row of buttons; more is typed."""
RADIOS = 7
"""A code list of at most so many choices stands open; a longer one is a list to open."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One field on the page. `typed`, `unit`, `missing` are what the controls show; `stored` what the ledger holds."""

    name: str
    label: str
    control: str  # number | vas | scale | radio | select | yes_no | date | partial_date | text
    hint: str = ""
    typed: str = ""
    unit: str = ""
    unit_word: str = ""
    units: tuple[str, ...] = ()
    missing: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    low: str = ""
    high: str = ""
    slot: bool = False  # licensed wording that nobody supplied: the label says which question is meant
    asked: str = ""  # the wording that the site supplied
    earlier: str = ""
    stored: str = ""
    recorded: bool = False
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    mark_of: ItemMark | None = None  # verified, or changed since

    @property
    def id(self) -> str:
        return "q-" + self.name.replace(".", "-")

    @property
    def mark(self) -> float | None:
        """Where the stored number stands on the drawn line; None where it is no number of the line's unit."""
        number = self.stored.partition(" ")[0]
        figures = number.replace(".", "", 1)
        on_line = figures.isascii() and figures.isdigit() and self.stored.endswith(self.units[0] if self.units else "")
        return float(number) if on_line and float(number) <= float(self.high or 0) else None

    @property
    def limits(self) -> str:
        """The limits in figures, where a number is typed."""
        return f"{self.low} – {self.high}" if self.control == "number" and self.low and self.high else ""

    @property
    def brief(self) -> bool:
        """Whether the answer takes so little room that several stand in one line."""
        return self.control in ("number", "scale", "yes_no") or (self.control == "radio" and len(self.choices) <= 4)


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What fills a form: stored versions, what was posted (None: nothing was), and messages by field name."""

    stored: Mapping[str, Datapoint]
    posted: Mapping[str, str] | None = None
    errors: Mapping[str, tuple[str, ...]] = {}
    warnings: Mapping[str, tuple[str, ...]] = {}
    wording: Mapping[str, Text] = {}  # item -> licensed wording that the site supplied
    marks: Mapping[str, ItemMark] = {}  # item -> verified, or changed since
    earlier: Mapping[str, str] = {}  # item -> what stood there before, where the definition lets the assessor see it


def question_of(field: Field, filled: Filled, language: str) -> Question:
    """One field as the page shows it; what was posted stands above what is stored."""
    stored = filled.stored.get(field.name)
    typed, unit, missing = typed_of(field, filled, stored)
    item = field.item
    units = (item.unit, *item.other_units) if item.other_units else ()
    return Question(
        name=field.name,
        label=item.label.of(language),
        control=control_of(field, typed),
        hint=item.hint.of(language) if item.hint else "",
        typed=typed,
        unit=unit or item.unit,
        unit_word=unit_word(item.unit, language),
        units=units,
        missing=missing,
        choices=_choices(field, language),
        required=field.required and item.required,
        low=item.low or "",
        high=item.high or "",
        slot=item.slot and field.name not in filled.wording,
        asked=filled.wording[field.name].of(language) if field.name in filled.wording else "",
        earlier=filled.earlier.get(field.name, ""),
        stored=shown_value(field, stored, language),
        recorded=stored is not None,
        errors=filled.errors.get(field.name, ()),
        warnings=filled.warnings.get(field.name, ()),
        mark_of=filled.marks.get(field.name),
    )


def typed_of(field: Field, filled: Filled, stored: Datapoint | None) -> tuple[str, str, str]:
    """What its controls show of a field: text, unit, reason for absence."""
    name = field.name
    if filled.posted is not None:
        return (
            filled.posted.get(name, ""),
            filled.posted.get(f"{name}__unit", ""),
            filled.posted.get(f"{name}__missing", ""),
        )
    return as_typed(stored)


def as_typed(stored: Datapoint | None) -> tuple[str, str, str]:
    """What the controls show of a stored value: text, unit, reason for absence."""
    if stored is None:
        return "", "", ""
    value = stored.value
    kind = type(value)  # asked for every field of every page; `match` takes four times as long
    if kind is Quantity or kind is Limit:
        return stored.raw, value.unit, ""  # type: ignore[union-attr]
    if kind is Code:
        return value.code, "", ""  # type: ignore[union-attr]
    if kind is Missing:
        return "", "", value.reason  # type: ignore[union-attr]
    return "" if kind is Blank else stored.raw, "", ""


def control_of(field: Field, typed: str) -> str:
    """The control that can show what is typed: a list or a row of buttons only where it holds it."""
    item = field.item
    if item.kind in ("choice", "yes_no"):
        known = {choice.code for choice in _codes(field)}
        if typed and typed not in known:
            return "text"  # something a list cannot show was posted: it must not vanish
        return "yes_no" if item.kind == "yes_no" else ("radio" if len(known) <= RADIOS else "select")
    if item.kind == "integer" and item.low is not None and item.high is not None:
        points = [str(n) for n in range(int(item.low), int(item.high) + 1)]
        if len(points) <= SCALE_POINTS and (not typed or typed in points):
            return "scale"
    if on_drawn_line(item):
        return "vas"
    return "number" if item.kind in ("number", "integer") else item.kind


_YES_NO = tuple(Choice(code, label) for code, label in YES_NO.items())


def _codes(field: Field) -> tuple[Choice, ...]:
    return field.item.choices or (_YES_NO if field.item.kind == "yes_no" else ())


def _choices(field: Field, language: str) -> tuple[tuple[str, str], ...]:
    item = field.item
    if item.kind == "integer" and item.low is not None and item.high is not None:
        points = range(int(item.low), int(item.high) + 1)
        return tuple((str(n), str(n)) for n in points) if len(points) <= SCALE_POINTS else ()
    return tuple((choice.code, choice.label.of(language)) for choice in _codes(field))


def shown_value(field: Field, datapoint: Datapoint | None, language: str) -> str:
    """A stored value in words: number with unit, the label of a choice, why it is missing; "" where nothing stands."""
    if datapoint is None or isinstance(datapoint.value, Blank):
        return ""
    value = datapoint.value
    if isinstance(value, Missing):
        return missing_word(value.reason, language)
    if isinstance(value, Code):
        labels = {choice.code: choice.label.of(language) for choice in _codes(field)}
        return labels.get(value.code, value.code)
    if isinstance(value, Quantity):
        return f"{value.text} {unit_word(value.unit, language)}".strip()
    if isinstance(value, Limit):
        return f"{value.written} {unit_word(value.unit, language)}".strip()
    return value.text if isinstance(value, PartialDate | Words) else ""


def missing_choices(language: str) -> tuple[tuple[str, str], ...]:
    """The reasons for absence, as the list beside each question offers them."""
    return tuple((reason, missing_word(reason, language)) for reason in MISSING_REASONS)
