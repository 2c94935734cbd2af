"""
Reading and checking registry records beside the bare cost of decoding their JSON and beside other packages, in one run.

Absolute figures drift between machines: the ratios to `orjson.loads` in the same run are what to hold.
"""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from trialwright.model.record import RegistryRecord
from trialwright.register import check_record, read_record
from trialwright.register.rules import RULES
from trialwright.register.rules.instruments import is_known_tool
from trialwright.register.spans import days_named, read_date
from trialwright.register.spelling import meant, never_a_slip

ROOT = Path(__file__).parents[1]
BULK = ROOT / ".." / "shared" / "registry" / "records"
SMALL = ROOT / "tests" / "data" / "registry"
ON = dt.date(2026, 2, 18)  # the day most snapshots of the bulk data were taken
REPEATS = 5
HELD = 2000
_HOLD = """
import resource, sys
from pathlib import Path
from trialwright.register import read_record
paths = [Path(line) for line in sys.argv[2:]]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
held = [read_record(paths[at % len(paths)].read_bytes(), "record") for at in range(int(sys.argv[1]))]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(before / 1024, after / 1024, len(held))
"""


def run() -> None:
    """Print each figure with its peer or raw limit, the ratio, the target and whether it is met."""
    paths = sorted(BULK.glob("*.json")) or sorted(SMALL.glob("NCT*.json"))
    contents = [path.read_bytes() for path in paths]
    rules = _rules(contents)  # first, in a memory that nothing else has used
    name, decode = _decoder()
    print(f"{len(contents)} records, {sum(map(len, contents)) / len(contents) / 1000:.1f} kB on average")
    bare = _microseconds(lambda: [decode(data) for data in contents], contents)
    print(f"{name:<44} {bare:8.0f} us a record")
    _read(contents, name, decode, bare)
    _check(rules, name, bare)
    _peers(contents, name, bare)
    _memory(paths)


def _read(contents: list[bytes], name: str, decode: Callable[[bytes], object], bare: float) -> None:
    typed = _microseconds(lambda: [read_record(data, "record") for data in contents], contents)
    _print("typed lossless read", typed, f"{name} x", typed / bare, 0.9)
    # every record with a key that no schema knows: the slow road of the reader
    odd = [data.rstrip()[:-1] + b',"aKeyOfNextYear":{"a":[1,2]}}' for data in contents]
    loads = _microseconds(lambda: [decode(data) for data in odd], odd)
    slow = _microseconds(lambda: [read_record(data, "record") for data in odd], odd)
    _print("the same with an unknown key", slow, f"{name} x", slow / loads, 7.0)


def _rules(contents: list[bytes]) -> list[float]:
    """The microseconds that all rules take for each record, the quickest first: the best of some passes for each."""
    read = (read_record(data, "record") for data in contents)
    records = [record for record in read if isinstance(record, RegistryRecord)]
    best = [float("inf")] * len(records)
    for _ in range(REPEATS):
        _forget()  # each pass is one over records never seen before
        for at, record in enumerate(records):
            begin = time.thread_time()
            check_record(record, ON)
            best[at] = min(best[at], (time.thread_time() - begin) * 1e6)
    return sorted(best)


def _check(best: list[float], name: str, bare: float) -> None:
    mean, slowest = sum(best) / len(best), best[int(0.99 * len(best))]
    _print(f"all {len(RULES)} rules, mean", mean, "us", mean, 1000.0)
    _print(f"all {len(RULES)} rules, 99th of 100", slowest, "us", slowest, 10_000.0)
    print(f"  the mean is {mean / bare:.1f} x {name} in this run")


def _forget() -> None:
    for kept in (meant, never_a_slip, read_date, days_named, is_known_tool):
        kept.cache_clear()


def _peers(contents: list[bytes], name: str, bare: float) -> None:
    for package, reader in (("pytrials-v2", _pytrials()), ("altissimo-clinicaltrials", _altissimo())):
        if reader is None:
            print(f"{package}: not installed here (make bench installs it)")
            continue
        refused = _refused(reader, contents)
        took = _microseconds(lambda reader=reader: _refused(reader, contents), contents, 2)  # type: ignore[misc]
        print(f"{package:<44} {took:8.0f} us a record, {took / bare:6.1f} x {name}, refuses {refused} records")


def _refused(reader: Callable[[bytes], object], contents: list[bytes]) -> int:
    refused = 0
    for data in contents:
        try:
            reader(data)
        except ValueError:  # what both raise for a record that their model does not take
            refused += 1
    return refused


def _pytrials() -> Callable[[bytes], object] | None:
    if not find_spec("pytrials"):
        return None
    study = import_module("pytrials.models.study").Study
    return lambda data: study.model_validate_json(data)


def _altissimo() -> Callable[[bytes], object] | None:
    if not find_spec("clinicaltrials"):
        return None
    study = import_module("clinicaltrials").Study
    return lambda data: study.from_json(data)


def _memory(paths: list[Path]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _HOLD, str(HELD), *map(str, paths)], capture_output=True, text=True, check=True
    ).stdout.split()
    before, after = float(told[0]), float(told[1])
    _print(f"{HELD} typed records held (process at most)", after, "MB", after, 300.0)
    print(f"  of which the interpreter and its packages {before:.0f} MB")


def _decoder() -> tuple[str, Callable[[bytes], object]]:
    if find_spec("orjson"):
        return "orjson.loads", import_module("orjson").loads
    return "json.loads", json.loads


def _microseconds(act: Callable[[], object], contents: list[bytes], repeats: int = REPEATS) -> float:
    times = []
    for _ in range(repeats):
        begin = time.thread_time()
        act()
        times.append(time.thread_time() - begin)
    return min(times) / len(contents) * 1e6


def _print(what: str, figure: float, unit: str, held: float, target: float) -> None:
    met = "met" if held <= target else "NOT MET"
    print(f"{what:<44} {figure:8.0f}   {held:8.2f} {unit} (target at most {target:g}: {met})")


if __name__ == "__main__":
    run()
