"""A report of findings as text for a person and as JSON for scripts; `sarif` writes it for code-review tools."""

import textwrap

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport
from trialwright.register.rules import why_of

_HEADINGS = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
_WIDTH = 100
CANNOT = "cannot be judged"


def render_json(report: CheckReport) -> str:
    """The report as JSON, keys in the order every command prints them; `accepted` where a baseline was given."""
    shown: dict[str, object] = {
        "checked_on": report.checked_on,
        "input": report.input,
        "findings": [_shown(finding) for finding in report.findings],
        "lost": report.lost,
        "counts": report.counts,
    }
    if report.accepted:
        shown["accepted"] = [{**_shown(one), "reason": one.fields.get("reason", "")} for one in report.accepted]
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"


def _shown(finding: Problem) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
        "found": finding.found,
        "expected": finding.expected,
        "cure": finding.cure,
        "source": finding.source,
    }


def render_text(report: CheckReport) -> str:
    """The report for a terminal: errors first, each with place, why it matters, what to do, and the rule's source."""
    counts = report.counts
    lines = [
        f"{report.input}, checked on {report.checked_on}: {_all_counted(counts)}",
    ]
    judged = [finding for finding in report.findings if not finding.found.startswith(CANNOT)]
    for severity, heading in _HEADINGS.items():
        group = [finding for finding in judged if finding.severity == severity]
        if group:
            heading = f"{heading} ({len(group)})"
            lines += ["", heading, "-" * len(heading)]
            told: set[str] = set()
            for finding in group:
                lines += ["", *_finding(finding, again=finding.code in told)]
                told.add(finding.code)
    unjudged = [finding for finding in report.findings if finding.found.startswith(CANNOT)]
    if unjudged:
        lines += ["", "Cannot be judged (cell lost in this copy)", "-----------------------------------------"]
        lines += [f"  {finding.code}  {_short(finding.where)}: {_title(finding)}" for finding in unjudged]
    if report.accepted:
        heading = f"Accepted by the baseline ({len(report.accepted)})"
        lines += ["", heading, "-" * len(heading)]
        for one in report.accepted:
            lines += textwrap.wrap(
                f"{one.code}  {_short(one.where)}: {one.fields.get('reason', '')}",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent=" " * 14,
            )
    if report.lost:
        lines += ["", "Lost in this copy", "-----------------"]
        for cell in report.lost:
            lines += textwrap.wrap(
                f"{_short(cell.where)}: {cell.reason}", _WIDTH, initial_indent="  ", subsequent_indent="    "
            )
    if len(lines) > 1:  # the end of a long report is what stands on the screen
        lines += ["", _all_counted(counts)]
    return "\n".join(lines) + "\n"


def _all_counted(counts: dict[str, int]) -> str:
    return ", ".join(_counted(counts.get(word, 0), word) for word in _HEADINGS)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _finding(finding: Problem, *, again: bool) -> list[str]:
    """What was found and where; why it matters and where the rule comes from are told once a rule."""
    lines = textwrap.wrap(finding.found, _WIDTH, initial_indent=f"  {finding.code}  ", subsequent_indent=" " * 14)
    for label, words in (
        ("at", _short(finding.where)),
        ("why it matters", "" if again else why_of(finding.code)),
        ("expected", "" if again else finding.expected),
        ("what to do", finding.cure),
        ("source", "" if again else finding.source),
    ):
        if words:
            lines += textwrap.wrap(
                words,
                _WIDTH,
                initial_indent=f"{label:>28}  ",
                subsequent_indent=" " * 30,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return lines


def _short(where: str) -> str:
    return where.removeprefix("protocolSection.")


def _title(finding: Problem) -> str:
    return finding.found.partition("(")[2].rstrip(")") or finding.expected
