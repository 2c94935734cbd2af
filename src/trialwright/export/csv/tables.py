"""What stands in which file: ledger, forms, analysis and results as typed tables."""

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, repeat
from operator import itemgetter
from typing import Any

import polars as pl

from trialwright.export.csv.cells import CsvCell, CsvTable, number_or_text
from trialwright.model.analysis import Analysis, AnalysisRecord, ResultRow
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.quantity import Missing
from trialwright.model.signature import Signature
from trialwright.model.study import Form, Study

_ROW = ("participant_id", "visit", "form", "row")
_PLACE = ("participant_id", "visit", "form", "row", "item")
_WHO = ("user", "at_utc", "reason", "build", "origin")
_DATAPOINT = (*_PLACE, "kind", "value", "unit", "raw", "version", "replaces", "group", *_WHO, "row_inactivated")
_AUDIT = (
    "seq", "group", "what", *_PLACE, "old_kind", "old_value", "old_unit", "kind", "value", "unit", "raw", "details",
    *_WHO,
)  # fmt: skip


class _Versions:
    """Versions of datapoints column by column: a study has millions, and each as an object takes a kilobyte."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self._texts: dict[Any, Any] = {}
        self.kind: list[str] = self.of("kind")
        self.value = self._typed("text")
        self.unit: list[str | None] = self.of("unit")
        self.raw = self._typed("raw")

    def of(self, name: str) -> list[Any]:
        """Equal texts are one object: there are few, and a frame would give a new one for every cell."""
        cells = self._frame.get_column(name).to_list()
        return list(map(self._texts.setdefault, cells, cells)) if not self._frame.schema[name].is_numeric() else cells

    def each(self, names: Iterable[str]) -> tuple[list[CsvCell], ...]:
        return tuple(self.of(name) for name in names)

    def rows(self) -> Iterator[tuple[str, str, str, int]]:
        """The row of its form that each version stands in."""
        return zip(*map(self.of, _ROW), strict=True)

    def _typed(self, name: str) -> list[CsvCell]:
        """A quantity is a number, everything else a text."""
        texts = ((kind, text or "") for kind, text in zip(self.kind, self.of(name), strict=True))
        return [number_or_text(text) if kind == "quantity" else text for kind, text in texts]


def datapoints(snapshot: Snapshot) -> CsvTable:
    """Every current datapoint, one a line, with who, when and why."""
    inactive = _inactivated(snapshot.events)
    held = _Versions(snapshot.current.sort(_PLACE))
    taken_back = ["yes" if row in inactive else "no" for row in held.rows()]
    numbers = held.each(("seq", "replaces", "group"))
    rows = zip(
        *held.each(_PLACE), held.kind, held.value, held.unit, held.raw, *numbers, *held.each(_WHO), taken_back,
        strict=True,
    )  # fmt: skip
    return CsvTable("datapoints", _DATAPOINT, tuple(rows))


def audit(snapshot: Snapshot) -> CsvTable:
    """Every version and every event by their place in the ledger: the old value, the new one, and the reason."""
    held = _Versions(snapshot.versions.sort("seq"))
    place = {seq: at for at, seq in enumerate(held.of("seq"))}
    before = [place.get(replaced) for replaced in held.of("replaces")]
    old = [["" if at is None else cells[at] for at in before] for cells in (held.kind, held.value, held.unit)]
    lines = zip(
        *held.each(("seq", "group")), repeat("datapoint"), *held.each(_PLACE), *old, held.kind, held.value, held.unit,
        held.raw, repeat(""), *held.each(_WHO),
    )  # fmt: skip
    return CsvTable("audit", _AUDIT, tuple(sorted(chain(lines, map(_event, snapshot.events)), key=itemgetter(0))))


def forms(study: Study, snapshot: Snapshot) -> tuple[CsvTable, ...]:
    """
    One wide table a form: participant, visit, row, then its items in the order of the form.

    Shape:    an item with other units has a column `item__unit`; every item has `item__missing`, the reason why not.
              Items and forms that only an older build knew follow at the end: nothing ever entered is left out.
    """
    frames = {str(name): frame for (name,), frame in snapshot.current.sort(_PLACE).group_by("form")}
    inactive = _inactivated(snapshot.events)
    known = {form.name: form for form in study.forms}
    empty = snapshot.current.clear()
    return tuple(
        _form(name, known.get(name), _Versions(frames.get(name, empty)), inactive)
        for name in dict.fromkeys([*known, *sorted(frames)])
    )


def analysis_records(analysis: Analysis) -> CsvTable:
    """Every derived value, exact, with a decimal beside it and the way back in `inputs` and `uses`."""
    numbers = ("value", "baseline", "change", "improvement_pct")
    columns = (
        "id", "participant_id", "visit", "parameter", "kind", *(f"{n}{s}" for n in numbers for s in ("", "_decimal")),
        "unit", "verdict", "reasons", "counts", "date", "study_day", "in_window", "chosen", "intercurrent", "flags",
        "details", "inputs", "uses",
    )  # fmt: skip
    return CsvTable("analysis", columns, tuple(_analysis_line(record) for record in analysis.records))


def participants(analysis: Analysis) -> CsvTable:
    """One line a participant: status, first dose, analysis sets, and every fact the analysis knows."""
    names = tuple(dict.fromkeys(name for each in analysis.participants for name in each.facts))
    columns = ("participant_id", "status", "first_dose", "sets", *names, "inputs")
    rows = tuple(
        (
            each.participant_id,
            each.status,
            each.first_dose,
            " ".join(each.sets),
            *(_fact(each.facts.get(name)) for name in names),
            _numbers(each.inputs),
        )
        for each in analysis.participants
    )
    return CsvTable("participants", columns, rows)


def results(rows: Sequence[ResultRow]) -> CsvTable:
    """Every result row: the name of its cell, the exact value, the decimal, and what it stands on."""
    columns = (
        "cell", "display", "estimand", "row", "statistic", "label", "value", "value_decimal", "unit", "analysis_set",
        "denominator", "method", "warnings", "assumed", "participants", "records",
    )  # fmt: skip
    joined = _Joined()
    body = tuple(
        (
            row.cell, row.display, row.estimand, row.row, row.statistic, row.label, *_scored(row.value), row.unit,
            row.analysis_set, row.denominator, row.method, _sentences(row.warnings), _sentences(row.assumed),
            joined[row.participants], joined[row.records],
        )
        for row in rows
    )  # fmt: skip
    return CsvTable("results", columns, body)


def codebook(study: Study) -> CsvTable:
    """Every item of every form: label in both languages, kind, unit, limits, choices."""
    columns = (
        "form", "instrument", "item", "label_en", "label_zh", "kind", "unit", "other_units", "low", "high", "decimals",
        "required", "repeating", "choices",
    )  # fmt: skip
    rows = tuple(
        (
            form.name, section.instrument, field.name, field.item.label.en, field.item.label.of("zh"), field.item.kind,
            field.item.unit, " | ".join(f"{unit}={factor}" for unit, factor in field.item.other_units.items()),
            number_or_text(field.item.low or ""), number_or_text(field.item.high or ""), field.item.decimals,
            "yes" if field.required else "no", "yes" if form.repeating else "no",
            " | ".join(f"{choice.code}={choice.label.en}" for choice in field.item.choices),
        )
        for form in study.forms
        for section in form.sections
        for field in section.fields
    )  # fmt: skip
    return CsvTable("codebook", columns, rows)


def signatures(signed: Sequence[Signature]) -> CsvTable:
    """Every electronic signature with what it is bound to, and whether it still holds; else what broke it."""
    columns = (
        "seq", "participant_id", "visit", "form", "level", "state", "name", "user", "at_utc", "meaning", "statement",
        "build", "versions", "content_hash", "ledger_head", "broken_by", "broken_because", "broken_user",
        "broken_at_utc",
    )  # fmt: skip
    rows = tuple(
        (
            each.seq, each.scope.participant_id, each.scope.visit, each.scope.form, each.scope.level, each.state,
            each.name, each.user, each.at_utc, each.meaning, each.statement.en, each.build, each.versions,
            each.hash, each.head, each.broken_by, each.broken_kind, each.broken_user, each.broken_at,
        )
        for each in signed
    )  # fmt: skip
    return CsvTable("signatures", columns, rows)


def _event(event: LedgerEvent) -> tuple[CsvCell, ...]:
    details = json.dumps(event.details, ensure_ascii=False, sort_keys=True) if event.details else ""
    place: tuple[CsvCell, ...] = (event.participant_id, event.visit, event.form, event.row, "")
    who: tuple[CsvCell, ...] = (event.user, event.at_utc, event.reason, event.build, event.origin)
    return (event.seq, event.group, event.kind, *place, "", "", "", "", "", "", "", details, *who)


def _inactivated(events: Iterable[LedgerEvent]) -> frozenset[tuple[str, str, str, int]]:
    return frozenset(
        (each.participant_id, each.visit, each.form, each.row) for each in events if each.kind == "row_inactivated"
    )


def _form(name: str, form: Form | None, held: _Versions, inactive: frozenset[tuple[str, str, str, int]]) -> CsvTable:
    fields = [field for section in form.sections for field in section.fields] if form is not None else []
    entered: list[str] = held.of("item")
    with_unit = {field.name for field in fields if field.item.other_units}
    defined = [field.name for field in fields]
    orphans = sorted(set(entered) - set(defined))
    with_unit |= {item for item, unit in zip(entered, held.unit, strict=True) if unit} & set(orphans)
    columns = [
        column
        for item in [*defined, *orphans]
        for column in (item, *((f"{item}__unit",) if item in with_unit else ()), f"{item}__missing")
    ]
    at = {column: place for place, column in enumerate(columns)}
    lines: dict[tuple[str, str, str, int], list[CsvCell]] = {}
    for row, item, kind, value, unit in zip(held.rows(), entered, held.kind, held.value, held.unit, strict=True):
        line = lines.get(row) or lines.setdefault(row, [None] * len(columns))
        line[at[item if kind != "missing" else f"{item}__missing"]] = value
        if item in with_unit and kind != "missing":
            line[at[f"{item}__unit"]] = unit
    body = tuple(
        (row[0], row[1], row[3], "yes" if row in inactive else "no", *line) for row, line in sorted(lines.items())
    )
    return CsvTable(f"form_{name}", ("participant_id", "visit", "row", "row_inactivated", *columns), body)


def _analysis_line(record: AnalysisRecord) -> tuple[CsvCell, ...]:
    numbers = (record.value, record.baseline, record.change, record.improvement_pct)
    reasons = [{"key": key, **fields} for key, fields in record.reasons]
    counts = {name: str(count) for name, count in record.counts.items()}
    return (
        record.id, record.participant_id, record.visit, record.parameter, record.kind,
        *(cell for number in numbers for cell in _scored(number)),
        record.unit, record.verdict, _json(reasons), _json(counts), record.date, record.study_day,
        "" if record.in_window is None else "yes" if record.in_window else "no", record.chosen,
        " ".join(record.intercurrent), " | ".join(record.flags), _json(record.details),
        _numbers(record.inputs), " ".join(record.uses),
    )  # fmt: skip


def _scored(value: Fraction | Missing | float | int | str | None) -> tuple[CsvCell, CsvCell]:
    """The exact value and a decimal beside it: "5/8" and 0.625; a reason for absence stands in brackets."""
    match value:
        case None:
            return "", ""
        case Missing(reason=reason):
            return f"[{reason}]", ""
        case str():
            return value, ""
        case float():
            return number_or_text(repr(value)), number_or_text(repr(value))
        case exact:
            number = Fraction(exact)
            decimal = str(number) if number.denominator == 1 else repr(float(number))
            return number_or_text(str(number)), number_or_text(decimal)


def _fact(fact: bool | str | int | None) -> CsvCell:
    match fact:
        case None:
            return "unknown"
        case bool():
            return "yes" if fact else "no"
        case _:
            return fact


def _numbers(seqs: Sequence[int]) -> CsvCell:
    return " ".join(str(seq) for seq in seqs)


class _Joined(dict[tuple[str, ...], str]):
    """Names in one cell. The statistics of a line stand on the same records: their cells are one text in memory."""

    def __missing__(self, names: tuple[str, ...]) -> str:
        self[names] = text = " ".join(names)
        return text


def _sentences(sentences: Sequence[str]) -> str:
    return " | ".join(sentences)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
