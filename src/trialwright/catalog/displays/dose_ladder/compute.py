"""The share of participants in each band of the daily dose at each visit, stacked."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from trialwright.catalog.displays.bands import bands_of
from trialwright.catalog.displays.drawing import (
    INK,
    cell_address,
    finished,
    new_canvas,
    plain_axes,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import Line, label_of, lines_of
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "Bands in the unit of the dose, mg of prednisone a day"
# From light to dark as the dose rises, so that the order is read in grey too; missing is hatched.
_SHADES = ("#ffffff", "#dfe8f1", "#a9c3dc", "#5f8db8", "#1f4e79", "#0d2238")


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A bar a visit, low doses at the bottom; each part carries its number of participants.

    Missing:  a part of its own, hatched, on top.
    """
    bands = bands_of(context.parameters) | {"missing": "Missing"}
    lines = lines_of(rows)
    canvas = new_canvas(7.4, 3.8)
    if not lines:
        say_nothing_to_draw(canvas, "No dose has been recorded yet")
        return finished(canvas, context, rows, "No dose has been recorded yet")
    axes = canvas.add_subplot()
    plain_axes(axes)
    for place, line in enumerate(lines.values()):
        _bar(axes, place, line, list(bands))
    axes.set_xticks(range(len(lines)), [label_of(line, name, context) for name, line in lines.items()])
    axes.tick_params(axis="x", labelsize=7.5)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("Participants", fontsize=9, color=INK)
    handles = [
        Patch(facecolor=_shade(place, name), hatch="////" if name == "missing" else "", edgecolor=INK, linewidth=0.6,
              label=words)
        for place, (name, words) in enumerate(bands.items())
    ]  # fmt: skip
    canvas.legend(handles=handles[::-1], loc="outside right center", frameon=False, fontsize=8, labelcolor=INK)
    told = "; ".join(f"{label_of(line, name, context)}: {_told(line, bands)}" for name, line in lines.items())
    return finished(canvas, context, rows, f"Participants by band of dose: {told}", (NOTE,))


def _shade(place: int, name: str) -> str:
    return "#ffffff" if name == "missing" else _SHADES[min(place, len(_SHADES) - 1)]


def _bar(axes: Axes, x: int, line: Line, names: Sequence[str]) -> None:
    bottom = 0
    for place, name in enumerate(names):
        count = _count(line, name)
        if not count:
            continue
        axes.bar(x, count, bottom=bottom, width=0.72, facecolor=_shade(place, name), edgecolor=INK, linewidth=0.6,
                 hatch="////" if name == "missing" else "", url=cell_address(line[name].cell))  # fmt: skip
        dark = name != "missing" and place > 2
        box = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1} if name == "missing" else None
        axes.text(x, bottom + count / 2, str(count), ha="center", va="center", fontsize=8,
                  color="#ffffff" if dark else INK, bbox=box)  # fmt: skip
        bottom += count


def _count(line: Line, name: str) -> int:
    row = line.get(name)
    return row.value if row is not None and isinstance(row.value, int) else 0


def _told(line: Line, bands: dict[str, str]) -> str:
    return ", ".join(f"{words}: {_count(line, name)}" for name, words in bands.items() if _count(line, name))
