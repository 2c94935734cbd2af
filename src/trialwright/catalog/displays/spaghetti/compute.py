"""Every participant's course on every core set measure: one panel a measure, one line a participant."""

from collections.abc import Sequence
from fractions import Fraction

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from trialwright.catalog.displays.drawing import (
    FILL,
    INK,
    QUIET,
    STROKE,
    WORDS,
    finished,
    new_canvas,
    plain_axes,
    record_address,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import is_verdict, measures_of
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

_Points = dict[str, Fraction]
"""One participant's values by visit."""
_COLOUR = {**FILL, "N": "#b5662b", "U": QUIET, "": QUIET}
_COLUMNS = 3


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    Small panels, one a measure, on a common axis of visits.

    Shape:    measures of parameter `measures`, else those the verdicts of the first estimand used; visits in the order
              of the context.
    Units:    each panel in the unit of its measure.
    Missing:  a value that is missing leaves a gap in that participant's line; nothing is interpolated over it. A visit
              that asks nobody for the measure is no gap: its panel leaves the visit out.
    """
    verdicts = _verdicts(context)
    measures = _measures(context)
    courses = {measure: _courses(measure, context) for measure in measures}
    drawn = [measure for measure in measures if courses[measure]]
    rows_of_panels = max(1, -(-len(drawn) // _COLUMNS))
    canvas = new_canvas(8.2, 0.5 + 2.3 * rows_of_panels)
    if drawn:
        for place, measure in enumerate(drawn, start=1):
            axes = canvas.add_subplot(rows_of_panels, min(_COLUMNS, len(drawn)), place)
            _panel(axes, measure, courses[measure], verdicts, context)
        _legend(canvas, verdicts)
    else:
        say_nothing_to_draw(canvas, "No core set measure has been recorded yet")
    return finished(canvas, context, rows, _alt(drawn, courses, context), ("Heavy line: median of those measured.",))


def _verdicts(context: DisplayContext) -> dict[str, str]:
    estimand = context.estimands[0] if context.estimands else ""
    found = (each for each in context.records if is_verdict(each, estimand))
    return {each.participant_id: each.verdict for each in found}


def _measures(context: DisplayContext) -> tuple[str, ...]:
    named = context.parameters.get("measures", "").split()
    if named:
        return tuple(named)
    by_id = {record.id: record for record in context.records}
    estimand = context.estimands[0] if context.estimands else ""
    used: dict[str, None] = {}
    for record in context.records:
        if is_verdict(record, estimand):
            used.update(dict.fromkeys(each.parameter for each in measures_of(record, by_id)))
    return tuple(used)


def _courses(measure: str, context: DisplayContext) -> dict[str, _Points]:
    found: dict[str, _Points] = {}
    for record in context.records:
        if record.parameter == measure and record.visit in context.visits and isinstance(record.value, Fraction):
            found.setdefault(record.participant_id, {})[record.visit] = record.value
    return found


def _panel(
    axes: Axes, measure: str, courses: dict[str, _Points], verdicts: dict[str, str], context: DisplayContext
) -> None:
    plain_axes(axes)
    visits = [visit for visit in context.visits if any(visit in points for points in courses.values())]
    for participant, points in courses.items():
        verdict = verdicts.get(participant, "")
        heights = [float(points[visit]) if visit in points else float("nan") for visit in visits]
        axes.plot(
            range(len(visits)),
            heights,
            color=_COLOUR[verdict],
            linestyle=STROKE[verdict],
            linewidth=0.8,
            marker="o",
            markersize=1.8,
            alpha=0.75,
            url=record_address(f"{participant}:{[v for v in visits if v in points][-1]}:{measure}"),
        )
    medians = [_median([points[visit] for points in courses.values() if visit in points]) for visit in visits]
    heights = [float("nan") if median is None else float(median) for median in medians]
    axes.plot(range(len(visits)), heights, color=INK, linewidth=2.2)
    axes.set_xticks(range(len(visits)), visits)
    axes.set_xlim(-0.2, max(len(visits) - 0.8, 0.2))
    unit = _unit(measure, context)
    title = context.labels.get(measure, measure)
    axes.set_title(f"{title}, {unit}" if unit else title, fontsize=9, color=INK, loc="left")
    axes.grid(axis="y", color=QUIET, alpha=0.25, linewidth=0.5)


def _unit(measure: str, context: DisplayContext) -> str:
    return next((each.unit for each in context.records if each.parameter == measure and each.unit), "")


def _median(values: Sequence[Fraction]) -> Fraction | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _legend(canvas: Canvas, verdicts: dict[str, str]) -> None:
    present = [verdict for verdict in ("Y", "N", "U") if verdict in verdicts.values()]
    lines = [Line2D([], [], color=_COLOUR[v], linestyle=STROKE[v], linewidth=1, label=WORDS[v]) for v in present]
    lines.append(Line2D([], [], color=INK, linewidth=2.2, label="Median"))
    canvas.legend(handles=lines, loc="outside lower left", ncols=4, frameon=False, fontsize=8.5, labelcolor=INK)


def _alt(drawn: Sequence[str], courses: dict[str, dict[str, _Points]], context: DisplayContext) -> str:
    if not drawn:
        return "No panel: no core set measure has been recorded yet."
    return " ".join(_told(measure, courses[measure], context) for measure in drawn)


def _told(measure: str, courses: dict[str, _Points], context: DisplayContext) -> str:
    parts = []
    for visit in context.visits:
        values = [points[visit] for points in courses.values() if visit in points]
        median = _median(values)
        if median is not None:
            parts.append(f"{visit} {float(median):g} (n {len(values)})")
    return f"{context.labels.get(measure, measure)}, median by visit: {', '.join(parts)}."
