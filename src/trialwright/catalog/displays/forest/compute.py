"""The rate and interval under every declared reading of the question, one under the other."""

from collections.abc import Sequence
from fractions import Fraction
from textwrap import fill

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

NOTE = (
    "Filled: the reading as declared. Hollow: with none, or all, of the undetermined as responders. Dashed lines: "
    "rates seen elsewhere without the drug"
)
_BOUNDS = {
    ".bound_lower": ", none of the undetermined a responder",
    ".bound_upper": ", all of the undetermined responders",
}


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    One line a reading from above, its count in words on the right; bounds hollow.

    Missing:  a reading without a rate of its own shows its two bounds instead.
    """
    lines = {name: line for name, line in lines_of(rows).items() if _percent(line, "rate") is not None}
    if not lines:
        canvas = new_canvas(8.2, 2.0)
        say_nothing_to_draw(canvas, "Nothing has been computed yet")
        return finished(canvas, context, rows, "Nothing has been computed yet")
    canvas = new_canvas(8.2, 1.1 + 0.36 * len(lines))
    axes = canvas.add_subplot()
    plain_axes(axes)
    names = {name: _words(name, line, context) for name, line in lines.items()}
    for place, (name, line) in enumerate(lines.items()):
        _draw(axes, -place, line, hollow=".bound_" in name)
    axes.set_yticks([-place for place in range(len(lines))], [fill(words, 42) for words in names.values()])
    axes.tick_params(axis="y", colors=INK, labelsize=7.5)
    axes.set_xlim(0, 100)
    axes.set_ylim(-len(lines) + 0.4, 0.6)
    axes.set_xlabel("Responders, %", fontsize=9, color=INK)
    axes.grid(axis="x", color=QUIET, alpha=0.25, linewidth=0.5)
    benchmark_lines(axes, context, across=False)
    told = "; ".join(
        f"{names[name]} {_counted(line)}, {print_percent(line['rate'].value)} %" for name, line in lines.items()
    )
    return finished(canvas, context, rows, f"Readings from above: {told}", (NOTE,))


def _words(name: str, line: Line, context: DisplayContext) -> str:
    estimand, _, bound = name.partition(".")
    if not bound:
        return label_of(line, name, context)
    return f"{context.labels.get(estimand, estimand)}{_BOUNDS.get(f'.{bound}', '')}"


def _draw(axes: Axes, height: int, line: Line, *, hollow: bool) -> None:
    rate, low, high = (_percent(line, name) for name in ("rate", "lower", "upper"))
    if rate is None:
        return
    if low is not None and high is not None:
        axes.plot([low, high], [height, height], color=INK, linewidth=1.2, linestyle="-" if not hollow else (0, (4, 2)))
    face = "#ffffff" if hollow else FILL["Y"]
    axes.plot([rate], [height], marker="s", markersize=6, color=face, markeredgecolor=INK,
              url=cell_address(line["rate"].cell))  # fmt: skip
    axes.annotate(
        _short(line), (1.01, height), xycoords=("axes fraction", "data"), fontsize=7.5, va="center", color=INK,
        annotation_clip=False,
    )  # fmt: skip


def _percent(line: Line, name: str) -> float | None:
    row = line.get(name)
    return float(row.value) * 100 if row is not None and isinstance(row.value, int | float | Fraction) else None


def _short(line: Line) -> str:
    n = line.get("n")
    return f"{n.value}/{n.denominator}" if n is not None else ""


def _counted(line: Line) -> str:
    n = line.get("n")
    return f"{n.value} of {n.denominator}" if n is not None else ""
