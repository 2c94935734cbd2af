"""Small charts as numbers for a template to draw: bars in segments, a step against a line."""

import datetime as dt
import math
from collections.abc import Sequence

import msgspec

WIDTH, LEFT, BAR, GAP = 380, 126, 22, 10


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a bar. `shade` names its fill; `count` stands in it where it is wide enough, else nowhere."""

    shade: str
    x: float
    width: float
    count: int

    @property
    def labelled(self) -> bool:
        return self.width >= 9 * len(str(self.count)) + 4


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    y: float
    total: int
    end: float
    segments: tuple[Segment, ...]


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """Horizontal bars on one scale, longest to the right edge."""

    width: int
    height: float
    bars: tuple[Bar, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A number growing by steps against a straight plan, with its ticks."""

    width: int
    height: int
    path: str
    plan: tuple[float, float, float, float] | None
    days: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, int], ...]
    today: float
    floor: float


def bars(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> Bars:
    """`rows` are a label and its counts by shade; nothing is drawn for a count of nought."""
    longest = max((sum(count for _, count in parts) for _, parts in rows), default=0) or 1
    unit = (WIDTH - LEFT - 40) / longest
    made = []
    for n, (label, parts) in enumerate(rows):
        x, segments = float(LEFT), []
        for shade, count in parts:
            if count:
                segments.append(Segment(shade=shade, x=round(x, 1), width=round(count * unit, 1), count=count))
                x += count * unit
        total = sum(count for _, count in parts)
        made.append(Bar(label=label, y=n * (BAR + GAP), total=total, end=round(x + 6, 1), segments=tuple(segments)))
    return Bars(width=WIDTH, height=len(rows) * (BAR + GAP), bars=tuple(made))


def step(
    reached: Sequence[tuple[dt.date, int]], *, begin: dt.date, end: dt.date | None, planned: int, today: dt.date
) -> Step:
    """The step of `reached`, the plan from nought at `begin` to `planned` at `end`."""
    height, left, bottom = 190, 28, 160
    last = max(filter(None, (end, today, reached[-1][0] if reached else None, begin + dt.timedelta(days=1))))
    top = max(planned, reached[-1][1] if reached else 0, 1)

    def across(day: dt.date) -> float:
        return round(left + (WIDTH - left - 12) * max(0, (day - begin).days) / max(1, (last - begin).days), 1)

    def up(number: float) -> float:
        return round(bottom - (bottom - 14) * number / top, 1)

    path, level = f"M{left} {up(0)}", 0
    for day, number in reached:
        path += f" H{across(day)} V{up(number)}"
        level = number
    path += f" H{across(today)}" if not reached or today >= reached[-1][0] else ""
    return Step(
        width=WIDTH,
        height=height,
        path=path,
        plan=(left, up(0), across(end), up(planned)) if end is not None else None,
        days=tuple((across(day), day.isoformat()[:7]) for day in _ticks(begin, last)),
        levels=tuple((up(n), n) for n in sorted({0, planned, level})),
        today=across(today),
        floor=bottom,
    )


def _ticks(begin: dt.date, last: dt.date) -> list[dt.date]:
    """The first of a month, so that at most five stand on the axis."""
    months = (last.year - begin.year) * 12 + last.month - begin.month
    every = max(1, math.ceil(months / 4))
    found = []
    for n in range(0, months + 1, every):
        year, month = divmod(begin.month - 1 + n, 12)
        day = dt.date(begin.year + year, month + 1, 1)
        if begin <= day <= last:
            found.append(day)
    return found
