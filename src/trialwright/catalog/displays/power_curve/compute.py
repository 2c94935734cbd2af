"""The probability of excluding each benchmark at every true rate, with the rate that was observed."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.drawing import FILL, INK, QUIET, finished, new_canvas, plain_axes, say_nothing_to_draw
from trialwright.catalog.displays.layout import Line, lines_of
from trialwright.catalog.displays.printing import print_percent
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "The upright line stands at the rate observed; where it crosses a curve says no more than the p value does"
_STROKES = ((FILL["Y"], "-"), ("#b5662b", (0, (5, 2))), (INK, (0, (1, 1.5))))
_TOLD = ("true_20", "true_40", "true_60", "true_80")


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A curve a benchmark over the true rates, exact at every point; the observed rate as an upright line with its points.

    Units:    percent.
    Missing:  before anybody is counted there is no curve.
    """
    lines = lines_of(rows)
    curve = {int(name.removeprefix("true_")): line for name, line in lines.items() if name.startswith("true_")}
    canvas = new_canvas(7.4, 3.9)
    observed = _count(lines)
    if not curve or observed is None:
        say_nothing_to_draw(canvas, "Nothing has been computed yet")
        return finished(canvas, context, rows, "Nothing has been computed yet")
    axes = canvas.add_subplot()
    plain_axes(axes)
    names = {f"benchmark_{n}_rate": each.label.of(context.language) for n, each in enumerate(context.benchmarks, 1)}
    at = lines.get("at_observed", {})
    x, n = observed
    for place, (statistic, name) in enumerate(names.items()):
        colour, stroke = _STROKES[place % len(_STROKES)]
        heights = [_percent(line, statistic) for line in curve.values()]
        axes.plot(list(curve), heights, color=colour, linestyle=stroke, linewidth=1.7, label=f"Against {name}")
        if statistic in at:
            axes.plot([100 * x / n], [_percent(at, statistic)], marker="o", markersize=7, color=colour,
                      markeredgecolor=INK)  # fmt: skip
    axes.axvline(100 * x / n, color=QUIET, linewidth=1, label=f"Observed: {x} of {n}")
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 102)
    axes.set_xlabel("True response rate, %", fontsize=9, color=INK)
    axes.set_ylabel("Probability of excluding the benchmark, %", fontsize=9, color=INK)
    axes.grid(color=QUIET, alpha=0.25, linewidth=0.5)
    canvas.legend(loc="outside lower left", ncols=1, frameon=False, fontsize=8, labelcolor=INK)
    told = "; ".join(f"against {name}, {_told(lines, statistic)}" for statistic, name in names.items())
    return finished(canvas, context, rows, f"Power curves: {told}", (NOTE,))


def _count(lines: dict[str, Line]) -> tuple[int, int] | None:
    row = lines.get("observed", {}).get("n")
    return (int(row.value), row.denominator) if row and isinstance(row.value, int) and row.denominator else None


def _percent(line: Line, name: str) -> float:
    row = line.get(name)
    return 100 * float(row.value) if row is not None and isinstance(row.value, int | float | Fraction) else float("nan")


def _told(lines: dict[str, Line], statistic: str) -> str:
    found = [(name.removeprefix("true_"), lines[name][statistic]) for name in _TOLD if statistic in lines.get(name, {})]
    return ", ".join(f"{print_percent(row.value)} % at a true rate of {rate} %" for rate, row in found)
