"""Every rule of the registration linter, one module a family; the order is the order of their codes."""

from trialwright.register.rule import RegistrationRule
from trialwright.register.rules import (
    admission,
    arms,
    conditional,
    copied,
    dates,
    design,
    elements,
    eligibility,
    instruments,
    interventions,
    lengths,
    measures,
    outcomes,
    oversight,
    status,
    text,
    time_frames,
    titles,
)

RULES: tuple[RegistrationRule, ...] = tuple(
    sorted(
        (
            *dates.RULES,
            *status.RULES,
            *titles.RULES,
            *design.RULES,
            *interventions.RULES,
            *arms.RULES,
            *outcomes.RULES,
            *instruments.RULES,
            *measures.RULES,
            *time_frames.RULES,
            *eligibility.RULES,
            *admission.RULES,
            *oversight.RULES,
            *text.RULES,
            *copied.RULES,
            *conditional.RULES,
            *elements.RULES,
            *lengths.RULES,
        ),
        key=lambda rule: rule.code,
    )
)

RULE: dict[str, RegistrationRule] = {rule.code: rule for rule in RULES}


def why_of(code: str) -> str:
    """Why the finding of that code matters, in one sentence; "" for a code that is no rule of the linter."""
    rule = RULE.get(code)
    return rule.why if rule else ""
