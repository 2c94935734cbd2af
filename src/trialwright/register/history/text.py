"""Histories and comparisons as text for a terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterable

from trialwright.model.changes import FieldChange, OutcomeChange, OutcomeState, RecordDiff, RecordHistory, VersionNote

_WIDTH = 100
_MOST = 30  # changed fields of one module of the results section; JSON has them all
_SHORT = 160


def render_history(history: RecordHistory) -> str:
    """Versions, what was original, every step with its changes, then outcome measures from first to current."""
    dates = [
        f"{word} {date}"
        for word, date in (
            ("start", history.start),
            ("primary completion", history.primary_completion),
            ("completion", history.completion),
        )
        if date
    ]
    lines = [f"{history.registry_id or 'A record without number'}: {history.title}", ", ".join(dates)]
    lines += ["", *_headed(f"Versions ({len(history.versions)})")]
    lines += _versions(history.versions)
    lines += ["", *_headed("Original and current")]
    for cell in history.originals:
        lines.append(f"  {cell.label.en}")
        lines += _cell("current", cell.current, cell.current_date)
        shown = tuple(cell.shown.split("\n")) if cell.same or not cell.original else cell.original
        lines += _cell("original", shown, cell.original_date)
    for step in history.steps:
        lines += ["", *_diff(step)]
    if len(history.steps) != 1:
        last = (
            f" (last changed {history.overall.date}, {history.overall.moment.en})" if history.overall.moment.en else ""
        )
        lines += [
            "",
            *_headed(f"Outcome measures, first version against current{last if history.overall.outcomes else ''}"),
        ]
        lines += _outcomes(history.overall)
    if history.drift is not None:
        lines += ["", *_headed("Drift: our last version against the public copy"), *_diff(history.drift)[2:]]
    for told in history.told:
        lines += ["", *textwrap.wrap(told.en, _WIDTH)]
    return "\n".join(lines) + "\n"


def _versions(versions: tuple[VersionNote, ...]) -> list[str]:
    """A line a version under where it stands in the study's life; a run of versions that touch the same is one line."""
    lines: list[str] = []
    moment = ""
    for run in _runs(versions):
        first, last = run[0], run[-1]
        if first.moment.en and first.moment.en != moment:
            moment = first.moment.en
            lines.append(f"  {moment}")
        number = str(first.number) if first is last else f"{first.number}-{last.number}"
        day = first.date if first is last else f"{first.date} to {last.date}"
        told = ", ".join(first.modules) or "first version"
        if first.source != versions[0].source or first.number == 0:
            told = f"{first.source}: {told}"
        lines += _wrapped(f"  {number:>6}  {day:<24}  {told}", 34)
        if first.reason:
            lines += _wrapped(f"{'':34}{first.reason}", 34)
    return lines


def _runs(versions: tuple[VersionNote, ...]) -> list[list[VersionNote]]:
    runs: list[list[VersionNote]] = []
    for version in versions:
        last = runs[-1][-1] if runs else None
        alike = last is not None and (last.modules, last.moment, last.source) == (
            version.modules,
            version.moment,
            version.source,
        )
        if alike and version.number > 1 and not version.reason:
            runs[-1].append(version)
        else:
            runs.append([version])
    return runs


def render_diff(diff: RecordDiff) -> str:
    """Two versions: outcome measures first, then the fields by module."""
    return "\n".join(_diff(diff)) + "\n"


def _diff(diff: RecordDiff) -> list[str]:
    moment = f", {diff.moment.en}" if diff.moment.en else ""
    lines = _headed(f"{diff.before} -> {diff.after}{moment}")
    if diff.same:
        return [*lines, "  No field differs."]
    if diff.outcomes:
        lines += _outcomes(diff)
    by_module: dict[str, list[FieldChange]] = {}
    for change in diff.fields:
        by_module.setdefault(change.module.en, []).append(change)
    for module, changes in by_module.items():
        lines.append(f"  {module} ({len(changes)})")
        for change in changes[:_MOST]:
            lines += _field(change)
        if len(changes) > _MOST:
            lines.append(f"    ... and {len(changes) - _MOST} more fields (--format json shows all)")
    return lines


def _outcomes(diff: RecordDiff) -> list[str]:
    if not diff.outcomes:
        return ["  No outcome measure changed."]
    counted = Counter(kind for change in diff.outcomes for kind in change.kinds)
    lines = [f"  Outcome measures: {', '.join(f'{number} {kind}' for kind, number in counted.items())}"]
    for change in diff.outcomes:
        lines += _outcome(change)
    return lines


def _outcome(change: OutcomeChange) -> list[str]:
    state = change.after or change.before
    title = _one_line(state.measure) if state else ""
    lines = _wrapped(f"    {' + '.join(change.kinds).upper()}: {title}", 8)
    for sentence in change.says:
        lines += _wrapped(f"        {sentence.en}", 8)
    if change.before is not None and change.after is not None and "wording" in change.kinds:
        lines += _wrapped(f"        was: {_state(change.before)}", 13)
        lines += _wrapped(f"        is:  {_state(change.after)}", 13)
    return lines


def _state(state: OutcomeState) -> str:
    return _one_line(f"{state.measure}. {state.description}" if state.description else state.measure)


def _field(change: FieldChange) -> list[str]:
    name = f"{change.label.en} ({_one_line(change.item)})" if change.item else change.label.en
    if change.kind == "added":
        return _wrapped(f"    + {name}: {_one_line(change.after)}", 8)
    if change.kind == "removed":
        return _wrapped(f"    - {name}: {_one_line(change.before)}", 8)
    if not change.pieces:
        return _wrapped(f"    ~ {name}: {_one_line(change.before)} -> {_one_line(change.after)}", 8)
    lines = _wrapped(f"    ~ {name}:", 8)
    for piece in change.pieces:
        if piece.kind != "same" and piece.text.strip():
            lines += _wrapped(f"        {'-' if piece.kind == 'removed' else '+'} {_one_line(piece.text)}", 10)
    return lines


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 3].rstrip()}..."


def _cell(word: str, lines: Iterable[str], date: str) -> list[str]:
    told = [f"    {word} (submitted {date})" if date else f"    {word}"]
    for line in list(lines) or ["Not Provided"]:
        told += _wrapped(f"      {_one_line(line.partition(chr(10))[0])}", 8)
    return told


def _headed(title: str) -> list[str]:
    return [title, "-" * min(len(title), _WIDTH)]


def _wrapped(line: str, indent: int) -> list[str]:
    return textwrap.wrap(
        line, _WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [line]
