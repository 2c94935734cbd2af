"""schedule.yaml of a skeleton: the visits that the time frames name, their windows left open."""

from trialwright.define.gaps import gap
from trialwright.register.skeleton.outcomes import Placed
from trialwright.register.spans import time_points

Tree = dict[str, object]
_WEEK = 7
_LONGEST = 365 * 5  # a later time is follow-up by record or by telephone, seldom a visit
_EARLY = gap("how many days before the planned day still count")
_LATE = gap("how many days after the planned day still count")


def schedule_tree(outcomes: tuple[Placed, ...]) -> Tree:
    """
    Screening, the day of the first dose, a visit for every day that a time frame names, and the place of the logs.

    A day that the record numbers keeps its number; after a length of time comes the day after it: 3 weeks end on
    day 22. A record that names a day 0 counts its days from there, one less than ours.

    Missing:  windows, and the forms of a visit beyond the general ones, are for the protocol to decide.
    """
    return {
        "# Days count from the first dose: day 1, there is no day 0. Check every day against the protocol.": "",
        "visits": [
            _visit(
                "SCR", ("Screening", "筛选访视"), "screening",
                day=gap("the day of screening, counted from the first dose, such as -14"),
                forms=["demographics", "eligibility"],
                why="The record names no screening visit; eligibility is decided before the first dose.",
            ),
            {
                **_visit(
                    "D1", ("Day of the first dose", "首次给药日"), "baseline", day="1", forms=["visit"],
                    why="Every change is counted from here.",
                ),
                "early": "0",
                "late": "0",
            },
            *_named_visits(outcomes),
            {
                "name": "LOG",
                "title": {"en": "Running logs", "zh": "持续记录"},
                "kind": "log",
                "forms": ["adverse_events", "end_of_study"],
                "proposed": "Not a visit but the place of the running logs.",
            },
        ],
    }  # fmt: skip


def _visit(name: str, title: tuple[str, str], kind: str, *, day: str, forms: list[str], why: str) -> Tree:
    return {
        "name": name,
        "title": {"en": title[0], "zh": title[1]},
        "kind": kind,
        "study_day": day,
        "early": _EARLY,
        "late": _LATE,
        "forms": forms,
        "proposed": why,
    }


def _named_visits(outcomes: tuple[Placed, ...]) -> list[Tree]:
    """A visit a study day after the first; days before the first dose are left to the screening."""
    points = [(time_points(placed.outcome.time_frame), placed.name) for placed in outcomes]
    first = min((day for point, _ in points for day in point.days if day >= 0), default=1)
    shift = 1 if first == 0 else 0
    numbered: dict[int, list[str]] = {}
    lengths: dict[int, list[str]] = {}
    for point, name in points:
        for day in point.days:
            numbered.setdefault(day + shift, []).append(name)
        for days in point.lengths:
            lengths.setdefault(days + 1, []).append(name)
    visits = {day: _after(day - 1, names) for day, names in lengths.items()}
    # a day named by its number keeps it, also where a length ends on the same day
    visits |= {day: _numbered(day, names + lengths.get(day, []), shift) for day, names in numbered.items()}
    return [visits[day] for day in sorted(visits) if 1 < day <= _LONGEST + 1]


def _numbered(day: int, names: list[str], shift: int) -> Tree:
    why = f"Read from the time frame of {', '.join(dict.fromkeys(names))}."
    if shift:
        why += f" The record names a day 0, so its day {day - shift} is taken as study day {day}."
    return _visit(f"D{day}", (f"Day {day}", f"第 {day} 天"), "planned", day=str(day), forms=["visit"], why=why)


def _after(days: int, names: list[str]) -> Tree:
    weeks, rest = divmod(days, _WEEK)
    name, english, chinese = (
        (f"D{days + 1}", f"Day {days + 1}", f"第 {days + 1} 天")
        if rest
        else (f"W{weeks}", f"Week {weeks}", f"第 {weeks} 周")
    )
    read_from = f"Read from the time frame of {', '.join(dict.fromkeys(names))}; a month counts 30 days, a year 365."
    return _visit(name, (english, chinese), "planned", day=str(days + 1), forms=["visit"], why=read_from)
