"""What may be believed of the true response rate under each prior, as curves, beside the benchmarks."""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, lgamma, log

from trialwright.catalog.displays.drawing import (
    INK,
    QUIET,
    benchmark_lines,
    finished,
    new_canvas,
    plain_axes,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import Line, label_of, lines_of
from trialwright.catalog.displays.printing import print_percent
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

_STROKES = (("#1f4e79", "-"), ("#b5662b", (0, (5, 2))), ("#1a1d21", (0, (1, 1.5))), ("#5a6169", (0, (5, 1, 1, 1))))
_POINTS = 200


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A curve a prior, told apart by colour and by stroke; every benchmark a line.

    Units:    percent; the height is a density and has no scale of its own.
    Missing:  a prior without a posterior has no curve.
    """
    lines = {n: line for n, line in lines_of(rows).items() if _number(line, "a") and _number(line, "b")}
    canvas = new_canvas(7.4, 3.9)
    if not lines:
        say_nothing_to_draw(canvas, "Nothing has been observed yet")
        return finished(canvas, context, rows, "Nothing has been observed yet")
    axes = canvas.add_subplot()
    plain_axes(axes)
    for place, (name, line) in enumerate(lines.items()):
        colour, stroke = _STROKES[place % len(_STROKES)]
        xs = [100 * (point + 0.5) / _POINTS for point in range(_POINTS)]
        ys = [_density(x / 100, _number(line, "a"), _number(line, "b")) for x in xs]
        axes.plot(xs, ys, color=colour, linestyle=stroke, linewidth=1.6, label=label_of(line, name, context))
    axes.set_xlim(0, 100)
    axes.set_ylim(0, None)
    axes.set_yticks([])
    axes.set_xlabel("True response rate, %", fontsize=9, color=INK)
    axes.set_ylabel("Belief (density)", fontsize=9, color=QUIET)
    benchmark_lines(axes, context, across=False)
    canvas.legend(loc="outside lower left", ncols=1, frameon=False, fontsize=8, labelcolor=INK)
    told = ". ".join(_told(label_of(line, name, context), line) for name, line in lines.items())
    return finished(canvas, context, rows, f"Posterior curves: {told}")


def _number(line: Line, name: str) -> float:
    row = line.get(name)
    return float(row.value) if row is not None and isinstance(row.value, int | float | Fraction) else 0.0


def _density(x: float, a: float, b: float) -> float:
    return exp((a - 1) * log(x) + (b - 1) * log(1 - x) + lgamma(a + b) - lgamma(a) - lgamma(b))


def _told(label: str, line: Line) -> str:
    ends = [print_percent(line[name].value) for name in ("lower", "upper") if name in line]
    limits = f" ({' to '.join(ends)})" if ends else ""
    return f"{label}, mean {print_percent(line['rate'].value) if 'rate' in line else '–'} %{limits}"
