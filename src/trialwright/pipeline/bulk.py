"""Many registry records checked one after another: a folder of them, or a file that holds many."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import polars as pl

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport, RegistryRecord
from trialwright.register import check_record, read_records, unreadable_file
from trialwright.register.baseline import Baseline, numbers_of, set_apart, stale_entries
from trialwright.register.many import FindingRow, ManyReport, Tally, finding_rows

_MANY = (".jsonl", ".ndjson")
_ONE = (".json", ".xml", ".txt", *_MANY)
_ROWS_HELD = 200_000
_SCHEMA = dict.fromkeys((field.name for field in msgspec.structs.fields(FindingRow)), pl.String)


def holds_many(path: Path) -> bool:
    """A folder of records (not of a study), a file of JSON lines, or one that holds several (an array, an upload)."""
    if path.is_dir():
        return not (path / "study.yaml").exists() and next(_files(path), None) is not None
    if _kind(path) in _ONE and _kind(path) not in _MANY and path.is_file():
        with path.open("rb") as stream:
            return len(list(islice(read_records(stream, path.name), 2))) == 2
    return _kind(path) in _MANY


def check_many(
    path: Path,
    on: dt.date,
    *,
    parquet: Path | None = None,
    baseline: Baseline | None = None,
    tick: Callable[[], object],
) -> ManyReport:
    """
    The counts over every record of a folder or file; `tick` is called after each.

    Shape:    records are read one at a time; with `parquet`, one row a finding is written there, accepted ones with
              their reason.
    Problems: what cannot be read is listed in the report, and the rest is checked all the same; TW-REG-022 for an
              entry of the baseline that no finding of any record answers.
    """
    tally, used = Tally(), set[int]()
    rows = _checked(_readings(path, tick), on, tally, _Accepting(baseline or Baseline("", ()), used))
    if parquet is None:
        for _ in rows:
            pass
    else:
        _write(rows, parquet)
    return tally.report(str(path), on.isoformat(), stale_entries(baseline, used) if baseline else ())


def count_files(path: Path) -> int | None:
    """How many files of a folder will be read; None for a file, whose records are counted as they come."""
    return sum(1 for _ in _files(path)) if path.is_dir() else None


class _Accepting(NamedTuple):
    """A baseline, and which of its entries were used so far."""

    baseline: Baseline
    used: set[int]

    def apart(self, record: RegistryRecord, report: CheckReport) -> CheckReport:
        told, used = set_apart(report, self.baseline, numbers_of(record))
        self.used.update(used)
        return told


def _checked(
    readings: Iterable[RegistryRecord | list[Problem]], on: dt.date, tally: Tally, accepting: _Accepting
) -> Iterator[FindingRow]:
    for reading in readings:
        if isinstance(reading, list):
            tally.refuse(reading)
        else:
            report = accepting.apart(reading, check_record(reading, on))
            tally.add(report)
            yield from finding_rows(reading, report)


def _readings(path: Path, tick: Callable[[], object]) -> Iterator[RegistryRecord | list[Problem]]:
    for file in _files(path) if path.is_dir() else (path,):
        try:
            with file.open("rb") as stream:
                for reading in read_records(stream, file.name):
                    yield reading
                    if not path.is_dir():
                        tick()
        except OSError as error:
            yield [unreadable_file(str(file), error.strerror or type(error).__name__)]
        if path.is_dir():
            tick()


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if _kind(file) in _ONE and file.is_file())


def _kind(path: Path) -> str:
    return Path(path.stem if path.suffix == ".gz" else path.name).suffix.lower()


def _write(rows: Iterable[FindingRow], target: Path) -> None:
    """The rows as one Parquet file; no more than a part of them is in memory at a time."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        parts: list[Path] = []
        held: list[FindingRow] = []

        def put_down() -> None:
            parts.append(Path(folder) / f"{len(parts)}.parquet")
            pl.DataFrame([msgspec.structs.asdict(row) for row in held], schema=_SCHEMA).write_parquet(parts[-1])
            held.clear()

        for row in rows:
            held.append(row)
            if len(held) == _ROWS_HELD:
                put_down()
        put_down()
        pl.scan_parquet(parts).sink_parquet(target)
