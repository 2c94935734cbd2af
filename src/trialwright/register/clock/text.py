"""Due dates as text for a terminal."""

import textwrap

from trialwright.model.deadlines import Deadline, DeadlineReport

_WIDTH = 100
_STATES = {
    "overdue": "OVERDUE",
    "due": "due",
    "waiting": "waiting",
    "cannot be judged": "lost",
    "late": "late",
    "met": "done",
    "not applicable": "n/a",
}


def render_deadlines(report: DeadlineReport) -> str:
    """What needs doing first, the applicable-trial decision with its reasons, and updates to propose."""
    lines = [f"{report.registry_id or report.input}: {report.title}", f"Due dates on {report.checked_on}", ""]
    for one in report.deadlines:
        lines += _line(one)
    lines += ["", f"Applicable clinical trial (42 CFR 11): {report.applicability.verdict}"]
    for reason in report.applicability.reasons:
        lines += _wrapped(f"  {reason.verdict:<8} {reason.asked.en} {reason.answer.en}", 11)
    if report.conduct:
        lines += ["", "What the ledger says has happened"]
        lines += [f"  {label.en:<40} {value}" for label, value in report.conduct]
    if report.updates:
        lines += ["", "Updates to propose: reality and record differ"]
    for update in report.updates:
        lines += _wrapped(f"  {update.label.en}: {update.registered or 'nothing'} -> {update.proposed}", 4)
        lines += _wrapped(f"    {update.because.en}; due {update.due}", 4)
    return "\n".join(lines) + "\n"


def _line(one: Deadline) -> list[str]:
    due = one.due or "no day yet"
    estimated = " (est.)" if one.estimated and one.due and one.state in ("due", "overdue", "waiting") else ""
    lines = _wrapped(f"{_STATES[one.state]:<8} {due + estimated:<18} {one.what.en}{_days(one)}", 28)
    for sentence in (f"counted from {one.basis.en}" if one.state != "not applicable" else "", one.says.en, one.source):
        if sentence:
            lines += _wrapped(f"{'':28}{sentence}", 28)
    return lines


def _days(one: Deadline) -> str:
    if one.state == "late" and one.days is not None:
        return f": done {one.done}, {_counted(-one.days)} late"
    if one.state == "met":
        return f": done {one.done}" if one.done else ": the record shows it"
    if one.days is None:
        return ""
    return f": {_counted(one.days)} left" if one.days >= 0 else f": {_counted(-one.days)} ago"


def _counted(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


def _wrapped(line: str, indent: int) -> list[str]:
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [line]
