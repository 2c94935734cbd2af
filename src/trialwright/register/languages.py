"""Findings in the reader's language: the record's own words stay as they are, ours are said in Chinese."""

import re
from functools import cache
from importlib.resources import files

import msgspec

from trialwright.model.problem import Problem
from trialwright.register.history.names import field_words

_PLACE = re.compile(r"\[(\d+)\]")
_LATIN = re.compile(r"[A-Za-z]")


def word_finding(finding: Problem, language: str) -> Problem:
    """
    The finding in "en" or "zh"; in Chinese its title, the element of the record, the record's own words where some
    are quoted, and the cure.

    Missing: a code without Chinese words comes back as it is.
    """
    told = _chinese().get(finding.code) if language.startswith("zh") else None
    if told is None:
        return finding
    title, cure = told
    if "unjudged" in finding.fields:
        return msgspec.structs.replace(
            finding,
            found=f"无法判断：副本丢失了该内容（{title}）",
            expected="",
            cure="请从登记平台取得该内容后再核查。",
        )
    quote = finding.fields.get("quote", "")
    shown = f"（原文：“{_short(quote)}”）" if quote else ""
    return msgspec.structs.replace(finding, found=f"{title}{_element(finding.where)}{shown}", expected="", cure=cure)


@cache
def _element(where: str) -> str:
    """The element that a v2 path of the protocol leads to, in Chinese; "" where it has no Chinese name."""
    if not where.startswith("protocolSection."):
        return ""
    told = field_words(tuple(_PLACE.sub("", where).split("."))).zh
    places = "、".join(f"第 {int(at) + 1} 项" for at in _PLACE.findall(where))
    return "" if _LATIN.search(told) else f" · {told}{f' {places}' if places else ''}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:88].rstrip()}……"


@cache
def _chinese() -> dict[str, tuple[str, str]]:
    data = files("trialwright.register").joinpath("words", "findings_zh.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, tuple[str, str]])
