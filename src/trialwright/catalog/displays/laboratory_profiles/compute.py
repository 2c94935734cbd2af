"""Each laboratory value of each participant over time, as a multiple of its own upper limit."""

from collections.abc import Sequence
from fractions import Fraction
from statistics import median

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from trialwright.catalog.displays.drawing import (
    FILL,
    INK,
    QUIET,
    finished,
    new_canvas,
    plain_axes,
    record_address,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.printing import print_fraction
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "Logarithmic scale; heavy line: median; full line: the upper limit; dashed: {high} times the limit"
LIMIT = "_uln"
_COLUMNS = 3
_TICKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)

Courses = dict[str, dict[str, Fraction]]
"""Participant -> visit -> multiple of the limit."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A panel a value that has a limit, a thin line a participant, the median heavy.

    Units:    multiples of the limit printed beside each value, on a logarithmic scale.
    Missing:  a value without its limit is not drawn; a gap is a gap.
    """
    courses = _courses(context)
    deep = max(1, -(-len(courses) // _COLUMNS))
    canvas = new_canvas(8.2, 0.5 + 2.3 * deep)
    if not courses:
        say_nothing_to_draw(canvas, "No laboratory value has been recorded yet")
        return finished(canvas, context, rows, "No laboratory value has been recorded yet")
    high = float(context.parameters.get("high", "3"))
    for place, (name, each) in enumerate(courses.items(), 1):
        axes = canvas.add_subplot(deep, min(_COLUMNS, len(courses)), place)
        _panel(axes, (name, _label(name, context)), each, context.visits, high)
    told = " ".join(_told(_label(name, context), each, context.visits) for name, each in courses.items())
    return finished(canvas, context, rows, told, (NOTE.format(high=context.parameters.get("high", "3")),))


def _courses(context: DisplayContext) -> dict[str, Courses]:
    prefix = f"{context.parameters.get('instrument', '')}."
    values = {
        (r.parameter, r.participant_id, r.visit): r.value
        for r in context.records
        if r.kind == "value" and r.parameter.startswith(prefix) and isinstance(r.value, Fraction)
    }
    found: dict[str, Courses] = {}
    for (name, pid, visit), value in values.items():
        limit = values.get((f"{name}{LIMIT}", pid, visit))
        if limit and value > 0 and visit in context.visits:
            found.setdefault(name, {}).setdefault(pid, {})[visit] = value / limit
    return found


def _label(name: str, context: DisplayContext) -> str:
    return context.labels.get(name, name.rpartition(".")[2])


def _panel(axes: Axes, named: tuple[str, str], courses: Courses, visits: Sequence[str], high: float) -> None:
    name, title = named
    plain_axes(axes)
    shown = [visit for visit in visits if any(visit in each for each in courses.values())]
    for pid, each in courses.items():
        heights = [float(each[visit]) if visit in each else float("nan") for visit in shown]
        last = [visit for visit in shown if visit in each][-1]
        axes.plot(range(len(shown)), heights, color=QUIET, linewidth=0.7, alpha=0.7,
                  url=record_address(f"{pid}:{last}:{name}"))  # fmt: skip
    middle = [float(median(each[visit] for each in courses.values() if visit in each)) for visit in shown]
    axes.plot(range(len(shown)), middle, color=FILL["Y"], linewidth=2.4)
    axes.set_yscale("log", base=2)
    lowest = min(float(value) for each in courses.values() for value in each.values())
    highest = max(float(value) for each in courses.values() for value in each.values())
    ticks = [tick for tick in _TICKS if lowest / 2 <= tick <= highest * 2]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axhline(1, color=INK, linewidth=0.8)
    axes.axhline(high, color=INK, linewidth=0.8, linestyle=(0, (5, 3)))
    axes.set_xticks(range(len(shown)), shown)
    axes.set_title(title, fontsize=8.5, color=INK, loc="left")


def _told(label: str, courses: Courses, visits: Sequence[str]) -> str:
    parts = []
    for visit in visits:
        values = [each[visit] for each in courses.values() if visit in each]
        if values:
            parts.append(f"{visit} {print_fraction(Fraction(median(values)), 1)} (n {len(values)})")
    return f"{label}, multiple of its limit, median by visit: {', '.join(parts)}."
