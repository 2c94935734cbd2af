"""Readouts of this place, kept until somebody writes: analysing everybody at every click would be waste."""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from trialwright.analyze import analyze
from trialwright.capture.gates import ShownResults, may_see_verdict, results_shown
from trialwright.capture.problems import problem
from trialwright.catalog import load
from trialwright.model.analysis import Analysis, AnalysisRecord, ResultRow
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.problem import Problem
from trialwright.model.study import Estimand, Study
from trialwright.model.text import Text
from trialwright.pipeline.compare import compare_cuts
from trialwright.pipeline.deriving import derive_all
from trialwright.pipeline.readout import Readout, no_data, read_out
from trialwright.pipeline.taking import Copy, copy_of
from trialwright.pipeline.trace import Trace, TracedDatapoint
from trialwright.report import Shown, book_of, lay_out
from trialwright.web.place import Place
from trialwright.web.reader import Reader

VERDICTS = {
    "Y": Text(en="responder", zh="应答"),
    "N": Text(en="not a responder", zh="未应答"),
    "U": Text(en="undetermined", zh="无法判定"),
}
_KEEP = 8
_lock = threading.Lock()
_kept: dict[tuple[object, ...], object] = {}
_T = TypeVar("_T")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The way back from a cell or a record: its row, the records it uses, the datapoints and acts behind it."""

    title: str
    row: ResultRow | None
    records: tuple[AnalysisRecord, ...]
    datapoints: tuple[TracedDatapoint, ...]
    events: tuple[LedgerEvent, ...]


class ComparedCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell that two cuts print differently, in the reader's language, with what made the difference."""

    cell: str
    label: str
    before: str
    after: str
    datapoints: tuple[TracedDatapoint, ...]
    acts: tuple[LedgerEvent, ...]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The cells that two data cuts print differently, and how many are the same."""

    changed: tuple[ComparedCell, ...]
    same: int


def shown_to(place: Place, reader: Reader) -> ShownResults | Problem:
    """
    The results that this reader may see now, or why none.

    A look takes the data as they stand, open visits too. To whoever may enter data it would show a verdict that can
    still be changed, so for them it waits until every begun visit with core set measures is complete (TW-CAP-066).
    """
    shown = results_shown(place.study, place.events(), reader.role_names)
    if isinstance(shown, ShownResults) and shown.because == "look" and reader.may("enter") and _verdict_open(place):
        return problem("TW-CAP-066", "results")
    return shown


def verdict_settled(study: Study, events: Sequence[LedgerEvent], participant_id: str, visit: str) -> bool:
    """Whether the verdict of a visit may be shown: it is complete, and so is the baseline behind it."""
    baselines = [each.name for each in study.visits if each.kind == "baseline"]
    return all(may_see_verdict(study, events, participant_id, each) for each in (*baselines, visit))


def _verdict_open(place: Place) -> bool:
    begun = place.snapshot().current.select("participant_id", "visit").unique()
    return not all(may_see_verdict(place.study, place.events(), who, visit) for who, visit in begun.iter_rows())


def readout_of(place: Place, allowed: ShownResults) -> Readout | Problem:
    """The results of the locked data, or as of the declared look; a Problem while there is nobody to analyse."""
    if not allowed.as_of:
        return _once(place, "now", lambda: read_out(place.study, load(), place.ledger))

    def as_of_look() -> Readout:
        snapshot = place.ledger.snapshot(allowed.as_of)
        analysis = derive_all(place.study, snapshot, load())
        rows = analyze(place.study, analysis, load())
        return Readout(study=place.study, snapshot=snapshot, analysis=analysis, rows=rows)

    return _once(place, f"look {allowed.as_of}", as_of_look)


def copy_for(place: Place, reader: Reader, name: str) -> Copy | Problem:
    """
    An export of what this reader may take away: with results only where the pages would show them too.

    Problems: TW-RDO-001 while there is nobody to analyse.
    """
    told = reader.may("see_results") and isinstance(shown_to(place, reader), ShownResults)

    def make() -> Copy | Problem:
        snapshot = place.snapshot()
        if not any(event.kind == "participant_added" for event in snapshot.events):
            return no_data(place.study)
        analysis = derive_all(place.study, snapshot, load())
        rows = analyze(place.study, analysis, load()) if told else ()
        readout = Readout(study=place.study, snapshot=snapshot, analysis=analysis, rows=rows)
        return copy_of(readout, load(), name, results=told)

    return _once(place, f"copy {name} {told}", make)


def layout_of(place: Place, allowed: ShownResults, language: str) -> tuple[Shown, ...]:
    """The displays of the readout as the report prints them; none while there is nobody to analyse."""

    def lay() -> tuple[Shown, ...]:
        found = readout_of(place, allowed)
        if isinstance(found, Problem):
            return ()
        return lay_out(found.study, found.snapshot, found.analysis, found.rows, catalog=load(), language=language)

    return _once(place, f"layout {language} {allowed.as_of}", lay)


def sentences_of(place: Place, allowed: ShownResults, row: ResultRow, language: str) -> tuple[tuple[str, ...], ...]:
    """A row's method, its notes, the English that they quote, and its value where that is words."""
    found = readout_of(place, allowed)
    if isinstance(found, Problem) or not language.startswith("zh"):
        return (row.method,) if row.method else (), row.warnings, (), (row.value,) if isinstance(row.value, str) else ()
    book = book_of(found.study, load(), found.snapshot, found.analysis)
    method, *notes = (book.word(text) for text in (row.method, *row.warnings))
    quotes = tuple(quote for each in (method, *notes) for quote in each.quotes)
    value = (book.say(row.value),) if isinstance(row.value, str) else ()
    return (method.text,) if method.text else (), tuple(each.text for each in notes), quotes, value


def trace_of(place: Place, allowed: ShownResults, *, cell: str = "", record: str = "") -> Found | None:
    """What stands behind a cell of the tables or a record of the listings; None for a name that nothing has."""
    found = readout_of(place, allowed)
    if isinstance(found, Problem):
        return None
    tracer = found.tracer()
    if cell:
        trace = tracer.trace(cell)
        if not isinstance(trace, Trace):
            return None
        return Found(title=trace.row.label, row=trace.row, records=trace.records, datapoints=trace.datapoints,
                     events=trace.events)  # fmt: skip
    records, datapoints = tracer.trace_record(record)
    if not records:
        return None
    acts = tracer.events({seq for each in records for seq in each.inputs})
    return Found(title=record, row=None, records=records, datapoints=datapoints, events=acts)


def days_of(place: Place, allowed: ShownResults) -> tuple[str, ...]:
    """The days of the ledger on which something of a participant was written, no later than what may be shown."""
    acts = place.ledger.snapshot(allowed.as_of or None).events
    return tuple(sorted({event.at_utc[:10] for event in acts if event.participant_id}))


def compared(place: Place, allowed: ShownResults, first: str, last: str, language: str) -> Compared:
    """What changed between the ends of two days; neither cut goes beyond what may be shown."""

    def made() -> Compared:
        found = compare_cuts(place.study, _cut(place, allowed, first), _cut(place, allowed, last), load())
        book = None
        if language.startswith("zh"):
            book = book_of(place.study, load(), found.after, derive_all(place.study, found.after, load()))
        cells = tuple(
            ComparedCell(
                cell=each.cell, label=book.say(each.label) if book else each.label,
                before=book.say(each.before) if book else each.before,
                after=book.say(each.after) if book else each.after, datapoints=each.datapoints, acts=each.events,
            )
            for each in found.changed
        )  # fmt: skip
        return Compared(changed=cells, same=found.same)

    return _once(place, f"compared {allowed.as_of} {first} {last} {language}", made)


def _cut(place: Place, allowed: ShownResults, day: str) -> Snapshot:
    end = dt.datetime.fromisoformat(f"{day}T23:59:59.999+00:00")
    whole = place.ledger.snapshot(allowed.as_of or None)
    return whole if whole.as_of_utc[:10] <= day else place.ledger.snapshot(end)


def verdicts_of(place: Place, participant_id: str, visit: str, language: str) -> list[tuple[str, str, str, str]]:
    """Title, verdict, its word and why, of each response that the definition computes for this visit."""
    wanted = {e.name: e for e in place.study.estimands if e.variable.kind == "response" and not e.is_variation}
    analysis = _once(place, "analysis", lambda: _analysis(place, place.snapshot()))
    return [
        _verdict(record, wanted[record.parameter], language)
        for record in analysis.records
        if record.kind == "response"
        and (record.participant_id, record.visit) == (participant_id, visit)
        and record.parameter in wanted
    ]


def _verdict(record: AnalysisRecord, estimand: Estimand, language: str) -> tuple[str, str, str, str]:
    word = VERDICTS[record.verdict].of(language) if record.verdict in VERDICTS else ""
    why = load().word(estimand.variable.entry, record.reasons, language)
    return estimand.title.of(language), record.verdict, word, why


def _analysis(place: Place, snapshot: Snapshot) -> Analysis:
    return derive_all(place.study, snapshot, load())


def _once(place: Place, what: str, make: Callable[[], _T]) -> _T:
    """`make()`, kept for as long as the head of the ledger stays where it is."""
    key = (id(place), place.ledger.head().hash, what)
    with _lock:
        if key in _kept:
            return _kept[key]  # type: ignore[return-value] # the key names what was made
    made = make()
    with _lock:
        while len(_kept) >= _KEEP:
            _kept.pop(next(iter(_kept)))
        _kept[key] = made
    return made
