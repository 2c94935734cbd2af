"""Every measure of the endpoint that is missing, where, and the reason given."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import footnotes_of, is_verdict, measures_of, table
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table
from trialwright.model.quantity import Missing

NOTE = "Visits that did not take place are listed once, with every measure due there"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    A line a missing measure; a visit that did not take place is one line.

    Shape:    the measures that the verdicts of the first estimand use, at baseline and at every later visit.
    Missing:  nothing missing leaves an empty listing, which is a result.
    """
    named = _measures(context)
    by_place: dict[tuple[str, str], list[AnalysisRecord]] = {}
    for record in context.records:
        if record.kind == "measure" and record.parameter in named and record.visit in context.visits:
            by_place.setdefault((record.participant_id, record.visit), []).append(record)
    body: list[tuple[Cell, ...]] = []
    for (pid, visit), records in by_place.items():
        gone = [record for record in records if isinstance(record.value, Missing)]
        if len(gone) == len(records) and all(not record.date for record in records):
            body.append(_line((pid, visit), "every measure", "the visit did not take place", gone[:1], context))
            continue
        body += [
            _line((pid, visit), context.labels.get(r.parameter, r.parameter), r.value.reason, [r], context)
            for r in gone
            if isinstance(r.value, Missing)
        ]
    columns = ("Participant", "Visit", "Measure", "Reason")
    return table(context, columns, tuple(body), (NOTE, *footnotes_of(rows, context)), listing=True)


def _measures(context: DisplayContext) -> set[str]:
    by_id = {record.id: record for record in context.records}
    main = context.estimands[0] if context.estimands else ""
    found = {m.parameter for r in context.records if is_verdict(r, main) for m in measures_of(r, by_id)}
    return found or {record.parameter for record in context.records if record.kind == "measure"}


def _line(
    place: tuple[str, str], words: str, reason: str, records: Sequence[AnalysisRecord], context: DisplayContext
) -> tuple[Cell, ...]:
    pid, visit = place
    back = tuple(record.id for record in records)
    return (
        Cell(pid, records=back),
        Cell(context.labels.get(visit, visit), records=back),
        Cell(words, records=back),
        Cell(reason, records=back),
    )
