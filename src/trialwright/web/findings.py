"""What a registry check found, grouped for a page, in the reader's language where words for it exist."""

import msgspec

from trialwright.model.problem import Problem, Severity
from trialwright.model.record import CheckReport
from trialwright.model.text import Text
from trialwright.register import word_finding
from trialwright.register.rules import why_of

SEVERITIES: dict[Severity, Text] = {
    "error": Text(en="Errors", zh="错误"),
    "warning": Text(en="Warnings", zh="警告"),
    "note": Text(en="Notes", zh="提示"),
}
_QUOTE = "（原文："
"""Before the record's own words in a worded finding: they stay in the record's language and are marked so."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """
    One finding for a page.

    `translated`: words of the reader's language exist; else `found` and `cure` are as the check told them.
    """

    found: str
    quote: str
    cure: str
    why: str
    translated: bool
    original: Problem


def by_severity(report: CheckReport, language: str) -> list[tuple[Severity, Text, list[Finding]]]:
    """The findings by severity, the gravest first; a severity without findings is left out."""
    groups = [
        (severity, title, [_worded(finding, language) for finding in report.findings if finding.severity == severity])
        for severity, title in SEVERITIES.items()
    ]
    return [group for group in groups if group[2]]


def _worded(finding: Problem, language: str) -> Finding:
    worded = word_finding(finding, language)
    translated = worded.found != finding.found
    found, mark, quote = worded.found.partition(_QUOTE) if translated else (worded.found, "", "")
    return Finding(
        found=found,
        quote=mark + quote,
        cure=worded.cure,
        why=why_of(finding.code),
        translated=translated,
        original=finding,
    )
