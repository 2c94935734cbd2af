"""Everybody from first contact to analysis: who was left out or left where, and why."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from trialwright.catalog.displays.drawing import INK, QUIET, finished, new_canvas, say_nothing_to_draw
from trialwright.catalog.displays.layout import Line, label_of, lines_of
from trialwright.model.analysis import DisplayContext, Figure, ResultRow

NOTE = "A single arm: there is no allocation, and nobody was compared with anybody"
_MIDDLE = ("screened", "enrolled", "dosed", "completed")
_ASIDE = {"enrolled": ("screen_failure",), "dosed": ("never_dosed",), "completed": ("withdrawn", "died", "under_way")}
"""Left of the middle line, before the box that they are missing from."""

_KNOWN = {*_MIDDLE, *(name for names in _ASIDE.values() for name in names)}


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    Boxes downwards, and beside them who went no further; reasons of withdrawal below their box; the analysis sets last.

    Missing:  a branch nobody took is left out, but for screening failures and withdrawals, where none is a result.
    """
    lines = lines_of(rows)
    if not lines or not _count(lines.get("screened")):
        canvas = new_canvas(7.2, 2.0)
        say_nothing_to_draw(canvas, "Nobody has been screened yet")
        return finished(canvas, context, rows, "Nobody has been screened yet")
    canvas = new_canvas(7.6, 5.4)
    axes = canvas.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(-6, 100)
    told = _boxes(axes, lines, context)
    return finished(
        canvas, context, rows, f"Flow of participants: {'; '.join(told)}", () if context.several_arms else (NOTE,)
    )


def _boxes(axes: Axes, lines: dict[str, Line], context: DisplayContext) -> list[str]:
    told: list[str] = []
    heights = {"screened": 93, "enrolled": 68, "dosed": 46, "completed": 18}
    before = ""
    for name in (each for each in _MIDDLE if each in lines):
        _box(axes, 27, heights[name], [_words(name, lines, context)])
        told.append(_told(name, lines, context))
        if before:
            _arrow(axes, (27, heights[before] - 5), (27, heights[name] + 5))
            aside = [each for each in _ASIDE.get(name, ()) if _is_shown(each, lines)]
            words = [text for each in aside for text in _with_reasons(each, lines, context)]
            told += [_told(each, lines, context) for each in aside]
            if words:
                middle = (heights[before] + heights[name]) / 2
                _box(axes, 76, middle, words)
                axes.plot([27, 53], [middle, middle], color=QUIET, linewidth=0.9)
        before = name
    sets = [name for name in lines if name not in _KNOWN and not name.startswith("withdrawn.")]
    if sets:
        # Analysis sets do not follow from completing: they stand beside it, not below.
        _box(axes, 76, 5, [_words(name, lines, context) for name in sets])
        told += [_told(name, lines, context) for name in sets]
    return told


def _is_shown(name: str, lines: dict[str, Line]) -> bool:
    return name in lines and (name in ("screen_failure", "withdrawn") or bool(_count(lines[name])))


def _with_reasons(name: str, lines: dict[str, Line], context: DisplayContext) -> list[str]:
    below = [each for each in lines if each.startswith(f"{name}.")]
    return [_words(name, lines, context), *(_words(each, lines, context) for each in below)]


def _count(line: Line | None) -> int:
    row = line.get("n") if line else None
    return int(row.value) if row is not None and isinstance(row.value, int) else 0


def _words(name: str, lines: dict[str, Line], context: DisplayContext) -> str:
    return f"{label_of(lines[name], name, context)} (n = {_count(lines[name])})"


def _told(name: str, lines: dict[str, Line], context: DisplayContext) -> str:
    return f"{label_of(lines[name], name, context)}: {_count(lines[name])}"


def _box(axes: Axes, x: float, y: float, lines: Sequence[str]) -> None:
    # Each line is a text of its own: it is put over into other languages by itself.
    step, top = 4.6, y + (len(lines) - 1) * 2.3
    half = 23.0
    low, high = y - len(lines) * 2.3 - 1.6, y + len(lines) * 2.3 + 1.6
    axes.fill([x - half, x + half, x + half, x - half], [low, low, high, high], facecolor="#ffffff", edgecolor=INK,
              linewidth=0.9, zorder=2)  # fmt: skip
    for place, words in enumerate(lines):
        axes.text(x, top - place * step, words, ha="center", va="center", fontsize=8, color=INK, zorder=3)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.plot([start[0], end[0]], [start[1], end[1]], color=QUIET, linewidth=0.9, zorder=1)
    axes.plot([end[0]], [end[1] + 0.8], marker="v", markersize=5, color=QUIET, zorder=1)
