"""The share of responders at each visit with its interval, beside what was seen elsewhere without the drug."""

from collections.abc import Sequence
from fractions import Fraction

from matplotlib.axes import Axes

from trialwright.catalog.displays.drawing import (
    FILL,
    INK,
    QUIET,
    benchmark_lines,
    cell_address,
    finished,
    new_canvas,
    plain_axes,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import Line, label_of, lines_of
from trialwright.catalog.displays.printing import print_percent
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "Dashed lines: rates seen elsewhere without the drug. Bars: 95 % intervals"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A point a visit with its interval and its count; every benchmark a line across.

    Units:    percent of the population.
    Missing:  a visit without a rate has no point.
    """
    lines = {name: line for name, line in lines_of(rows).items() if _number(line, "rate") is not None}
    canvas = new_canvas(7.2, 3.9)
    if not lines:
        say_nothing_to_draw(canvas, "No visit has been judged yet")
        return finished(canvas, context, rows, "No visit has been judged yet")
    axes = canvas.add_subplot()
    plain_axes(axes)
    for place, line in enumerate(lines.values()):
        _point(axes, place, line)
    axes.set_xticks(range(len(lines)), [label_of(line, name, context) for name, line in lines.items()])
    axes.set_xlim(-0.6, len(lines) - 0.1)
    axes.set_ylim(0, 100)
    axes.set_ylabel("Responders, %", fontsize=9, color=INK)
    axes.grid(axis="y", color=QUIET, alpha=0.25, linewidth=0.5)
    benchmark_lines(axes, context, across=True)
    told = ". ".join(_told(label_of(line, name, context), line) for name, line in lines.items())
    return finished(canvas, context, rows, f"Responders by visit: {told}", (NOTE,))


def _point(axes: Axes, place: int, line: Line) -> None:
    rate, low, high = (_number(line, name) for name in ("rate", "lower", "upper"))
    if rate is None:
        return
    if low is not None and high is not None:
        axes.plot([place, place], [low, high], color=INK, linewidth=1.4)
    axes.plot([place], [rate], marker="o", markersize=8, color=FILL["Y"], markeredgecolor=INK,
              url=cell_address(line["rate"].cell))  # fmt: skip
    n = line.get("n")
    if n is not None:
        axes.annotate(f"{n.value}/{n.denominator}", (place, rate), (9, 0), textcoords="offset points", fontsize=9,
                      va="center", color=INK)  # fmt: skip


def _number(line: Line, name: str) -> float | None:
    row = line.get(name)
    return float(row.value) * 100 if row is not None and isinstance(row.value, int | float | Fraction) else None


def _told(label: str, line: Line) -> str:
    n = line["n"]
    ends = [line[name] for name in ("lower", "upper") if name in line]
    limits = f" ({' to '.join(print_percent(end.value) for end in ends)})" if len(ends) == 2 else ""
    return f"{label} {n.value} of {n.denominator}, {print_percent(line['rate'].value)} %{limits}"
