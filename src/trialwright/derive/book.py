"""What a snapshot says, by participant, visit and instrument, in each item's standard unit."""

from collections import defaultdict
from collections.abc import Container, Iterator
from fractions import Fraction

import msgspec

from trialwright.model.dating import dated
from trialwright.model.entry import Answers
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.quantity import (
    LIMIT_SIGNS,
    MISSING_REASONS,
    Code,
    Limit,
    Missing,
    PartialDate,
    Quantity,
    Value,
    Words,
)
from trialwright.model.study import Section, Study

UNKNOWN = Missing("unknown")


class Sheet(msgspec.Struct, frozen=True):
    """One instrument answered once (or one row of a log): its answers, and the seq of the datapoint behind each."""

    answers: Answers = {}
    seqs: dict[str, int] = {}
    flags: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[int, ...]:
        return tuple(sorted(self.seqs.values()))

    def code(self, item: str) -> str:
        """The code or text answered to `item`, "" where there is none."""
        value = self.answers.get(item)
        if isinstance(value, Code):
            return value.code
        return value.text if isinstance(value, Words) else ""

    def date(self, *items: str) -> PartialDate | None:
        """The first of `items` that holds a date."""
        for item in items:
            value = self.answers.get(item)
            if isinstance(value, PartialDate):
                return value
        return None


EMPTY = Sheet()


class Row(msgspec.Struct, frozen=True):
    """One row of a running log and where it stands."""

    visit: str
    row: int
    sheet: Sheet


class Book:
    """
    The current answers and the events of every participant of one snapshot.

    Units:    quantities in their item's standard unit by its declared exact factor; a unit without one makes the value
              Missing("unknown"), flagged.
    Missing:  a value entered as missing keeps its reason; what was never entered is simply not there.
    """

    def __init__(self, study: Study, snapshot: Snapshot) -> None:
        self._factors = _factors(study)
        self._sheets: dict[tuple[str, str, str, int], Sheet] = {}
        self._events: dict[str, list[LedgerEvent]] = defaultdict(list)
        inactive = {(e.participant_id, e.visit, e.form, e.row) for e in snapshot.events if e.kind == "row_inactivated"}
        for event in dated(snapshot.events):
            self._events[event.participant_id].append(event)
        self._fill(snapshot, inactive)
        self._logs: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._by_participant: dict[str, list[tuple[str, str, int, Sheet]]] = defaultdict(list)
        for (pid, visit, instrument, row), sheet in sorted(self._sheets.items(), key=lambda kv: kv[0]):
            self._by_participant[pid].append((visit, instrument, row, sheet))
            self._logs[pid, instrument].append(Row(visit, row, sheet))
        for rows in self._logs.values():
            rows.sort(key=lambda r: (r.row, r.visit))
        known = {pid for pid, _, _, _ in self._sheets} | set(self._events)
        self.participants: tuple[str, ...] = tuple(sorted(known - {""}))

    def _fill(self, snapshot: Snapshot, inactive: set[tuple[str, str, str, int]]) -> None:
        answers: dict[tuple[str, str, str, int], Answers] = defaultdict(dict)
        seqs: dict[tuple[str, str, str, int], dict[str, int]] = defaultdict(dict)
        flags: dict[tuple[str, str, str, int], list[str]] = defaultdict(list)
        columns = ("participant_id", "visit", "form", "row", "item", "kind", "text", "unit", "seq")
        for pid, visit, form, row, name, kind, text, unit, seq in snapshot.current.select(columns).sort("seq").rows():
            if kind == "blank" or (pid, visit, form, row) in inactive:
                continue
            instrument, _, item = name.partition(".")
            place = (pid, visit, instrument, row)
            value, flag = self._standard(name, _value(kind, text, unit))
            answers[place][item] = value
            seqs[place][item] = seq
            if flag:
                flags[place].append(flag)
        for place in answers:
            self._sheets[place] = Sheet(answers[place], seqs[place], tuple(flags[place]))

    def _standard(self, name: str, value: Value) -> tuple[Value, str]:
        if isinstance(value, Limit):
            return UNKNOWN, f"entered as a limit: {name}"
        if not isinstance(value, Quantity) or name not in self._factors:
            return value, ""
        unit, factors = self._factors[name]
        if value.unit in ("", unit):
            return Quantity(value.text, unit), ""
        factor = factors.get(value.unit)
        if factor is None:
            return UNKNOWN, f"unit not convertible: {name}"
        text = _decimal(value.exact * factor)
        # Without an exact decimal (1/3) it stays as entered: the catalog multiplies by the same exact factor.
        return (Quantity(text, unit) if text else value), ""

    def sheet(self, participant: str, visit: str, instrument: str) -> Sheet:
        """The answers to `instrument` at `visit`; an empty sheet where nothing was entered."""
        return self._sheets.get((participant, visit, instrument, 0), EMPTY)

    def rows(self, participant: str, instrument: str) -> list[Row]:
        """The rows of a running log, in the order of their ids; a form that does not repeat counts as row 0."""
        return self._logs.get((participant, instrument), [])

    def sheets(self, participant: str) -> Iterator[tuple[str, str, int, Sheet]]:
        """Every sheet of a participant as visit, instrument, row, sheet."""
        yield from self._by_participant.get(participant, [])

    def events(self, participant: str, *kinds: str) -> list[LedgerEvent]:
        """The participant's events of these kinds, oldest first; "" asks for the study's own."""
        return [e for e in self._events.get(participant, []) if e.kind in kinds]


def _factors(study: Study) -> dict[str, tuple[str, dict[str, Fraction]]]:
    fields = [f for form in study.forms for section in form.sections for f in section.fields]
    return {
        f.name: (f.item.unit, {u: Fraction(x) for u, x in f.item.other_units.items()}) for f in fields if f.item.unit
    }


def sections(study: Study, known: Container[str]) -> dict[str, Section]:
    """
    instrument -> the first form line that asks it: its options hold wherever the instrument is scored.

    Only instruments of the catalog (`known`): what else a form asks, such as eligibility, has nothing to derive.
    """
    found: dict[str, Section] = {}
    for form in study.forms:
        for section in form.sections:
            if section.instrument in known:
                found.setdefault(section.instrument, section)
    return found


def _value(kind: str, text: str, unit: str) -> Value:
    match kind:
        case "quantity":
            return Quantity(text, unit or "")
        case "limit":
            sign = next(sign for sign in LIMIT_SIGNS if text.startswith(sign))
            return Limit(sign, text.removeprefix(sign), unit or "")
        case "date":
            return PartialDate(text)
        case "code":
            return Code(text)
        case "missing":
            return next((Missing(reason) for reason in MISSING_REASONS if reason == text), UNKNOWN)
        case _:
            return Words(text)


def _decimal(number: Fraction) -> str:
    """The plain decimal of an exact number, "" where it has none (1/3)."""
    twos = fives = 0
    rest = number.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return ""
    places = max(twos, fives)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    return sign + (digits[:-places] + "." + digits[-places:] if places else digits)
