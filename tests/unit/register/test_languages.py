"""Findings in Chinese."""

import re

import msgspec

from trialwright.register import word_finding
from trialwright.register.languages import _chinese
from trialwright.register.rules import RULES

from .records import PAGE, RECONSTRUCTION, ROOT, checked


def test_every_documented_code_has_chinese_words():
    page = (ROOT / "docs" / "reference" / "problems" / "register.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^## (TW-REG-\d{3})", page, re.MULTILINE)) == set(_chinese())
    assert {rule.code for rule in RULES} <= set(_chinese())


def test_chinese_words_hold_no_latin_letter():
    latin = [code for code, told in _chinese().items() if re.search(r"[A-Za-z]", "".join(told))]

    assert latin == []


def test_a_finding_keeps_code_severity_and_place_in_chinese():
    for finding in checked(RECONSTRUCTION).findings:
        told = word_finding(finding, "zh-hans")
        assert (finding.code, finding.severity, finding.where) == (told.code, told.severity, told.where)
        assert re.search(r"[\u4e00-\u9fff]", told.found + told.cure)


def test_only_the_words_of_the_record_stay_in_its_language():
    for finding in checked(PAGE).findings:
        told = word_finding(finding, "zh")
        assert not re.search(r"[A-Za-z]", re.sub(r"（原文：“.*”）", "", told.found) + told.cure)


def test_no_two_findings_on_the_seed_read_alike_in_chinese():
    told = [word_finding(finding, "zh").found for finding in checked(RECONSTRUCTION).findings]

    assert len(told) == len(set(told))
    assert "预计日期已过，却未更新 · 主要完成日期（原文：“2022-07-31”）" in told


def test_the_place_of_one_of_several_is_told_in_chinese():
    (finding,) = [one for one in checked(RECONSTRUCTION).findings if one.code == "TW-REG-401"]

    assert word_finding(finding, "zh").found == "干预措施被列为疾病 · 疾病 第 2 项（原文：“Abatacept”）"


def test_english_is_left_as_it_is():
    finding = checked(PAGE).findings[0]

    assert finding == word_finding(finding, "en")


def test_what_cannot_be_judged_says_so_in_chinese():
    finding = next(one for one in checked(PAGE).findings if one.found.startswith("cannot be judged"))

    assert word_finding(finding, "zh").found.startswith("无法判断")


def test_the_words_are_read_as_a_table_of_pairs():
    data = (ROOT / "src" / "trialwright" / "register" / "words" / "findings_zh.json").read_bytes()

    assert _chinese() == msgspec.json.decode(data, type=dict[str, tuple[str, str]])
