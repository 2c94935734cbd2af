"""What check says of a definition that opens and is not yet decided, or asks questions of its own."""

from trialwright.model.problem import Problem


def no_chinese(where: str, count: int, first: str) -> Problem:
    return Problem(
        code="TW-DEF-052",
        severity="warning",
        where=where,
        found=f'{count} texts of this file have no Chinese wording, first "{first}"',
        expected="Everything that people read stands in both languages",
        cure="Write zh: beside en:. Until then a Chinese page shows the English words.",
    )


def still_open(where: str, what: str, for_now: str) -> Problem:
    return Problem(
        code="TW-DEF-053",
        severity="warning",
        where=where,
        found=f"still to be decided: {what} (for now: {for_now})",
        expected="A decision stands there before the study is frozen",
        cure="Decide it, write it in its place, and take this line out of still_open.",
    )


def own_section(where: str, found: str, expected: str, cure: str) -> Problem:
    return Problem(code="TW-DEF-054", where=where, found=found, expected=expected, cure=cure)
