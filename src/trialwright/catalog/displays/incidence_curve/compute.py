"""The share of participants who had had an adverse event by each day, as steps with its interval."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.drawing import FILL, INK, QUIET, finished, new_canvas, plain_axes, say_nothing_to_draw
from trialwright.catalog.displays.layout import Line, lines_of
from trialwright.catalog.displays.printing import print_percent
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "Heavy line: cumulative incidence; shaded: 95 % interval, day by day"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    Steps upwards on every day with an event, the interval shaded, and how many were at risk told in the words.

    Units:    study days; percent of the population.
    Missing:  before the first event there is nothing to draw, and the figure says so.
    """
    lines = {name: line for name, line in lines_of(rows).items() if _percent(line, "incidence_rate") is not None}
    canvas = new_canvas(7.4, 3.7)
    if not lines:
        say_nothing_to_draw(canvas, "No event yet")
        return finished(canvas, context, rows, "No event yet")
    axes = canvas.add_subplot()
    plain_axes(axes)
    days = [int(name.removeprefix("day_")) for name in lines]
    rates = [_percent(line, "incidence_rate") or 0.0 for line in lines.values()]
    low = [_percent(line, "incidence_lower") for line in lines.values()]
    high = [_percent(line, "incidence_upper") for line in lines.values()]
    known = [(d, a, b) for d, a, b in zip(days, low, high, strict=True) if a is not None and b is not None]
    if known:
        axes.fill_between([d for d, _, _ in known], [a for _, a, _ in known], [b for _, _, b in known], step="post",
                          color="#d5e1ec", linewidth=0)  # fmt: skip
    axes.step([1, *days], [0.0, *rates], where="post", color=FILL["Y"], linewidth=1.8)
    axes.set_xlim(0, max(days) + 3)
    axes.set_ylim(0, 100)
    axes.set_xlabel("Study day", fontsize=9, color=INK)
    axes.set_ylabel("Cumulative incidence, %", fontsize=9, color=INK)
    axes.grid(axis="y", color=QUIET, alpha=0.25, linewidth=0.5)
    told = "; ".join(
        f"day {day} {print_percent(line['incidence_rate'].value)} %, {_at_risk(line)} at risk"
        for day, line in zip(days, lines.values(), strict=True)
    )
    return finished(canvas, context, rows, f"Cumulative incidence by day: {told}", (NOTE,))


def _percent(line: Line, name: str) -> float | None:
    row = line.get(name)
    return 100 * float(row.value) if row is not None and isinstance(row.value, int | float | Fraction) else None


def _at_risk(line: Line) -> str:
    row = line.get("at_risk")
    return str(row.value) if row is not None else "–"
