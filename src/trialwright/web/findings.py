"""What a registry check found, grouped for a page."""

from trialwright.model.problem import Problem, Severity
from trialwright.model.record import CheckReport
from trialwright.model.text import Text

SEVERITIES: dict[Severity, Text] = {
    "error": Text(en="Errors", zh="错误"),
    "warning": Text(en="Warnings", zh="警告"),
    "note": Text(en="Notes", zh="提示"),
}


def by_severity(report: CheckReport) -> list[tuple[Severity, Text, list[Problem]]]:
    """The findings by severity, the gravest first; a severity without findings is left out."""
    groups = [
        (severity, title, [f for f in report.findings if f.severity == severity])
        for severity, title in SEVERITIES.items()
    ]
    return [group for group in groups if group[2]]
