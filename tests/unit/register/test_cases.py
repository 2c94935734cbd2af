"""Every rule on real records into which a change was planted: what it must find, and what comes close and is right."""

import copy
import datetime as dt
import gzip
from functools import cache

import msgspec
import pytest
from ruamel.yaml import YAML

from trialwright.register import check_record
from trialwright.register.rules import RULES

from .records import DATA, record_of

FOLDER = DATA / "cases"
FEWEST = 3
Change = dict[str, object]


@cache
def _cases() -> dict[str, dict[str, list[list]]]:
    found: dict[str, dict[str, list[list]]] = {}
    for path in sorted(FOLDER.glob("family_*.yaml")):
        found.update(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
    return found


@cache
def _records() -> dict[str, dict]:
    lines = [
        line
        for folder in (DATA / "precision", DATA / "precision" / "second")
        for line in gzip.decompress((folder / "records.jsonl.gz").read_bytes()).splitlines()
    ]
    documents = [msgspec.json.decode(line) for line in lines]
    return {document["protocolSection"]["identificationModule"]["nctId"]: document for document in documents}


def _changed(name: str, change: Change) -> dict:
    document = copy.deepcopy(_records()[name])
    for path, value in change.items():
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        place = document["protocolSection"]
        for step in steps:
            place = place[step] if isinstance(step, int) else place.setdefault(step, {})
        _put(place, last, value)
    return document


def _put(place, last, value) -> None:
    if value is None:
        place.pop(last, None) if isinstance(place, dict) else place.pop(last)
    elif isinstance(value, dict) and set(value) == {"from", "to"}:
        assert value["from"] in place[last]
        place[last] = place[last].replace(value["from"], value["to"], 1)
    elif isinstance(value, dict) and set(value) == {"add"}:
        place[last] = (place[last] if isinstance(last, int) else place.get(last, "")) + value["add"]
    elif isinstance(last, int) and last == len(place):
        place.append(value)
    else:
        place[last] = value


def _codes(document: dict) -> set[str]:
    day = dt.date.fromisoformat(document["derivedSection"]["miscInfoModule"]["versionHolder"])
    report = check_record(record_of(msgspec.json.encode(document)), day)
    return {one.code for one in report.findings}


@cache
def _codes_before(name: str) -> frozenset[str]:
    return frozenset(_codes(_records()[name]))


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_a_planted_change_is_found_and_was_not_there_before(code):
    for name, change in _cases()[code]["fires"]:
        assert code not in _codes_before(name), name
        assert code in _codes(_changed(name, change)), (name, change)


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_what_comes_close_and_is_right_stays_silent(code):
    for name, change, why in _cases()[code]["silent"]:
        assert code not in _codes(_changed(name, change)), (name, why)


@pytest.mark.parametrize("kind", ["fires", "silent"])
def test_every_rule_has_three_cases_of_each_kind_from_different_records(kind):
    short = [
        rule.code for rule in RULES if len({name for name, *_ in _cases().get(rule.code, {}).get(kind, [])}) < FEWEST
    ]

    assert short == []


def test_no_case_is_about_a_rule_that_is_gone():
    assert set(_cases()) == {rule.code for rule in RULES}
