"""What stands in which file: ledger, forms, analysis and results as typed tables."""

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter
from typing import Any

import polars as pl

from trialwright.export.csv.cells import Cells, CsvCell, CsvTable, Repeated, column_of, number_or_text, table_of
from trialwright.export.typed.columns import code_list
from trialwright.model.analysis import Analysis, AnalysisRecord, ResultRow
from trialwright.model.entry import Choice, Item
from trialwright.model.ledger import NAME, VERSION_COLUMNS, LedgerEvent, Snapshot
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

_IN_WINDOW = {None: "", True: "yes", False: "no"}

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def datapoints(snapshot: Snapshot) -> CsvTable:
    """Every current datapoint, one a line, with who, when and why."""
    held = snapshot.current.sort(_PLACE)
    worked_out: dict[str, Cells] = {
        "value": _typed(held, "text"), "raw": _typed(held, "raw"), "version": held["seq"],
        "row_inactivated": _taken_back(held, snapshot.events),
    }  # fmt: skip
    cells = (worked_out[name] if name in worked_out else held[name] for name in _DATAPOINT)
    return CsvTable("datapoints", _DATAPOINT, tuple(cells))


def audit(snapshot: Snapshot) -> CsvTable:
    """Every version and every event by their place in the ledger: the old value, the new one, and the reason."""
    held = snapshot.versions.sort("seq")
    before = _replaced(held)
    value = _typed(held, "text")
    old = Repeated([*value.held, None], value.at.gather(before).fill_null(len(value.held)))
    worked_out: dict[str, Cells] = {
        "what": pl.repeat("datapoint", held.height, dtype=NAME, eager=True),
        "old_kind": held["kind"].gather(before), "old_unit": held["unit"].gather(before),
        "old_value": old, "value": value, "raw": _typed(held, "raw"),
        "details": pl.repeat("", held.height, dtype=pl.String(), eager=True),
    }  # fmt: skip
    versions = [worked_out[name] if name in worked_out else held[name] for name in _AUDIT]
    acts = table_of("acts", _AUDIT, map(_event, snapshot.events)).cells
    order = _in_order(held["seq"], [event.seq for event in snapshot.events])
    return CsvTable("audit", _AUDIT, tuple(_together(*pair, order) for pair in zip(versions, acts, strict=True)))


def _typed(frame: pl.DataFrame, name: str) -> Repeated:
    """A quantity is a number, everything else a text: there are few, of many thousands."""
    told = frame.select(pl.col(name).alias("text"), number=pl.col("kind") == "quantity")
    once = told.unique(maintain_order=True)
    places = once.with_row_index("at")
    at = told.join(places, on=["text", "number"], how="left", nulls_equal=True, maintain_order="left")["at"]
    return Repeated([number_or_text(text or "") if number else text or "" for text, number in once.iter_rows()], at)


def _replaced(versions: pl.DataFrame) -> pl.Series:
    """The line of the version that each replaces, null where it replaces none."""
    lines = versions.select(pl.col("seq").alias("replaces"), pl.int_range(pl.len()).alias("at"))
    return versions.select("replaces").join(lines, on="replaces", how="left", maintain_order="left")["at"]


def _in_order(versions: pl.Series, acts: Sequence[int]) -> pl.Series:
    """Which line comes at each place of the ledger, those of acts counted behind those of versions."""
    seqs = pl.concat([versions, pl.Series(acts, dtype=versions.dtype)])
    return pl.DataFrame({"seq": seqs, "at": range(len(seqs))}).sort("seq", maintain_order=True)["at"]


def _together(versions: Cells, acts: Cells, order: pl.Series) -> Cells:
    if isinstance(versions, pl.Series):
        return pl.concat([versions, pl.Series(list(acts), dtype=versions.dtype)]).gather(order)
    if not isinstance(versions, Repeated):
        both = [*versions, *acts]
        return [both[at] for at in order]
    behind = pl.Series(range(len(versions.held), len(versions.held) + len(acts)), dtype=versions.at.dtype)
    return Repeated([*versions.held, *acts], pl.concat([versions.at, behind]).gather(order))


def _taken_back(frame: pl.DataFrame, events: Iterable[LedgerEvent]) -> pl.Series:
    """Yes or no: whether the row of its form that each datapoint stands in was taken back."""
    schema = pl.Schema({name: VERSION_COLUMNS[name] for name in _ROW})
    gone = pl.DataFrame(sorted(_inactivated(events)), schema=schema, orient="row").with_columns(back=pl.lit("yes"))
    found = frame.select(_ROW).cast(schema).join(gone, on=_ROW, how="left", maintain_order="left")
    return found["back"].fill_null("no").cast(NAME)


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
        _form(name, known.get(name), frames.get(name, empty), inactive)
        for name in dict.fromkeys([*known, *sorted(frames)])
    )


def analysis_records(analysis: Analysis) -> CsvTable:
    """Every derived value, exact, with a decimal beside it and the way back in `inputs` and `uses`."""
    records = analysis.records
    named = ("id", "participant_id", "visit", "parameter", "kind")
    columns: dict[str, Sequence[CsvCell]] = {name: _of_each(records, name) for name in named}
    for name in ("value", "baseline", "change", "improvement_pct"):
        scored = list(map(_scored, _of_each(records, name)))
        columns |= {name: [exact for exact, _ in scored], f"{name}_decimal": [decimal for _, decimal in scored]}
    columns |= {
        "unit": _of_each(records, "unit"), "verdict": _of_each(records, "verdict"),
        "reasons": [_json([{"key": key, **fields} for key, fields in each.reasons]) for each in records],
        "counts": [_json({name: str(count) for name, count in each.counts.items()}) for each in records],
        "date": _of_each(records, "date"), "study_day": _of_each(records, "study_day"),
        "in_window": [_IN_WINDOW[each.in_window] for each in records], "chosen": _of_each(records, "chosen"),
        "intercurrent": [" ".join(each.intercurrent) for each in records],
        "flags": [" | ".join(each.flags) for each in records], "details": [_json(each.details) for each in records],
        "inputs": [_numbers(each.inputs) for each in records], "uses": [" ".join(each.uses) for each in records],
    }  # fmt: skip
    return CsvTable("analysis", tuple(columns), tuple(map(column_of, columns.values())))


def _of_each(records: Iterable[AnalysisRecord], name: str) -> list[Any]:
    return list(map(attrgetter(name), records))


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
    return table_of("participants", columns, rows)


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
        )
        for row in rows
    )  # fmt: skip
    lists = (_joined([row.participants for row in rows]), _joined([row.records for row in rows]))
    return CsvTable("results", columns, (*table_of("results", columns[: -len(lists)], body).cells, *lists))


def codebook(study: Study) -> CsvTable:
    """Every item of every form: label in both languages, kind, unit, limits; its codes, those of yes and no too."""
    columns = (
        "form", "instrument", "item", "label_en", "label_zh", "kind", "unit", "other_units", "low", "high", "decimals",
        "required", "repeating", "choices", "choices_zh",
    )  # fmt: skip
    rows = tuple(
        (
            form.name, section.instrument, field.name, field.item.label.en, field.item.label.of("zh"), field.item.kind,
            field.item.unit, " | ".join(f"{unit}={factor}" for unit, factor in field.item.other_units.items()),
            number_or_text(field.item.low or ""), number_or_text(field.item.high or ""), field.item.decimals,
            "yes" if field.required else "no", "yes" if form.repeating else "no",
            *(" | ".join(f"{each.code}={each.label.of(tag)}" for each in _codes(field.item)) for tag in ("en", "zh")),
        )
        for form in study.forms
        for section in form.sections
        for field in section.fields
    )  # fmt: skip
    return table_of("codebook", columns, rows)


def _codes(item: Item) -> tuple[Choice, ...]:
    return code_list("answer") if item.kind == "yes_no" and not item.choices else item.choices


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
    return table_of("signatures", columns, rows)


def _event(event: LedgerEvent) -> tuple[CsvCell, ...]:
    details = _json(event.details)
    place: tuple[CsvCell, ...] = (event.participant_id, event.visit, event.form, event.row, "")
    who: tuple[CsvCell, ...] = (event.user, event.at_utc, event.reason, event.build, event.origin)
    return (event.seq, event.group, event.kind, *place, "", "", "", "", "", "", "", details, *who)


def _inactivated(events: Iterable[LedgerEvent]) -> frozenset[tuple[str, str, str, int]]:
    return frozenset(
        (each.participant_id, each.visit, each.form, each.row) for each in events if each.kind == "row_inactivated"
    )


def _form(name: str, form: Form | None, held: pl.DataFrame, inactive: frozenset[tuple[str, str, str, int]]) -> CsvTable:
    fields = [field for section in form.sections for field in section.fields] if form is not None else []
    entered, units = held["item"].to_list(), held["unit"].to_list()
    with_unit = {field.name for field in fields if field.item.other_units}
    defined = [field.name for field in fields]
    orphans = sorted(set(entered) - set(defined))
    with_unit |= {item for item, unit in zip(entered, units, strict=True) if unit} & set(orphans)
    columns = [
        column
        for item in [*defined, *orphans]
        for column in (item, *((f"{item}__unit",) if item in with_unit else ()), f"{item}__missing")
    ]
    at = {column: place for place, column in enumerate(columns)}
    lines: dict[tuple[str, str, str, int], list[CsvCell]] = {}
    cells = zip(held.select(_ROW).iter_rows(), entered, held["kind"], _typed(held, "text"), units, strict=True)
    for row, item, kind, value, unit in cells:
        line = lines.get(row) or lines.setdefault(row, [None] * len(columns))
        line[at[item if kind != "missing" else f"{item}__missing"]] = value
        if item in with_unit and kind != "missing":
            line[at[f"{item}__unit"]] = unit
    body = tuple(
        (row[0], row[1], row[3], "yes" if row in inactive else "no", *line) for row, line in sorted(lines.items())
    )
    return table_of(f"form_{name}", ("participant_id", "visit", "row", "row_inactivated", *columns), body)


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
        case int():
            return _exact(value, 1)
        case exact:
            return _exact(exact.numerator, exact.denominator)


@lru_cache(maxsize=65_536)  # a study has few numbers, each of them thousands of times
def _exact(numerator: int, denominator: int) -> tuple[CsvCell, CsvCell]:
    number = Fraction(numerator, denominator)
    decimal = str(number) if denominator == 1 else repr(float(number))
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
    return " ".join(map(str, seqs))


def _joined(lists: Sequence[tuple[str, ...]]) -> Repeated:
    """Names in one cell. The statistics of a line stand on the same records: their cells are one text in memory."""
    places: dict[tuple[str, ...], int] = {}
    at = pl.Series([places.setdefault(names, len(places)) for names in lists], dtype=pl.UInt32())
    return Repeated([" ".join(names) for names in places], at)


def _sentences(sentences: Sequence[str]) -> str:
    return " | ".join(sentences)


def _json(value: object) -> str:
    return _JSON.encode(value) if value else ""
