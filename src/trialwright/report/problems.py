"""Everything that can be wrong between result rows and the displays that should show them."""

from trialwright.model.problem import Problem


def repeated_cell(cell: str) -> Problem:
    return Problem(
        code="TW-REP-001",
        where=cell,
        found="two result rows bear this name",
        expected="A cell of the report is one result row",
        cure="Give one of the two another row or statistic in its estimand or display",
    )


def unlisted_display(number: str, cells: int) -> Problem:
    return Problem(
        code="TW-REP-002",
        severity="warning",
        where=f"display {number}",
        found=f"{cells} result rows were computed for it, and the definition does not list it",
        expected="Every computed result is shown",
        cure="Add the display to analysis.yaml, or remove what computes it",
    )
