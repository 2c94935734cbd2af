"""
Wrong files of every kind: no crash, no hang, no network, bounded memory.

2,000 cases here; `make fuzz` runs 100,000. A failure names the numbers of its cases; `support.mutate` makes each again.
"""

import gzip
import os
import resource
import socket
import sys
import time

from support.mutate import BOMB, OUTSIDE, Sources, mutated
from trialwright.model.record import RegistryRecord
from trialwright.register import check_record, read_record, render_json, render_text

from .records import DATA, ON, PAGE, RECONSTRUCTION

CASES = int(os.environ.get("TRIALWRIGHT_FUZZ", "2000"))
FROM = int(os.environ.get("TRIALWRIGHT_FUZZ_FROM", "0"))
SLOWEST = 10  # seconds of one core for one case: the largest text of a case has a million characters
GROWTH = 400  # MB over all cases


def _sources() -> Sources:
    packed = gzip.decompress((DATA / "precision" / "records.jsonl.gz").read_bytes()).splitlines()
    return {
        "json": [*packed[:40], RECONSTRUCTION.read_bytes(), (DATA / "exemplary.json").read_bytes()],
        "xml": [(DATA / "NCT02591810.xml").read_bytes()],
        "text": [PAGE.read_bytes()],
    }


def _ask(data: bytes) -> int:
    """How many findings or problems there are; everything a check does, done."""
    answer = read_record(data, "fuzz")
    if not isinstance(answer, RegistryRecord):
        return len(answer)
    report = check_record(answer, ON)
    return len(render_text(report)) + len(render_json(report))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def test_no_wrong_file_crashes_hangs_asks_the_network_or_fills_the_memory(monkeypatch):
    def refused(*_args, **_kept):
        raise AssertionError("a file was read and the network was asked")

    monkeypatch.setattr(socket, "socket", refused)
    sources = _sources()
    _ask(sources["json"][0])
    before, crashed, slow = _peak(), [], []
    for number in range(FROM, FROM + CASES):
        data = mutated(number, sources)
        begin = time.thread_time()
        try:
            assert _ask(data) > 0
        except Exception as error:  # noqa: BLE001 - every kind of crash is what this test looks for
            crashed.append(f"{number}: {type(error).__name__}: {error}"[:200])
        if time.thread_time() - begin > SLOWEST:
            slow.append(number)

    assert crashed == []
    assert slow == []
    assert _peak() - before < GROWTH


def test_a_bomb_of_entities_and_a_file_from_outside_are_refused_with_a_sentence():
    for data in (BOMB, OUTSIDE):
        (problem,) = read_record(data, "upload.xml")

        assert problem.code == "TW-REG-008"
        assert "root:" not in problem.sentence()


def test_the_same_number_makes_the_same_file():
    sources = _sources()

    assert [mutated(number, sources) for number in range(40)] == [mutated(number, sources) for number in range(40)]


def test_a_lost_cell_named_by_a_hundred_thousand_letters_does_not_hang():
    record = b'{"protocolSection": {}, "_notRecovered": ["' + b"a" * 100_000 + b'"]}'
    begin = time.thread_time()

    assert isinstance(read_record(record, "long.json"), RegistryRecord)
    assert time.thread_time() - begin < 2
