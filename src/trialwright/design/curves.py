"""Grey line charts as SVG text: read without colour, with a title and a description for who does not see them."""

from collections.abc import Sequence
from html import escape

import msgspec

WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 62, 26, 16, 54


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One curve. `dash` tells curves apart without colour; `points` marks each value; `steps` draws a saw-tooth."""

    name: str
    values: tuple[tuple[float, float], ...]
    dash: str = ""
    points: bool = False
    grey: str = "#222"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A vertical line with its word, at a value that matters."""

    x: float
    word: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn; y is a share from 0 to 1."""

    title: str
    says: str
    x_word: str
    y_word: str
    x_from: float
    x_to: float
    ticks: tuple[float, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    level: float | None = None  # a dotted horizontal line: the power wanted
    percent: bool = True  # whether x is a share too
    key: str = "chart"


def chart_svg(chart: Chart) -> str:
    """The chart as one SVG element; coordinates are rounded, so that it is the same every time."""
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{chart.key}-t {chart.key}-d">',
        f'<title id="{chart.key}-t">{escape(chart.title)}</title><desc id="{chart.key}-d">{escape(chart.says)}</desc>',
        *_axes(chart),
    ]
    if chart.level is not None:
        y = _y(chart.level)
        parts.append(f'<path d="M{LEFT} {y} H{WIDTH - RIGHT}" stroke="#888" stroke-dasharray="1 4" fill="none"/>')
    for place, mark in enumerate(chart.marks):
        x = _x(chart, mark.x)
        parts.append(f'<path d="M{x} {TOP} V{HEIGHT - BOTTOM}" stroke="#777" stroke-dasharray="6 3" fill="none"/>')
        anchor = "end" if x > WIDTH * 0.6 else "start"
        shift = -5 if anchor == "end" else 5
        parts.append(_text(x + shift, TOP + 12 + 15 * place, mark.word, anchor))
    for line in chart.lines:
        parts += _line(chart, line)
    return "".join([*parts, *_legend(chart), "</svg>"])


def _axes(chart: Chart) -> list[str]:
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        y = _y(share)
        parts.append(f'<path d="M{LEFT} {y} H{right}" stroke="#ddd" fill="none"/>')
        parts.append(_text(LEFT - 7, y + 4, f"{share * 100:.0f} %", "end"))
    for tick in chart.ticks:
        word = f"{tick * 100:.0f} %" if chart.percent else f"{tick:g}"
        parts.append(_text(_x(chart, tick), floor + 17, word, "middle"))
    parts.append(f'<path d="M{LEFT} {TOP} V{floor} H{right}" stroke="#222" fill="none"/>')
    parts.append(_text((LEFT + right) / 2, HEIGHT - 18, chart.x_word, "middle"))
    middle = round((TOP + floor) / 2, 1)
    word = escape(chart.y_word)
    parts.append(f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{word}</text>')
    return parts


def _line(chart: Chart, line: Line) -> list[str]:
    shown = [(_x(chart, x), _y(y)) for x, y in line.values if chart.x_from <= x <= chart.x_to]
    if not shown:
        return []
    path = "M" + " L".join(f"{x} {y}" for x, y in shown)
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    parts = [f'<path d="{path}" stroke="{line.grey}" stroke-width="2"{dash} fill="none"/>']
    if line.points:
        parts += [f'<circle cx="{x}" cy="{y}" r="2.5" fill="{line.grey}"/>' for x, y in shown]
    return parts


def _legend(chart: Chart) -> list[str]:
    if len(chart.lines) < 2:
        return []
    parts, y = [], HEIGHT - BOTTOM - 14 * len(chart.lines)
    for line in chart.lines:
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        left = WIDTH - RIGHT - 232
        parts.append(f'<path d="M{left} {y - 4} h34" stroke="{line.grey}" stroke-width="2"{dash} fill="none"/>')
        parts.append(_text(left + 40, y, line.name, "start"))
        y += 14
    return parts


def _text(x: float, y: float, word: str, anchor: str) -> str:
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}">{escape(word)}</text>'


def _x(chart: Chart, value: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (value - chart.x_from) / (chart.x_to - chart.x_from), 1)


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


DASHES = ("", "7 4", "2 3", "10 3 2 3")


def power_chart(
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    marks: Sequence[tuple[float, str]],
    words: dict[str, str],
) -> Chart:
    """Power by true rate, one curve a benchmark."""
    return Chart(
        title=words["title"],
        says=words["says"],
        x_word=words["x"],
        y_word=words["y"],
        x_from=0.0,
        x_to=1.0,
        ticks=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
        lines=tuple(
            Line(name=name, values=tuple(values), dash=DASHES[place % 4]) for place, (name, values) in enumerate(curves)
        ),
        marks=tuple(Mark(x=x, word=word) for x, word in marks),
        level=0.8,
        key=words["key"],
    )


def tooth_chart(teeth: Sequence[tuple[int, float]], n: int, words: dict[str, str]) -> Chart:
    """Power by number of participants: a saw-tooth."""
    return Chart(
        title=words["title"],
        says=words["says"],
        x_word=words["x"],
        y_word=words["y"],
        x_from=0.0,
        x_to=float(max(100, max(size for size, _ in teeth))),
        ticks=(0, 20, 40, 60, 80, 100),
        lines=(Line(name="", values=tuple((float(size), power) for size, power in teeth), points=True, grey="#444"),),
        marks=(Mark(x=float(n), word=words["planned"]),),
        level=0.8,
        percent=False,
        key=words["key"],
    )
