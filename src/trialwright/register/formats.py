"""A report of findings as text for a person, as JSON, and as SARIF 2.1.0 for code-review tools."""

import textwrap

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport

_SARIF_LEVEL = {"error": "error", "warning": "warning", "note": "note"}
_HEADINGS = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
_WIDTH = 100
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
CANNOT = "cannot be judged"


def render_json(report: CheckReport) -> str:
    """The report as JSON, keys in the order every command prints them."""
    shown = {
        "checked_on": report.checked_on,
        "input": report.input,
        "findings": [_shown(finding) for finding in report.findings],
        "lost": report.lost,
        "counts": report.counts,
    }
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
    """The report for a terminal: errors first, each with its place, what to do, and where the rule comes from."""
    counts = report.counts
    lines = [
        f"{report.input}, checked on {report.checked_on}: {_all_counted(counts)}",
    ]
    judged = [finding for finding in report.findings if not finding.found.startswith(CANNOT)]
    for severity, heading in _HEADINGS.items():
        group = [finding for finding in judged if finding.severity == severity]
        if group:
            lines += ["", heading, "-" * len(heading)]
            for finding in group:
                lines += _finding(finding)
    unjudged = [finding for finding in report.findings if finding.found.startswith(CANNOT)]
    if unjudged:
        lines += ["", "Cannot be judged (cell lost in this copy)", "-----------------------------------------"]
        lines += [f"  {finding.code}  {_short(finding.where)}: {_title(finding)}" for finding in unjudged]
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


def _finding(finding: Problem) -> list[str]:
    lines = textwrap.wrap(finding.found, _WIDTH, initial_indent=f"  {finding.code}  ", subsequent_indent=" " * 14)
    for label, words in (
        ("at", _short(finding.where)),
        ("expected", finding.expected),
        ("do", finding.cure),
        ("source", finding.source),
    ):
        if words:
            lines += textwrap.wrap(
                words,
                _WIDTH,
                initial_indent=f"{label:>22}  ",
                subsequent_indent=" " * 24,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return lines


def _short(where: str) -> str:
    return where.removeprefix("protocolSection.")


def _title(finding: Problem) -> str:
    return finding.found.partition("(")[2].rstrip(")") or finding.expected


def render_sarif(report: CheckReport) -> str:
    """The report as SARIF 2.1.0: a rule for every code that stands in it, a result for every finding."""
    rules: dict[str, dict[str, object]] = {}
    for finding in report.findings:
        rules.setdefault(
            finding.code,
            {
                "id": finding.code,
                "shortDescription": {"text": finding.expected},
                "help": {"text": f"{finding.cure}\nSource: {finding.source}" if finding.source else finding.cure},
            },
        )
    order = list(rules)
    log = {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "trialwright check", "rules": list(rules.values())}},
                "results": [_result(report, finding, order) for finding in report.findings],
                "properties": {
                    "checked_on": report.checked_on,
                    "lost": [{"where": cell.where, "reason": cell.reason} for cell in report.lost],
                },
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _result(report: CheckReport, finding: Problem, order: list[str]) -> dict[str, object]:
    return {
        "ruleId": finding.code,
        "ruleIndex": order.index(finding.code),
        "level": _SARIF_LEVEL[finding.severity],
        "message": {"text": f"{finding.found} {finding.cure}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(report.input)}},
                "logicalLocations": [{"fullyQualifiedName": finding.where}],
            }
        ],
    }


def _uri(name: str) -> str:
    return name.replace("\\", "/").replace(" ", "%20")
