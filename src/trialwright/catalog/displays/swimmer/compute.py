"""For each participant how long they were followed, when they were dosed, when they responded, what came between."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from trialwright.catalog.displays.drawing import (
    FILL,
    INK,
    RULE,
    WORDS,
    finished,
    new_canvas,
    plain_axes,
    record_address,
    say_nothing_to_draw,
)
from trialwright.catalog.displays.layout import is_verdict
from trialwright.catalog.displays.printing import print_number
from trialwright.model.analysis import AnalysisRecord, DisplayContext, Figure, ResultRow

NOTE = "At the right: daily glucocorticoid dose as prednisone at the first and at the last visit with one"
_SEVERE = 3
_MARKS = {
    "Dose": {"marker": "|", "color": INK, "markersize": 7},
    "Meets the definition at a visit": {"marker": "D", "color": FILL["Y"], "markersize": 5},
    "Rescue begun": {"marker": "X", "color": "#b5662b", "markersize": 7},
    "Adverse event, grade 3 or serious": {"marker": "^", "color": "#ffffff", "markersize": 6},
    "Left the study": {"marker": "s", "color": "#ffffff", "markersize": 5},
}

Marks = dict[str, list[int]]


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Figure:
    """
    A bar a participant from day 1 to the last day something was recorded, responders first; marks by shape and colour.

    Units:    study days.
    Missing:  a participant without any day has no bar; an event without a day has no mark.
    """
    verdicts = {r.participant_id: r.verdict for r in context.records if is_verdict(r, _main(context))}
    ids = {r.participant_id: r.id for r in context.records if is_verdict(r, _main(context))}
    courses = {pid: _marks(pid, records, context) for pid, records in _by_participant(context).items()}
    lasts = {pid: _last(context, pid) for pid in courses}
    order = sorted(
        (pid for pid in courses if lasts[pid] > 0),
        key=lambda pid: ("YUN".find(verdicts.get(pid, "N") or "N"), -lasts[pid], pid),
    )
    if not order:
        canvas = new_canvas(8.2, 2.0)
        say_nothing_to_draw(canvas, "Nobody has been followed yet")
        return finished(canvas, context, rows, "Nobody has been followed yet")
    canvas = new_canvas(8.2, 1.3 + 0.24 * len(order))
    axes = canvas.add_subplot()
    plain_axes(axes)
    doses = _doses(context)
    for place, pid in enumerate(order):
        _bar(axes, -place, lasts[pid], verdicts.get(pid, ""), ids.get(pid, ""))
        _draw(axes, -place, courses[pid])
        axes.annotate(doses.get(pid, ""), (1.01, -place), xycoords=("axes fraction", "data"), fontsize=7,
                      va="center", color=INK, annotation_clip=False)  # fmt: skip
    axes.set_yticks([-place for place in range(len(order))], order)
    axes.set_ylim(-len(order) + 0.3, 0.7)
    axes.set_xlim(0, max(lasts.values()) * 1.03)
    axes.set_xlabel("Study day", fontsize=9, color=INK)
    _legend(canvas, [courses[pid] for pid in order])
    told = "; ".join(_told(pid, lasts[pid], courses[pid], verdicts.get(pid, "")) for pid in order)
    return finished(canvas, context, rows, f"Swimmer plot of {len(order)} participants: {told}", (NOTE,))


def _main(context: DisplayContext) -> str:
    return context.estimands[0] if context.estimands else ""


def _by_participant(context: DisplayContext) -> dict[str, list[AnalysisRecord]]:
    found: dict[str, list[AnalysisRecord]] = {}
    for record in context.records:
        found.setdefault(record.participant_id, []).append(record)
    return found


def _last(context: DisplayContext, participant: str) -> int:
    days = [
        r.study_day
        for r in context.records
        if r.participant_id == participant and r.parameter == "visit" and r.study_day is not None
    ]
    return max(days, default=0)


def _marks(participant: str, records: Sequence[AnalysisRecord], context: DisplayContext) -> Marks:
    at: Marks = {name: [] for name in _MARKS}
    main = _main(context)
    for record in records:
        kind = _kind(record, context.parameters, main)
        if kind and record.study_day is not None and record.study_day > 0:
            at[kind].append(record.study_day)
    status = {each.participant_id: each.facts for each in context.participants}.get(participant, {})
    if status.get("withdrawn") is True or status.get("died") is True:
        at["Left the study"].append(_last(context, participant))
    return at


def _kind(record: AnalysisRecord, parameters: Mapping[str, str], main: str) -> str:
    log = record.parameter.partition(":")[0]
    if record.kind == "response":
        own = record.parameter in (main, f"{main}:course")
        return "Meets the definition at a visit" if own and record.verdict == "Y" else ""
    if record.kind != "event":
        return ""
    if log == parameters.get("doses"):
        return "Dose"
    if log == parameters.get("medicines") and record.details.get("rescue") == "Y":
        return "Rescue begun"
    grade = record.details.get("grade", "")
    severe = (grade.isdigit() and int(grade) >= _SEVERE) or record.details.get("serious") == "Y"
    return "Adverse event, grade 3 or serious" if log == parameters.get("events") and severe else ""


def _doses(context: DisplayContext) -> dict[str, str]:
    """Participant -> "25 → 12.5": the first and the last dose of a visit."""
    found: dict[str, dict[str, Fraction]] = {}
    for record in context.records:
        if record.parameter == context.parameters.get("dose") and isinstance(record.value, Fraction):
            found.setdefault(record.participant_id, {})[record.visit] = record.value
    told: dict[str, str] = {}
    for pid, by_visit in found.items():
        values = [by_visit[visit] for visit in context.visits if visit in by_visit]
        if values:
            told[pid] = f"{print_number(values[0], 1)} → {print_number(values[-1], 1)}"
    return told


def _bar(axes: Axes, height: int, last: int, verdict: str, record: str) -> None:
    face = {"Y": "#b9cfe4", "N": "#f3dfca"}.get(verdict, "#ffffff")
    axes.barh(height, last - 1, left=1, height=0.62, facecolor=face, edgecolor=RULE, linewidth=0.6,
              url=record_address(record))  # fmt: skip


def _draw(axes: Axes, height: int, marks: Marks) -> None:
    for name, days in marks.items():
        if days:
            style = _MARKS[name]
            axes.plot(days, [height] * len(days), linestyle="", marker=str(style["marker"]), color=str(style["color"]),
                      markersize=float(str(style["markersize"])), markeredgecolor=INK, markeredgewidth=0.9)  # fmt: skip


def _legend(canvas: Canvas, courses: Sequence[Marks]) -> None:
    present = [name for name in _MARKS if any(course[name] for course in courses)]
    handles = [
        Line2D([], [], linestyle="", marker=str(_MARKS[name]["marker"]), color=str(_MARKS[name]["color"]),
               markeredgecolor=INK, markersize=6, label=name)
        for name in present
    ]  # fmt: skip
    handles.append(Line2D([], [], color="#b9cfe4", linewidth=6, label=WORDS["Y"]))
    handles.append(Line2D([], [], color="#f3dfca", linewidth=6, label=WORDS["N"]))
    canvas.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False, fontsize=8, labelcolor=INK)


def _told(pid: str, last: int, marks: Marks, verdict: str) -> str:
    return f"{pid} to day {last}, {len(marks['Dose'])} doses, {WORDS[verdict].lower()}"
