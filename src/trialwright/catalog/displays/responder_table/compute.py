"""The primary result: responders with their interval, held against every declared benchmark."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    Line,
    footnotes_of,
    heading_of,
    interval_cell,
    interval_heading,
    interval_names,
    intervals_in,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    table,
    total_cell,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_COUNTS = ("n", "total", "rate")
_TEST = ("critical", "size", "p_value", "reject")
_WORDS = "text"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Responders above, benchmarks below, in the same columns, so that the eye compares like with like.

    Shape:    one line an outcome (n, N, percentage, interval), then one line a benchmark (its n and N from elsewhere,
              its rate, the responders needed to reject it, the size that test really has, p, whether it is excluded);
              then any other statistic. Conclusions in words stand under the table.
    Missing:  a benchmark without a test leaves its cells empty; it is never left off.
    """
    told = [row for row in rows if row.statistic == _WORDS]
    lines = lines_of([row for row in rows if row.statistic != _WORDS])
    kinds = intervals_in(lines.values()) or ("",)
    extra = other_statistics(lines.values(), (*_COUNTS, *interval_names(kinds), *_TEST))
    tested = tuple(name for name in _TEST if not lines or any(name in line for line in lines.values()))
    columns = (
        "",
        *("n", "N", "%"),
        *(interval_heading(kind, lines.values()) for kind in kinds),
        *(heading_of(name, context) for name in (*tested, *extra)),
    )
    body: list[tuple[Cell, ...]] = []
    held = False
    for name, line in lines.items():
        if name.startswith("benchmark") and not held:
            held = True
            heading = "Held against what was seen elsewhere without the drug"
            body.append((Cell(heading, strong=True), *(Cell("", align="right") for _ in columns[1:])))
        body.append(_line(name, line, kinds, (*tested, *extra), context))
    words = tuple(str(row.value) for row in told)
    return table(context, columns, tuple(body), (*words, *footnotes_of(rows, context)))


def _line(
    name: str, line: Line, kinds: Sequence[str], others: Sequence[str], context: DisplayContext
) -> tuple[Cell, ...]:
    return (
        Cell(
            label_of(line, name, context), indent=1 if name.startswith("benchmark") or "nonresponders." in name else 0
        ),
        number_cell(line.get("n"), line),
        total_cell(line),
        number_cell(line.get("rate"), line),
        *(interval_cell(line, kind) for kind in kinds),
        *(number_cell(line.get(statistic), line) for statistic in others),
    )
