"""How many participants had each adverse event, by the worst grade each of them had, as bars."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from trialwright.catalog.displays.drawing import (
    INK,
    QUIET,
    cell_address,
    finished,
    new_canvas,
    plain_axes,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import Line, label_of, lines_of
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

# From light to dark as the grade rises: the order is read in grey.
_SHADES = {"grade_1": "#dfe8f1", "grade_2": "#a9c3dc", "grade_3": "#5f8db8", "grade_4": "#1f4e79", "grade_5": "#0d2238"}
_LONGEST = 44
_MOST = 25
"""Terms drawn, the most frequent; the table holds all."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A bar a term, the most frequent on top, its parts the worst grade of each participant; the count at its end.

    Missing:  participants whose grade is unknown are the white end of the bar.
    """
    lines = {name: line for name, line in list(lines_of(rows).items())[:_MOST] if _count(line, "n")}
    if not lines:
        canvas = new_canvas(7.4, 2.0)
        say_nothing_to_draw(canvas, "No event yet")
        return finished(canvas, context, rows, "No event yet")
    canvas = new_canvas(7.4, 1.1 + 0.3 * len(lines))
    axes = canvas.add_subplot()
    plain_axes(axes)
    for place, line in enumerate(lines.values()):
        _bar(axes, -place, line)
    names = [label_of(line, name, context) for name, line in lines.items()]
    axes.set_yticks([-place for place in range(len(lines))], [_short(name) for name in names])
    axes.tick_params(axis="y", colors=INK, labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("Participants", fontsize=9, color=INK)
    axes.grid(axis="x", color=QUIET, alpha=0.25, linewidth=0.5)
    axes.set_axisbelow(True)
    present = [name for name in _SHADES if any(_count(line, name) for line in lines.values())]
    handles = [Patch(facecolor=_SHADES[n], edgecolor=INK, linewidth=0.6, label=f"Grade {n[-1]}") for n in present]
    if handles:
        canvas.legend(handles=handles, loc="outside lower left", ncols=5, frameon=False, fontsize=8, labelcolor=INK)
    told = "; ".join(f"{name}: {_count(line, 'n')}" for name, line in zip(names, lines.values(), strict=True))
    return finished(canvas, context, rows, f"Adverse events by term: {told}")


def _short(name: str) -> str:
    """What was typed may be a sentence: the words beside the drawing hold it whole."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"


def _bar(axes: Axes, height: int, line: Line) -> None:
    left, whole = 0, _count(line, "n")
    for name, shade in _SHADES.items():
        count = _count(line, name)
        if count:
            axes.barh(height, count, left=left, height=0.66, facecolor=shade, edgecolor=INK, linewidth=0.6,
                      url=cell_address(line[name].cell))  # fmt: skip
        left += count
    if left < whole:
        axes.barh(height, whole - left, left=left, height=0.66, facecolor="#ffffff", edgecolor=INK, linewidth=0.6)
    axes.annotate(str(whole), (whole, height), (4, 0), textcoords="offset points", va="center", fontsize=8, color=INK)


def _count(line: Line, name: str) -> int:
    row = line.get(name)
    return row.value if row is not None and isinstance(row.value, int) else 0
