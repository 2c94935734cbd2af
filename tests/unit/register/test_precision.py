"""How often a finding is right: the rules against what a reader found in sixty real records before they ran."""

import datetime as dt
import gzip
from collections import Counter

import msgspec
import pytest

from trialwright.register import check_record

from .records import DATA, record_of

FOLDER = DATA / "precision"


def _labels() -> list[tuple[str, str, str]]:
    rows = (line.split("\t") for line in (FOLDER / "labels.tsv").read_text(encoding="utf-8").splitlines()[1:])
    return [(record, rule, where) for record, rule, where, _ in rows]


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, bool]]:
    """The family of every finding on the sixty records, and whether the reader had found the same."""
    labels, found = _labels(), []
    for line in gzip.decompress((FOLDER / "records.jsonl.gz").read_bytes()).splitlines():
        document = msgspec.json.decode(line)
        name = document["protocolSection"]["identificationModule"]["nctId"]
        day = dt.date.fromisoformat(document["derivedSection"]["miscInfoModule"]["versionHolder"])
        for finding in check_record(record_of(line, name), day).findings:
            where = finding.where.removeprefix("protocolSection.")
            right = any(
                (name, finding.code) == (record, rule) and where.startswith(place) for record, rule, place in labels
            )
            found.append((finding.code[7], right))
    return found


def test_nine_findings_of_ten_are_right(judged):
    right = sum(correct for _, correct in judged)

    # the goal of the registry's reference chapter (section 4)
    assert right >= 0.9 * len(judged)


def test_sixty_records_are_labelled_and_no_other():
    lines = gzip.decompress((FOLDER / "records.jsonl.gz").read_bytes()).splitlines()
    names = {msgspec.json.decode(line)["protocolSection"]["identificationModule"]["nctId"] for line in lines}

    assert len(names) == 60
    assert names == {record for record, _, _ in _labels()}


def test_every_family_with_ten_findings_is_right_nine_times_of_ten(judged):
    asked, right = Counter(family for family, _ in judged), Counter(family for family, correct in judged if correct)
    short = {family: right[family] / asked[family] for family in asked if asked[family] >= 10}

    assert [family for family, share in short.items() if share < 0.9] == []
