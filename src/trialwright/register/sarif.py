"""A report of findings as SARIF 2.1.0, which code-review tools show beside the file."""

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import CheckReport
from trialwright.register.rule import RegistrationRule, family
from trialwright.register.rules import RULE

_LEVEL = {"error": "error", "warning": "warning", "note": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(report: CheckReport) -> str:
    """
    The report as SARIF 2.1.0: a rule for every code that stands in it, a result for every finding.

    Shape:    a rule says why it matters, what is expected, the cure, its source and its family; what a baseline
              accepts is a result with a suppression that carries the reason.
    """
    shown = (*report.findings, *report.accepted)
    rules = {finding.code: _rule(finding) for finding in shown}
    order = list(rules)
    accepted = len(report.findings)
    results = [_result(report, finding, order) for finding in shown]
    for result, finding in zip(results[accepted:], report.accepted, strict=True):
        result["suppressions"] = [{"kind": "external", "justification": finding.fields.get("reason", "")}]
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "trialwright check", "rules": list(rules.values())}},
                "results": results,
                "properties": {
                    "checked_on": report.checked_on,
                    "lost": [{"where": cell.where, "reason": cell.reason} for cell in report.lost],
                },
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(finding: Problem) -> dict[str, object]:
    known = RULE.get(finding.code)
    if known is None:
        text = f"{finding.cure}\nSource: {finding.source}" if finding.source else finding.cure
        return {"id": finding.code, "shortDescription": {"text": finding.expected}, "help": {"text": text}}
    return {
        "id": known.code,
        "name": _name(known),
        "shortDescription": {"text": f"{known.title[:1].upper()}{known.title[1:]}."},
        "fullDescription": {"text": f"{known.why} Expected: {known.expected}"},
        "help": {
            "text": f"Why it matters: {known.why}\nExpected: {known.expected}\nWhat to do: {known.cure}\n"
            f"Example: {known.example}\nSource: {known.source}"
        },
        "defaultConfiguration": {"level": _LEVEL[known.severity]},
        "properties": {"tags": [family(known.code)]},
    }


def _name(known: RegistrationRule) -> str:
    """The rule's function as the one word that SARIF wants ("RegisteredLate")."""
    words = "".join(one if one.isalnum() else " " for one in known.title.title())
    return "".join(words.split())


def _result(report: CheckReport, finding: Problem, order: list[str]) -> dict[str, object]:
    return {
        "ruleId": finding.code,
        "ruleIndex": order.index(finding.code),
        "level": _LEVEL[finding.severity],
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
