"""Findings in the reader's language: the record's own words stay as they are, ours are said in Chinese."""

from functools import cache
from importlib.resources import files

import msgspec

from trialwright.model.problem import Problem


def word_finding(finding: Problem, language: str) -> Problem:
    """
    The finding in "en" or "zh"; in Chinese its title, the record's own words where some are quoted, and the cure.

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
    return msgspec.structs.replace(finding, found=f"{title}{shown}", expected="", cure=cure)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:88].rstrip()}……"


@cache
def _chinese() -> dict[str, tuple[str, str]]:
    data = files("trialwright.register").joinpath("words", "findings_zh.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, tuple[str, str]])
