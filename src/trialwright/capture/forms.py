"""A posted form read against its definition: values, Problems that stop the save, warnings that do not."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from trialwright.capture.conditions import compiled
from trialwright.capture.parse import check_plausible, parse_value
from trialwright.capture.problems import problem
from trialwright.capture.values import fields_of, in_item_units
from trialwright.catalog.evaluator import RowFunction, RowValue
from trialwright.model.identity import once_for_each
from trialwright.model.ledger import Blank, Stored
from trialwright.model.problem import Problem
from trialwright.model.quantity import Code, Missing, Quantity
from trialwright.model.study import Field, Form
from trialwright.model.text import Text

UNIT, MISSING = "__unit", "__missing"
"""What a browser appends to an item's name for its unit and its reason for absence."""


class Typed(msgspec.Struct, frozen=True):
    """What was sent for one item, exactly and as understood."""

    raw: str
    value: Stored


class FormInput(msgspec.Struct, frozen=True, kw_only=True):
    """
    A form as read. `values` are the items that were sent, are shown and could be read; `hidden` are not asked now.

    Nothing may be written while `problems` has one; `warnings` go beside the saved form.
    """

    values: dict[str, Typed]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    hidden: tuple[str, ...] = ()


NOTHING: Mapping[str, Stored] = {}


def read_form(
    form: Form,
    posted: Mapping[str, str],
    stored: Mapping[str, Stored] = NOTHING,
    *,
    today: dt.date | None = None,
    elsewhere: Mapping[str, RowValue] | None = None,
) -> FormInput:
    """
    Typed values of everything that was sent for this form; all Problems, not the first.

    Shape:    an item whose name was not sent keeps what it holds; sent empty, it is cleared. `stored` is item -> value
              of this form and row; `elsewhere` holds "VISIT/item" for conditions that look there.
    Missing:  an item hidden by `shown_when` keeps its stored value and takes nothing new; conditions see it empty.
    Problems: TW-CAP-001..017; warnings TW-CAP-020..022.
    """
    fields = fields_of(form)
    typed: dict[str, Typed] = {}
    problems = _strangers(form, posted)
    readers = _readers(fields)
    for reader in readers if posted else ():
        name, missing_at = reader.name, reader.missing_at
        if name in posted or missing_at in posted:
            raw, missing = posted.get(name, ""), posted.get(missing_at, "")
            read = reader.read(raw, posted.get(reader.unit_at, ""), missing)
            if isinstance(read, Problem):
                problems.append(read)
            else:
                typed[name] = read
    present = {**stored, **{name: t.value for name, t in typed.items()}}
    hidden = hidden_fields(fields, present, elsewhere)
    if hidden:
        problems = [p for p in problems if p.where not in hidden or p.code == "TW-CAP-016"]
        problems += _written_while_hidden(fields, hidden, typed, stored)
        typed = {name: t for name, t in typed.items() if name not in hidden}
    return FormInput(
        values=typed,
        problems=tuple(problems),
        warnings=_warnings(readers, hidden, present, today or dt.date.max),
        hidden=tuple(field.name for field in fields if field.name in hidden) if hidden else (),
    )


def hidden_fields(
    fields: tuple[Field, ...], present: Mapping[str, Stored], elsewhere: Mapping[str, RowValue] | None = None
) -> frozenset[str]:
    """
    The items that are not asked, given what the form holds.

    Missing: a condition that cannot be decided hides; what is hidden counts as empty for the others.
    """
    conditions = _conditions(fields)
    if not conditions:
        return frozenset()
    row = {**(elsewhere or {}), **in_item_units(fields, present)}
    hidden: frozenset[str] = frozenset()
    # Hiding one item can hide the next; a chain is at most as long as the form.
    for _ in range(len(conditions) + 1):
        seen = {name: value for name, value in row.items() if name not in hidden}
        now = frozenset(name for name, shown in conditions.items() if shown(seen) is not True)
        if now == hidden:
            break
        hidden = now
    return hidden


@once_for_each
def _conditions(fields: tuple[Field, ...]) -> dict[str, RowFunction]:
    """The items that are not always asked, each with what decides it."""
    return {field.name: compiled(field.shown_when) for field in fields if field.shown_when is not None}


class _Reader:
    """
    One field, the names it is sent under, and what was read of it before.

    The same readings, choices and dates are sent again with every save of a form. Texts are not kept, nor what could
    not be read: they may tell who somebody is.
    """

    def __init__(self, field: Field) -> None:
        self.field, self.name = field, field.name
        self.unit_at, self.missing_at = f"{field.name}{UNIT}", f"{field.name}{MISSING}"
        self._keeps = field.item.kind != "text"
        self._read: dict[tuple[str, str, str], Typed] = {}
        self._warned: dict[Stored, list[Problem]] = {}

    def read(self, raw: str, unit: str, missing: str) -> Typed | Problem:
        """As `parse_value`, which always says the same of the same texts."""
        sent = (raw, unit, missing)
        found = self._read.get(sent)
        if found is None:
            value = parse_value(self.field, *sent)
            if isinstance(value, Problem):
                return value
            found = Typed(raw if raw.strip() else missing, value)
            if self._keeps and len(raw) + len(unit) + len(missing) <= _LONGEST:
                if len(self._read) >= _MOST:
                    self._read.clear()
                self._read[sent] = found
        return found

    def warnings(self, value: Stored, today: dt.date) -> list[Problem]:
        """As `check_plausible`; of what no day and no words can change, worked out once. Not to be changed."""
        if isinstance(value, _FOR_EVER):
            found = self._warned.get(value)
            if found is None:
                if len(self._warned) >= _MOST:
                    self._warned.clear()
                found = self._warned[value] = check_plausible(self.field, value, today)
            return found
        return check_plausible(self.field, value, today)


_FOR_EVER = (Quantity, Code, Missing)
_MOST, _LONGEST = 500, 60
"""Answers kept of a field, and the longest of them."""


@once_for_each
def _readers(fields: tuple[Field, ...]) -> tuple[_Reader, ...]:
    return tuple(map(_Reader, fields))


@once_for_each
def _known(fields: tuple[Field, ...]) -> frozenset[str]:
    return frozenset(name for each in _readers(fields) for name in (each.name, each.unit_at, each.missing_at))


def changes_of(typed: FormInput, stored: Mapping[str, Stored]) -> dict[str, Typed]:
    """What would be written: new values and different ones. `stored` holds Blank where a value was cleared."""
    return {
        name: t
        for name, t in typed.values.items()
        if t.value != stored.get(name) and not (isinstance(t.value, Blank) and name not in stored)
    }


def check_reason(form: Form, changes: Mapping[str, Typed], stored: Mapping[str, Stored], reason: str) -> Problem | None:
    """TW-CAP-018 where a stored value would change, be cleared or be filled in again without a reason."""
    changed = [field.item.label for field in fields_of(form) if field.name in changes and field.name in stored]
    if not changed or reason.strip():
        return None
    labels = Text(", ".join(label.en for label in changed), "、".join(label.of("zh") for label in changed))
    return problem("TW-CAP-018", form.name, count=len(changed), labels=labels)


def _strangers(form: Form, posted: Mapping[str, str]) -> list[Problem]:
    """Items that are not on this form: a score that someone tried to type, another form's item."""
    known = _known(fields_of(form))
    if known.issuperset(posted):
        return []
    strange = posted.keys() - known
    sent = dict.fromkeys(
        key.removesuffix(UNIT).removesuffix(MISSING)
        for key, text in posted.items()
        if key in strange and text and "." in key
    )
    items = {field.name for field in fields_of(form)}
    return [problem("TW-CAP-016", item, item=item) for item in sent if item not in items]


def _written_while_hidden(
    fields: tuple[Field, ...], hidden: frozenset[str], typed: Mapping[str, Typed], stored: Mapping[str, Stored]
) -> list[Problem]:
    return [
        problem("TW-CAP-017", field.name, label=field.item.label)
        for field in fields
        if field.name in hidden
        and field.name in typed
        and not isinstance(typed[field.name].value, Blank)
        and typed[field.name].value != stored.get(field.name)
    ]


def _warnings(
    readers: tuple[_Reader, ...], hidden: frozenset[str], present: Mapping[str, Stored], today: dt.date
) -> tuple[Problem, ...]:
    told: list[Problem] = []
    for reader in readers:
        name = reader.name
        if name in hidden:
            continue
        value = present.get(name)
        if value is None or isinstance(value, Blank):
            if reader.field.required:
                told.append(problem("TW-CAP-022", name, label=reader.field.item.label))
        elif found := reader.warnings(value, today):
            told += found
    return tuple(told)
