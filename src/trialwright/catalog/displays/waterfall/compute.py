"""Each participant a bar, the best first: measures improved and worsened, or the improvement of one measure."""

from collections.abc import Sequence
from fractions import Fraction

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from trialwright.catalog.displays.drawing import (
    FILL,
    HATCH,
    INK,
    QUIET,
    WORDS,
    finished,
    new_canvas,
    plain_axes,
    record_address,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import is_verdict, measures_of, uses_of
from trialwright.catalog.displays.printing import print_signed
from trialwright.model.analysis import AnalysisRecord, DisplayContext, Figure, ResultRow

_Bar = tuple[AnalysisRecord, Fraction, Fraction]
"""The verdict, how far up, how far down (positive)."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    Bars sorted from best to worst; the verdict is told by colour and hatching, and in words under the bar.

    Shape:    one bar a response record of the first estimand of the context.
    Units:    number of measures; with parameter `measure`, percent of baseline, positive is better.
    Missing:  a participant without any evaluable measure keeps a place, marked "no value".
    """
    measure = context.parameters.get("measure", "")
    bars = sorted(_bars(context, measure), key=lambda bar: (-(bar[1] - bar[2]), -bar[1], bar[0].participant_id))
    canvas = new_canvas(8.2, 3.9)
    if bars:
        axes = canvas.add_subplot()
        _draw(axes, bars, measure, context)
        _legend(canvas, bars)
    else:
        say_nothing_to_draw(canvas, "No participant has a verdict yet")
    notes = ("Participants without any evaluable measure stand at zero.",) if any(_empty(bar) for bar in bars) else ()
    return finished(canvas, context, rows, _alt(bars, measure), notes)


def _bars(context: DisplayContext, measure: str) -> list[_Bar]:
    estimand = context.estimands[0] if context.estimands else ""
    verdicts = [each for each in context.records if is_verdict(each, estimand)]
    by_id = {record.id: record for record in context.records}
    if not measure:
        return [(each, *_counts(each, by_id)) for each in verdicts]
    return [(each, *_improvement(each, measure, by_id)) for each in verdicts]


def _counts(record: AnalysisRecord, by_id: dict[str, AnalysisRecord]) -> tuple[Fraction, Fraction]:
    counted = next((each.counts for each in (record, *uses_of(record, by_id)) if each.counts), {})
    return counted.get("n_improved", Fraction(0)), counted.get("n_worsened", Fraction(0))


def _improvement(record: AnalysisRecord, measure: str, by_id: dict[str, AnalysisRecord]) -> tuple[Fraction, Fraction]:
    for used in measures_of(record, by_id):
        if used.parameter == measure and isinstance(used.improvement_pct, Fraction):
            return max(used.improvement_pct, Fraction(0)), max(-used.improvement_pct, Fraction(0))
    return Fraction(0), Fraction(0)


def _empty(bar: _Bar) -> bool:
    return bar[1] == bar[2] == 0


def _draw(axes: Axes, bars: Sequence[_Bar], measure: str, context: DisplayContext) -> None:
    plain_axes(axes)
    for place, (record, up, down) in enumerate(bars):
        fill, hatch = FILL[record.verdict], HATCH[record.verdict]
        for height in (float(up), -float(down)):
            axes.bar(place, height, width=0.78, facecolor=fill, hatch=hatch, edgecolor=INK, linewidth=0.6,
                     url=record_address(record.id))  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xticks(range(len(bars)), [bar[0].participant_id for bar in bars], rotation=60, ha="right")
    axes.set_xlim(-0.7, max(len(bars), 7) - 0.3)
    if measure:
        axes.set_ylabel(f"Improvement of {context.labels.get(measure, measure)}, %", fontsize=9, color=INK)
    else:
        axes.set_ylabel("Measures worsened (down), improved (up)", fontsize=9, color=INK)
        top, bottom = max(int(bar[1]) for bar in bars), max(int(bar[2]) for bar in bars)
        ticks = range(-max(bottom, 1), max(top, 1) + 1)
        axes.set_yticks(ticks, [str(abs(tick)) for tick in ticks])
    axes.grid(axis="y", color=QUIET, alpha=0.25, linewidth=0.5)
    axes.set_axisbelow(True)


def _legend(canvas: Canvas, bars: Sequence[_Bar]) -> None:
    found = [bar[0].verdict for bar in bars]
    swatches = [
        Patch(
            facecolor=FILL[verdict],
            hatch=HATCH[verdict],
            edgecolor=INK,
            linewidth=0.6,
            label=f"{WORDS[verdict]} ({found.count(verdict)})",
        )
        for verdict in WORDS
        if verdict in found
    ]
    canvas.legend(handles=swatches, loc="outside lower left", ncols=4, frameon=False, fontsize=8.5, labelcolor=INK)


def _alt(bars: Sequence[_Bar], measure: str) -> str:
    if not bars:
        return "Waterfall without bars: no participant has a verdict yet."
    told = "; ".join(f"{bar[0].participant_id} {_told(bar, measure)}, {WORDS[bar[0].verdict].lower()}" for bar in bars)
    return f"Waterfall of {len(bars)} participants, the best first: {told}."


def _told(bar: _Bar, measure: str) -> str:
    if measure:
        return f"{print_signed(bar[1] - bar[2], 1)} %"
    return f"{bar[1]} improved, {bar[2]} worsened"
