"""Each participant's verdict, the measures behind it, and why: with twenty participants the first page to read."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import footnotes_of, is_verdict, joined, measures_of, table
from trialwright.catalog.displays.printing import NARROW, print_exact, print_signed
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table
from trialwright.model.quantity import Missing

VERDICTS = {"Y": "Responder", "N": "Not a responder", "U": "Undetermined", "": "–"}


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Participant, verdict, visit, every measure from baseline to visit, and the reasons in words.

    Shape:    one line a participant of the first estimand of the context, in the order of participants; its measures
              stand below one another in one cell; where more estimands are named, a column with the verdict of each.
    Units:    values as measured; improvement in percent of baseline, positive is better whatever the direction.
    Missing:  a measure without a value says its reason; a participant without a visit has dashes and still a reason.
    """
    by_id = {record.id: record for record in context.records}
    verdicts = [each for each in context.records if is_verdict(each, _main(context))]
    body = tuple(_line(record, by_id, context) for record in _in_order(verdicts, context))
    others = context.estimands[1:]
    columns = (
        "Participant",
        "Verdict",
        "Visit",
        "Measures",
        *(context.labels.get(name, name) for name in others),
        "Why",
    )
    notes = ("Measures: baseline → visit, and improvement in percent of baseline (+ is better).",) if body else ()
    return table(context, columns, body, (*notes, *footnotes_of(rows, context)), listing=True)


def _main(context: DisplayContext) -> str:
    return context.estimands[0] if context.estimands else ""


def _in_order(verdicts: Sequence[AnalysisRecord], context: DisplayContext) -> list[AnalysisRecord]:
    place = {each.participant_id: number for number, each in enumerate(context.participants)}
    return sorted(verdicts, key=lambda record: (place.get(record.participant_id, len(place)), record.participant_id))


def _line(record: AnalysisRecord, by_id: dict[str, AnalysisRecord], context: DisplayContext) -> tuple[Cell, ...]:
    back = (record.id,)
    return (
        Cell(record.participant_id, records=back),
        Cell(VERDICTS[record.verdict], records=back, strong=True),
        Cell(_visit(record, context), records=back),
        _measures(record, by_id, context),
        *(_other(record, name, context) for name in context.estimands[1:]),
        Cell(context.why.get(record.id) or _bare_reasons(record), records=back),
    )


def _measures(record: AnalysisRecord, by_id: dict[str, AnalysisRecord], context: DisplayContext) -> Cell:
    used = measures_of(record, by_id)
    if not used:
        return Cell("–")
    parts: list[Cell | str] = []
    for number, measure in enumerate(used):
        parts += ["\n"] * bool(number)
        parts.append(Cell(_measured(measure, context), records=(measure.id,)))
    return joined(*parts, align="left")


def _visit(record: AnalysisRecord, context: DisplayContext) -> str:
    visit = context.labels.get(record.visit, record.visit) or "–"
    day = f", day {record.study_day}" if record.study_day is not None else ""
    outside = " (outside its window)" if record.in_window is False else ""
    return f"{visit}{day}{outside}"


def _measured(record: AnalysisRecord, context: DisplayContext) -> str:
    label = context.labels.get(record.parameter, record.parameter)
    instrument = record.parameter.partition(".")[0]
    chosen = f", {context.labels.get(f'{instrument}.{record.chosen}', record.chosen)}" if record.chosen else ""
    better = record.improvement_pct
    percent = f" ({print_signed(better, 1)}{NARROW}%)" if isinstance(better, Fraction) else ""
    before, now = _value(record.baseline), _value(record.value)
    unit = f"{NARROW}{record.unit}" if record.unit else ""
    # Once, behind the last number: a reason has no unit.
    if isinstance(record.value, Fraction):
        now += unit
    elif isinstance(record.baseline, Fraction):
        before += unit
    return f"{label}{chosen}: {before} → {now}{percent}"


def _value(value: Fraction | Missing | str | None) -> str:
    match value:
        case Fraction():
            return print_exact(value)
        case Missing(reason=reason):
            return reason
        case _:
            return value or "–"


def _other(record: AnalysisRecord, estimand: str, context: DisplayContext) -> Cell:
    for each in context.records:
        if is_verdict(each, estimand) and each.participant_id == record.participant_id:
            return Cell(VERDICTS[each.verdict], records=(each.id,))
    return Cell("–")


def _bare_reasons(record: AnalysisRecord) -> str:
    # Without the catalog entry's words the keys and fields still tell more than nothing.
    return "; ".join(" ".join((key.replace("_", " "), *fields.values())) for key, fields in record.reasons) or "–"
