"""How many values are there of those due, for each measure at each visit, as a map."""

from collections.abc import Sequence
from fractions import Fraction

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.catalog.displays.drawing import (
    INK,
    cell_address,
    finished,
    new_canvas,
    plain_axes,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import Line, label_of, lines_of
from trialwright.catalog.displays.printing import print_percent
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "Each square: percent of the participants of the set with a value; the darker, the more are missing"
_DARKEST = 0.55
"""Share of missing values at which a square is darkest: beyond it the number alone tells them apart."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A square a visit and measure with its percentage in figures: read in grey as well as in colour.

    Missing:  a measure that a visit does not ask has no square.
    """
    found = {name: line for name, line in lines_of(rows).items() if _rate(line) is not None}
    canvas = new_canvas(7.6, 3.6)
    if not found:
        say_nothing_to_draw(canvas, "Nothing was due yet")
        return finished(canvas, context, rows, "Nothing was due yet")
    pairs = {name: _named(line, name, context) for name, line in found.items()}
    visits = list(dict.fromkeys(visit for visit, _ in pairs.values()))
    measures = list(dict.fromkeys(measure for _, measure in pairs.values()))
    axes = canvas.add_subplot()
    plain_axes(axes)
    for name, line in found.items():
        visit, measure = pairs[name]
        _square(axes, visits.index(visit), -measures.index(measure), line)
    axes.set_xticks(range(len(visits)), visits)
    axes.set_yticks([-place for place in range(len(measures))], measures)
    axes.tick_params(colors=INK, length=0)
    axes.set_xlim(-0.5, len(visits) - 0.5)
    axes.set_ylim(-len(measures) + 0.5, 0.5)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    told = "; ".join(f"{visit}: {_told(visit, pairs, found)}" for visit in visits)
    return finished(canvas, context, rows, f"Values there of those due, %: {told}", (NOTE,))


def _named(line: Line, name: str, context: DisplayContext) -> tuple[str, str]:
    visit, _, measure = label_of(line, name, context).partition(": ")
    return visit, measure


def _rate(line: Line) -> Fraction | None:
    row = line.get("rate")
    return Fraction(row.value) if row is not None and isinstance(row.value, int | Fraction) else None


def _square(axes: Axes, x: int, y: int, line: Line) -> None:
    rate = _rate(line)
    if rate is None:
        return
    dark = min(1.0, float(1 - rate) / _DARKEST)
    shade = tuple(1 - dark * (1 - end) for end in (0.12, 0.31, 0.47))
    axes.add_patch(
        Rectangle(
            (x - 0.48, y - 0.46),
            0.96,
            0.92,
            facecolor=shade,
            edgecolor=INK,
            linewidth=0.5,
            url=cell_address(line["rate"].cell),
        )
    )
    ink = "#ffffff" if dark > 0.5 else INK
    axes.text(x, y, print_percent(rate, 0), ha="center", va="center", fontsize=9, color=ink)


def _told(visit: str, pairs: dict[str, tuple[str, str]], found: dict[str, Line]) -> str:
    mine = [(measure, found[name]) for name, (at, measure) in pairs.items() if at == visit]
    return ", ".join(f"{measure}: {print_percent(_rate(line), 0)}" for measure, line in mine)
