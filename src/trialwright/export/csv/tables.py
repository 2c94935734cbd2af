"""What stands in which file: ledger, forms, analysis and results as typed tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from trialwright.export.csv.cells import CsvCell, CsvTable, number_or_text
from trialwright.model.analysis import Analysis, AnalysisRecord, ResultRow
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.quantity import Missing
from trialwright.model.signature import Signature
from trialwright.model.study import Form, Study

Versions = Sequence[Mapping[str, str | int | None]]

_PLACE = ("participant_id", "visit", "form", "row", "item")
_WHO = ("user", "at_utc", "reason", "build", "origin")
_DATAPOINT = (*_PLACE, "kind", "value", "unit", "raw", "version", "replaces", "group", *_WHO, "row_inactivated")
_AUDIT = (
    "seq", "group", "what", *_PLACE, "old_kind", "old_value", "old_unit", "kind", "value", "unit", "raw", "details",
    *_WHO,
)  # fmt: skip


def datapoints(snapshot: Snapshot) -> CsvTable:
    """Every current datapoint, one a line, with who, when and why."""
    inactive = _inactivated(snapshot.events)
    rows = tuple(
        (
            *_place(version),
            *_value(version),
            version["seq"],
            version["replaces"],
            version["group"],
            *(version[name] for name in _WHO),
            "yes" if _row_of(version) in inactive else "no",
        )
        for version in _rows(snapshot, current=True)
    )
    return CsvTable("datapoints", _DATAPOINT, rows)


def audit(snapshot: Snapshot) -> CsvTable:
    """Every version and every event by their place in the ledger: the old value, the new one, and the reason."""
    versions = _rows(snapshot, current=False)
    by_seq = {version["seq"]: version for version in versions}
    lines: list[tuple[int, tuple[CsvCell, ...]]] = []
    for version in versions:
        old = by_seq.get(version["replaces"])
        before = _value(old)[:3] if old is not None else ("", "", "")
        head: tuple[CsvCell, ...] = (version["seq"], version["group"], "datapoint", *_place(version))
        tail: tuple[CsvCell, ...] = ("", *(version[name] for name in _WHO))
        lines.append((int(version["seq"] or 0), (*head, *before, *_value(version), *tail)))
    lines.extend((event.seq, _event(event)) for event in snapshot.events)
    return CsvTable("audit", _AUDIT, tuple(line for _, line in sorted(lines, key=lambda each: each[0])))


def forms(study: Study, snapshot: Snapshot) -> tuple[CsvTable, ...]:
    """
    One wide table a form: participant, visit, row, then its items in the order of the form.

    Shape:    an item with other units has a column `item__unit`; every item has `item__missing`, the reason why not.
              Items and forms that only an older build knew follow at the end: nothing ever entered is left out.
    """
    versions = _rows(snapshot, current=True)
    inactive = _inactivated(snapshot.events)
    known = {form.name: form for form in study.forms}
    names = dict.fromkeys([*known, *sorted({str(version["form"]) for version in versions})])
    return tuple(
        _form(name, known.get(name), [each for each in versions if each["form"] == name], inactive) for name in names
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
    body = tuple(
        (
            row.cell, row.display, row.estimand, row.row, row.statistic, row.label, *_scored(row.value), row.unit,
            row.analysis_set, row.denominator, row.method, _sentences(row.warnings), _sentences(row.assumed),
            " ".join(row.participants), " ".join(row.records),
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


def _rows(snapshot: Snapshot, *, current: bool) -> Versions:
    frame = snapshot.current if current else snapshot.versions
    order = ["participant_id", "visit", "form", "row", "item"] if current else ["seq"]
    return frame.sort(order).to_dicts()


def _place(version: Mapping[str, str | int | None]) -> tuple[CsvCell, ...]:
    return tuple(version[name] for name in _PLACE)


def _value(version: Mapping[str, str | int | None]) -> tuple[CsvCell, ...]:
    """kind, value, unit, raw; a quantity is a number, everything else a text."""
    kind, text, raw = str(version["kind"]), str(version["text"] or ""), str(version["raw"] or "")
    is_number = kind == "quantity"
    return kind, number_or_text(text) if is_number else text, version["unit"], number_or_text(raw) if is_number else raw


def _event(event: LedgerEvent) -> tuple[CsvCell, ...]:
    details = json.dumps(event.details, ensure_ascii=False, sort_keys=True) if event.details else ""
    place: tuple[CsvCell, ...] = (event.participant_id, event.visit, event.form, event.row, "")
    who: tuple[CsvCell, ...] = (event.user, event.at_utc, event.reason, event.build, event.origin)
    return (event.seq, event.group, event.kind, *place, "", "", "", "", "", "", "", details, *who)


def _inactivated(events: Iterable[LedgerEvent]) -> frozenset[tuple[str, str, str, int]]:
    return frozenset(
        (each.participant_id, each.visit, each.form, each.row) for each in events if each.kind == "row_inactivated"
    )


def _row_of(version: Mapping[str, str | int | None]) -> tuple[str, str, str, int]:
    return str(version["participant_id"]), str(version["visit"]), str(version["form"]), int(version["row"] or 0)


def _form(name: str, form: Form | None, versions: Versions, inactive: frozenset[tuple[str, str, str, int]]) -> CsvTable:
    fields = [field for section in form.sections for field in section.fields] if form is not None else []
    with_unit = {field.name for field in fields if field.item.other_units}
    defined = [field.name for field in fields]
    orphans = sorted({str(each["item"]) for each in versions} - set(defined))
    with_unit |= {str(each["item"]) for each in versions if each["unit"] and str(each["item"]) in orphans}
    items = [*defined, *orphans]
    columns = [
        column
        for item in items
        for column in (item, *((f"{item}__unit",) if item in with_unit else ()), f"{item}__missing")
    ]
    lines: dict[tuple[str, str, str, int], dict[str, CsvCell]] = {}
    for version in versions:
        line = lines.setdefault(_row_of(version), {})
        line |= _form_cells(version, with_unit)
    body = tuple(
        (place[0], place[1], place[3], "yes" if place in inactive else "no", *(line.get(each) for each in columns))
        for place, line in sorted(lines.items())
    )
    return CsvTable(f"form_{name}", ("participant_id", "visit", "row", "row_inactivated", *columns), body)


def _form_cells(version: Mapping[str, str | int | None], with_unit: set[str]) -> dict[str, CsvCell]:
    item = str(version["item"])
    kind, value, unit, _ = _value(version)
    if kind == "missing":
        return {f"{item}__missing": value}
    cells: dict[str, CsvCell] = {item: value}
    if item in with_unit:
        cells[f"{item}__unit"] = unit
    return cells


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


def _sentences(sentences: Sequence[str]) -> str:
    return " | ".join(sentences)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
