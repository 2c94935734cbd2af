"""The reference page of the rules, written from the rules themselves."""

from trialwright.register.rule import RegistrationRule
from trialwright.register.rules import RULES

GENERATED = "<!-- from here on written by trialwright.register.page.render_rules -->"


def render_rules() -> str:
    """One section a rule in Markdown: what it says, severity, needs, source, an example and the cure."""
    return "\n".join([GENERATED, "", *(_section(rule) for rule in RULES)])


def _section(rule: RegistrationRule) -> str:
    needs = ", ".join(f"`{path.removeprefix('protocolSection.')}`" for path in rule.needs) or "nothing in particular"
    common = f" Common: {rule.common}." if rule.common else ""
    catches = f" Catch list: {', '.join(str(item) for item in rule.catches)}." if rule.catches else ""
    return "\n".join(
        [
            f"## {rule.code}",
            "",
            f"{rule.title[:1].upper()}{rule.title[1:]} ({rule.severity}). Expected: {rule.expected}",
            f"Needs {needs}.{catches}{common}",
            "",
            f"Why it matters: {rule.why}",
            "",
            f"Source: {rule.source}.",
            "",
            f"Example: {rule.example}.",
            "",
            f"Cure: {rule.cure}",
            "",
        ]
    )
