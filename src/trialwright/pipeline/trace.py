"""From a cell back to the keystrokes behind it, and forward again to see that they really make it."""

import difflib
from collections.abc import Iterable
from fractions import Fraction

import msgspec
import polars as pl

from trialwright.analyze import analyze
from trialwright.catalog import Catalog
from trialwright.model.analysis import Analysis, AnalysisRecord, ResultRow
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.problem import Problem
from trialwright.model.study import Study
from trialwright.pipeline.deriving import derive_all


class TracedDatapoint(msgspec.Struct, frozen=True, kw_only=True):
    """One keystroke at the end of a trace; `version` is its sequence number in the ledger."""

    participant_id: str
    visit: str
    form: str
    row: int
    item: str
    raw: str
    version: int
    user: str
    at_utc: str
    reason: str


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """The walk back from one cell: its result row, the records it uses (nearest first), the datapoints and events."""

    cell: str
    row: ResultRow
    records: tuple[AnalysisRecord, ...]
    datapoints: tuple[TracedDatapoint, ...]
    events: tuple[LedgerEvent, ...]


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """One cell, and what its own datapoints alone give."""

    cell: str
    printed: str
    recomputed: str

    @property
    def same(self) -> bool:
        return self.printed == self.recomputed


class Tracer:
    """Walks back from the cells of one readout."""

    def __init__(self, analysis: Analysis, rows: Iterable[ResultRow], snapshot: Snapshot) -> None:
        self._records = {record.id: record for record in analysis.records}
        self._participants = {p.participant_id: p for p in analysis.participants}
        self._rows = {row.cell: row for row in rows}
        self._snapshot = snapshot
        self._events = {event.seq: event for event in snapshot.events}

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def row(self, cell: str) -> ResultRow:
        return self._rows[cell]

    def trace(self, cell: str) -> Trace | Problem:
        """The walk back from `cell`, or a Problem that guesses what was meant."""
        row = self._rows.get(cell)
        if row is None:
            return _no_such_cell(cell, self._rows)
        records = self._closure(row.records)
        seqs = self.inputs(row, records)
        return Trace(
            cell=cell,
            row=row,
            records=tuple(records),
            datapoints=self.datapoints(seqs),
            events=self.events(seqs),
        )

    def trace_record(self, record_id: str) -> tuple[tuple[AnalysisRecord, ...], tuple[TracedDatapoint, ...]]:
        """The same for one analysis record, as a listing's cell opens it."""
        records = self._closure((record_id,))
        return tuple(records), self.datapoints({seq for record in records for seq in record.inputs})

    def inputs(self, row: ResultRow, records: list[AnalysisRecord] | None = None) -> set[int]:
        """Sequence numbers of everything behind a row: its records' inputs and its participants' facts."""
        seqs = {seq for record in records or self._closure(row.records) for seq in record.inputs}
        for participant_id in row.participants:
            if participant_id in self._participants:
                seqs |= set(self._participants[participant_id].inputs)
        return seqs

    def _closure(self, ids: Iterable[str]) -> list[AnalysisRecord]:
        seen: dict[str, AnalysisRecord] = {}
        waiting = list(ids)
        while waiting:
            record = self._records.get(waiting.pop(0))
            if record is not None and record.id not in seen:
                seen[record.id] = record
                waiting.extend(record.uses)
        return list(seen.values())

    def events(self, seqs: set[int]) -> tuple[LedgerEvent, ...]:
        """The acts with these sequence numbers, in their order."""
        return tuple(self._events[seq] for seq in sorted(seqs) if seq in self._events)

    def datapoints(self, seqs: set[int]) -> tuple[TracedDatapoint, ...]:
        """The versions with these sequence numbers, in their order."""
        found = self._snapshot.versions.filter(pl.col("seq").is_in(sorted(seqs)))
        return tuple(
            TracedDatapoint(
                participant_id=d["participant_id"], visit=d["visit"], form=d["form"], row=d["row"], item=d["item"],
                raw=d["raw"], version=d["seq"], user=d["user"], at_utc=d["at_utc"], reason=d["reason"],
            )
            for d in found.iter_rows(named=True)
        )  # fmt: skip


def recompute_all(study: Study, catalog: Catalog, tracer: Tracer, snapshot: Snapshot) -> tuple[Recomputed, ...]:
    """
    Every numeric cell once more, from nothing but the datapoints and events that its own trace ends in.

    A cell that comes out differently has a trace that is not complete, or was not made from the data.
    """
    numeric = [tracer.row(cell) for cell in tracer.cells if isinstance(tracer.row(cell).value, int | float | Fraction)]
    behind = {row.cell: frozenset(tracer.inputs(row)) for row in numeric}
    asked: dict[frozenset[int], set[str]] = {}
    for row in numeric:
        asked.setdefault(behind[row.cell], set()).add(row.display)
    # Each set of rows is derived once, and only the displays that rest on exactly that set are worked out from it.
    made = {
        seqs: {r.cell: r for r in analyze(study, derive_all(study, _only(snapshot, seqs), catalog), catalog, displays)}
        for seqs, displays in asked.items()
    }
    results = []
    for row in numeric:
        cell = row.cell
        again = made[behind[cell]].get(cell)
        results.append(
            Recomputed(cell=cell, printed=str(row.value), recomputed=str(again.value) if again else "no such cell")
        )
    return tuple(results)


def _only(snapshot: Snapshot, seqs: frozenset[int]) -> Snapshot:
    """The snapshot with nothing in it but these rows, and the acts that belong to no participant."""
    wanted = pl.col("seq").is_in(sorted(seqs))
    return msgspec.structs.replace(
        snapshot,
        versions=snapshot.versions.filter(wanted),
        standing=lambda: snapshot.current.filter(wanted),
        events=tuple(e for e in snapshot.events if e.seq in seqs or not e.participant_id),
    )


def _no_such_cell(cell: str, cells: Iterable[str]) -> Problem:
    near = difflib.get_close_matches(cell, list(cells), n=1)
    return Problem(
        code="TW-TRC-001",
        where=cell,
        found="no table has this cell",
        expected="A cell is TABLE:ROW:STATISTIC, for example 14.2.1.1:responders:n",
        cure=f"Did you mean {near[0]}?" if near else "List all cells with: trialwright report STUDY --cells",
    )
