"""Reading and checking registry records against the bare cost of decoding their JSON, and how often each rule fires."""

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from trialwright.model.record import RegistryRecord
from trialwright.register import check_record, read_record
from trialwright.register.rules import RULES

ROOT = Path(__file__).parents[1]
BULK = ROOT / ".." / "shared" / "registry" / "records"
SMALL = ROOT / "tests" / "data" / "registry"
ON = dt.date(2026, 2, 18)  # the day most snapshots of the bulk data were taken
REPEATS = 5


def run() -> None:
    """Print microseconds a record for the bare decoder, for reading and for checking, and the firing rates."""
    paths = sorted(BULK.glob("*.json")) or sorted(SMALL.glob("*.json"))
    contents = [path.read_bytes() for path in paths]
    name, decode = _decoder()
    records = [
        record for record in (read_record(data, "record") for data in contents) if isinstance(record, RegistryRecord)
    ]
    bare = _best(lambda: [decode(data) for data in contents])
    reading = _best(lambda: [read_record(data, "record") for data in contents])
    checking = _best(lambda: [check_record(record, ON) for record in records])
    count = len(contents)
    print(f"{count} records, {sum(map(len, contents)) / count / 1000:.1f} kB on average")
    print(f"{name}: {bare / count * 1e6:.0f} us a record")
    print(f"read_record: {reading / count * 1e6:.0f} us a record, {reading / bare:.2f} x {name}")
    print(f"check_record: {checking / count * 1e6:.0f} us a record, {len(RULES)} rules")
    _print_rates(records)


def _decoder() -> tuple[str, Callable[[bytes], object]]:
    if find_spec("orjson"):
        return "orjson.loads", import_module("orjson").loads
    return "json.loads", json.loads


def _best(act: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    return min(times)


def _print_rates(records: list[RegistryRecord]) -> None:
    fired: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for record in records:
        findings = check_record(record, ON).findings
        fired.update({finding.code for finding in findings})
        errors.update({finding.code for finding in findings if finding.severity == "error"})
    for rule in RULES:
        rate = fired[rule.code] / len(records)
        print(f"{rule.code}  {rate:6.1%}  {errors[rule.code]:4d} errors  {rule.title}")


if __name__ == "__main__":
    run()
