"""How often a finding is right: the rules against what a reader found in 280 real records before they ran."""

import datetime as dt
import gzip
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

from trialwright.register import check_record

from .records import DATA, ON, SHARED, record_of

FIRST = DATA / "precision"
SECOND = FIRST / "second"
THIRD = FIRST / "third"
FOURTH = FIRST / "fourth"
FIFTH = FIRST / "fifth"
RECORDS = sorted((SHARED / "records").glob("*.json"))
Label = tuple[str, str, str]
SIZES = {FIRST: 60, SECOND: 60, THIRD: 40, FOURTH: 60, FIFTH: 60}
each_sample = pytest.mark.parametrize("folder", SIZES, ids=["first", "second", "third", "fourth", "fifth"])


def _rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def _labels(folder: Path) -> list[Label]:
    return [(record, rule, where) for record, rule, where, *_ in _rows(folder / "labels.tsv")]


def _seen_later(folder: Path) -> list[Label]:
    path = folder / "second_look.tsv"
    rows = _rows(path) if path.exists() else []
    return [(record, rule, where) for record, rule, where, verdict, _ in rows if verdict == "right"]


@cache
def _findings(folder: Path) -> tuple[Label, ...]:
    found: list[Label] = []
    for line in gzip.decompress((folder / "records.jsonl.gz").read_bytes()).splitlines():
        document = msgspec.json.decode(line)
        name = document["protocolSection"]["identificationModule"]["nctId"]
        day = dt.date.fromisoformat(document["derivedSection"]["miscInfoModule"]["versionHolder"])
        for finding in check_record(record_of(line, name), day).findings:
            found.append((name, finding.code, finding.where.removeprefix("protocolSection.")))
    return tuple(found)


def _is_right(finding: Label, labels: list[Label]) -> bool:
    name, code, where = finding
    return any((name, code) == (record, rule) and where.startswith(place) for record, rule, place in labels)


@pytest.mark.parametrize("folder", [FIRST, SECOND, FOURTH, FIFTH], ids=["first", "second", "fourth", "fifth"])
def test_nine_findings_of_ten_were_seen_by_the_reader_first(folder):
    labels = _labels(folder)
    right = sum(_is_right(finding, labels) for finding in _findings(folder))

    # the goal of the registry's reference chapter (section 4)
    assert right >= 0.9 * len(_findings(folder))


def test_of_the_third_sample_less_was_labelled_and_a_second_look_found_the_rest_right():
    labels, seen = _labels(THIRD), _seen_later(THIRD)
    found = _findings(THIRD)
    first = sum(_is_right(finding, labels) for finding in found)

    # the rules of that day: 184 of 221 by the labels alone, counted in the files of the third sample
    assert first >= 0.8 * len(found)
    assert sum(_is_right(finding, [*labels, *seen]) for finding in found) >= 0.9 * len(found)


@each_sample
def test_every_record_is_labelled_and_no_other(folder):
    lines = gzip.decompress((folder / "records.jsonl.gz").read_bytes()).splitlines()
    names = {msgspec.json.decode(line)["protocolSection"]["identificationModule"]["nctId"] for line in lines}

    assert len(names) == SIZES[folder]
    assert names == {record for record, _, _ in _labels(folder)}


def test_the_fifth_sample_meets_the_goal_by_the_labels_as_committed():
    labels = _labels(FIFTH)
    asked = Counter(code[7] for _, code, _ in _findings(FIFTH))
    right = Counter(finding[1][7] for finding in _findings(FIFTH) if _is_right(finding, labels))

    # the goal of issue and reference chapter: 0.9 in every family with ten findings, no second look asked
    assert [family for family in asked if asked[family] >= 10 and right[family] < 0.9 * asked[family]] == []


@each_sample
def test_every_family_with_ten_findings_is_right_nine_times_of_ten(folder):
    labels = [*_labels(folder), *_seen_later(folder)]
    asked = Counter(code[7] for _, code, _ in _findings(folder))
    right = Counter(finding[1][7] for finding in _findings(folder) if _is_right(finding, labels))
    short = {family: right[family] / asked[family] for family in asked if asked[family] >= 10}

    assert [family for family, share in short.items() if share < 0.9] == []


def test_no_two_samples_share_a_record():
    names = [{name for name, _, _ in _labels(folder)} for folder in SIZES]

    assert len(set.union(*names)) == sum(SIZES.values())


@pytest.mark.parametrize("folder", [SECOND, THIRD, FOURTH, FIFTH], ids=["second", "third", "fourth", "fifth"])
def test_every_finding_without_a_label_was_looked_at_again(folder):
    labels, seen = _labels(folder), [(name, rule, where) for name, rule, where, *_ in _rows(folder / "second_look.tsv")]
    unlabelled = [finding for finding in _findings(folder) if not _is_right(finding, labels)]

    assert [finding for finding in unlabelled if not _is_right(finding, seen)] == []


@pytest.mark.bulk
@pytest.mark.skipif(not RECORDS, reason="../shared/registry is not here")
def test_nine_of_ten_findings_on_text_are_right_in_all_records_outside_the_samples():
    # the text of the fifth sample was read too, before that sample was drawn
    sampled = {name for folder in SIZES if folder != FIFTH for name, _, _ in _labels(folder)}
    read = {(record, rule, where): verdict for record, rule, where, verdict, *_ in _rows(FIRST / "text_look.tsv")}
    found: list[Label] = []
    for path in RECORDS:
        data = path.read_bytes()
        held = msgspec.json.decode(data).get("derivedSection", {}).get("miscInfoModule", {}).get("versionHolder")
        report = check_record(record_of(data, path.stem), dt.date.fromisoformat(held) if held else ON)
        places = [(path.stem, one.code, one.where.removeprefix("protocolSection.")) for one in report.findings]
        found += [place for place in places if place[1][7] == "8" and place[0] not in sampled]
    right = sum(read.get(finding) == "right" for finding in found)

    assert len(found) >= 10
    assert right >= 0.9 * len(found)
