"""What each participant was asked before treatment, as it was answered."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import footnotes_of, table
from trialwright.catalog.displays.printing import NO_VALUE, print_exact
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table
from trialwright.model.quantity import Missing


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    A line a participant, a column an item of the named instruments, in the order of the form; the last answer counts.

    Units:    in the heading.
    Missing:  the reason as it was given; an item that was not asked is an en dash.
    """
    instruments = context.parameters.get("instruments", "").split()
    left_out = context.parameters.get("leave_out", "").split()
    answers: dict[str, dict[str, AnalysisRecord]] = {}
    for record in context.records:
        shown = record.parameter.partition(".")[0] in instruments and record.parameter not in left_out
        if shown and record.kind in ("value", "measure"):
            answers.setdefault(record.participant_id, {}).setdefault(record.parameter, record)
    names = list(dict.fromkeys(name for each in answers.values() for name in each))
    names.sort(key=lambda name: instruments.index(name.partition(".")[0]))
    body = tuple(
        (Cell(pid, records=_first(each)), *(_answer(each.get(name), context) for name in names))
        for pid, each in answers.items()
    )
    heads = tuple(_heading(name, answers, context) for name in names)
    return table(context, ("Participant", *heads), body, footnotes_of(rows, context), listing=True)


def _first(answers: Mapping[str, AnalysisRecord]) -> tuple[str, ...]:
    return tuple(record.id for record in list(answers.values())[:1])


def _heading(name: str, answers: Mapping[str, Mapping[str, AnalysisRecord]], context: DisplayContext) -> str:
    label = context.labels.get(name, name)
    unit = next((each[name].unit for each in answers.values() if name in each and each[name].unit), "")
    return f"{label} ({unit})" if unit and unit.lower() not in label.lower() else label


def _answer(record: AnalysisRecord | None, context: DisplayContext) -> Cell:
    if record is None:
        return Cell(NO_VALUE)
    match record.value:
        case Missing(reason=reason):
            return Cell(reason, records=(record.id,))
        case Fraction() as number:
            return Cell(print_exact(number), records=(record.id,), align="right")
        case words:
            return Cell(context.labels.get(f"{record.parameter}={words}", words), records=(record.id,))
