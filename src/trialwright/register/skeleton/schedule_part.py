"""schedule.yaml of a skeleton: the visits that the time frames name, their windows left open."""

from trialwright.define.gaps import gap
from trialwright.register.skeleton.outcomes import Placed
from trialwright.register.spans import days_named

Tree = dict[str, object]
_WEEK = 7
_LONGEST = 365 * 5  # a later time is follow-up by record or by telephone, seldom a visit
_EARLY = gap("how many days before the planned day still count")
_LATE = gap("how many days after the planned day still count")


def schedule_tree(outcomes: tuple[Placed, ...]) -> Tree:
    """
    Screening, the day of the first dose, a visit for every day that a time frame names, and the place of the logs.

    Missing:  windows, and the forms of a visit beyond the general ones, are for the protocol to decide.
    """
    days: dict[int, list[str]] = {}
    for placed in outcomes:
        for day in days_named(placed.outcome.time_frame):
            if 0 < day <= _LONGEST:
                days.setdefault(day, []).append(placed.name)
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
            *(_planned(day, names) for day, names in sorted(days.items())),
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


def _planned(day: int, names: list[str]) -> Tree:
    weeks, rest = divmod(day, _WEEK)
    name, english, chinese = (
        (f"W{weeks}", f"Week {weeks}", f"第 {weeks} 周") if not rest else (f"D{day + 1}", f"Day {day}", f"第 {day} 天")
    )
    read_from = f"Read from the time frame of {', '.join(dict.fromkeys(names))}; a month counts 30 days, a year 365."
    return _visit(name, (english, chinese), "planned", day=str(day + 1), forms=["visit"], why=read_from)
