"""The primary result: responders with their interval, held against every declared benchmark."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    Line,
    footnotes_of,
    heading_of,
    interval_cell,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    table,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_COUNTS = ("n", "total", "rate", "lower", "upper")
_TEST = ("critical", "size", "p_value")
_COLUMNS = ("", "n", "N", "%", "95 % interval, %", "Responders needed", "Attained size, %", "p, one-sided")


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Responders above, benchmarks below, in the same columns, so that the eye compares like with like.

    Shape:    one line an outcome (n, N, percentage, interval), then one line a benchmark (its n and N from elsewhere,
              its rate, the responders needed to reject it, the size that test really has, p); then any other statistic.
    Missing:  a benchmark without a test leaves its cells empty; it is never left off.
    """
    lines = lines_of(rows)
    extra = other_statistics(lines.values(), (*_COUNTS, *_TEST))
    body: list[tuple[Cell, ...]] = []
    held = False
    for name, line in lines.items():
        if name.startswith("benchmark") and not held:
            held = True
            words = "Held against what was seen elsewhere without the drug"
            body.append((Cell(words, strong=True), *(Cell("", align="right") for _ in (*_COLUMNS[1:], *extra))))
        body.append(_line(name, line, extra, context))
    columns = (*_COLUMNS, *(heading_of(name, context) for name in extra))
    return table(context, columns, tuple(body), footnotes_of(rows, context))


def _line(name: str, line: Line, extra: Sequence[str], context: DisplayContext) -> tuple[Cell, ...]:
    counted = line.get("n")
    total: Cell = number_cell(line.get("total"), line)
    if not total.text and counted is not None and counted.denominator is not None:
        total = Cell(str(counted.denominator), counted.cell, counted.records, "right")
    return (
        Cell(label_of(line, name, context), indent=1 if name.startswith("benchmark") else 0),
        number_cell(counted, line),
        total,
        number_cell(line.get("rate"), line),
        interval_cell(line),
        *(number_cell(line.get(statistic), line) for statistic in _TEST),
        *(number_cell(line.get(statistic), line) for statistic in extra),
    )
