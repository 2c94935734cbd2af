"""What happened to each participant who died, had a serious event, or left, told in sentences from the data."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import footnotes_of, is_verdict, table
from trialwright.catalog.displays.printing import print_exact
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, Participant, ResultRow, Table

_TOLD = ("grade", "causality", "action", "outcome", "start", "end")


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    A line a participant: who, how treated, each serious event with grade, relation, action and outcome, how it ended.

    Shape:    sentences on lines of their own; nothing is told that stands in no record.
    Missing:  nobody to tell of leaves one note, which is a result.
    """
    body: list[tuple[Cell, ...]] = []
    for each in context.participants:
        mine = [record for record in context.records if record.participant_id == each.participant_id]
        serious = [r for r in mine if _is_of(r, context.parameters.get("events", "")) and _is_serious(r)]
        if serious or each.facts.get("died") is True or each.facts.get("withdrawn") is True:
            ids = tuple(r.id for r in serious) or (f"{each.participant_id}:-:fact.withdrawn",)
            lines = _lines(each, mine, serious, context)
            body.append((Cell(each.participant_id, records=ids), _told(lines, ids)))
    note = () if body else ("Nobody died, had a serious event or left",)
    columns = ("Participant", "What happened")
    return table(context, columns, tuple(body), (*note, *footnotes_of(rows, context)), listing=True)


def _told(lines: Sequence[str], ids: tuple[str, ...]) -> Cell:
    # Each sentence is a part of its own: it is put over into other languages by itself.
    parts: list[Cell] = []
    for line in lines:
        parts += [Cell("\n")] if parts else []
        parts.append(Cell(line, records=ids[:1]))
    return Cell("".join(part.text for part in parts), parts=tuple(parts))


def _is_of(record: AnalysisRecord, log: str) -> bool:
    return record.kind == "event" and record.parameter.partition(":")[0] == log


def _is_serious(record: AnalysisRecord) -> bool:
    return any(value == "Y" for name, value in record.details.items() if name.startswith("serious"))


def _lines(
    each: Participant, mine: Sequence[AnalysisRecord], serious: Sequence[AnalysisRecord], context: DisplayContext
) -> list[str]:
    about = context.parameters.get("about", "").split()
    lines = [_about(record, context) for record in mine if record.parameter in about]
    doses = [r for r in mine if _is_of(r, context.parameters.get("doses", "")) and r.study_day is not None]
    days = [r.study_day for r in doses if r.study_day is not None]
    lines.append(f"{len(doses)} doses, the last on day {max(days)}" if days else "No dose")
    lines += [_event(record, context) for record in serious]
    if each.facts.get("withdrawn") is True:
        reason = str(each.facts.get("withdrawn_reason") or "not known")
        lines.append(f"Left the study: {reason.replace('_', ' ')}")
    if each.facts.get("died") is True:
        lines.append("Died")
    main = context.estimands[0] if context.estimands else ""
    return lines + [context.why[r.id] for r in mine if is_verdict(r, main) and r.id in context.why]


def _about(record: AnalysisRecord, context: DisplayContext) -> str:
    value = print_exact(record.value) if isinstance(record.value, Fraction) else str(record.value)
    return f"{context.labels.get(record.parameter, record.parameter)}: {_code(record.parameter, value, context)}"


def _code(name: str, value: str, context: DisplayContext) -> str:
    return context.labels.get(f"{name}={value}") or context.labels.get(f"{name.rpartition('.')[2]}={value}") or value


def _event(record: AnalysisRecord, context: DisplayContext) -> str:
    term = record.details.get("term") or "not known"
    day = f", from day {record.study_day}" if record.study_day is not None else ""
    told = [
        f"{context.labels.get(name, name)}: {_code(name, record.details[name], context)}"
        for name in _TOLD
        if record.details.get(name)
    ]
    return f"Serious adverse event: {term}{day}{', ' if told else ''}{', '.join(told)}"
