"""Edit checks: what should hold but does not becomes a query and a warning; the save goes through all the same."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from trialwright.capture.conditions import compiled
from trialwright.capture.forms import FormInput, hidden_fields
from trialwright.capture.problems import problem
from trialwright.capture.values import Place, fields_of, in_item_units
from trialwright.catalog.evaluator import RowValue
from trialwright.model.ledger import LedgerEvent, NewEvent, Stored
from trialwright.model.problem import Problem
from trialwright.model.study import Field, Form
from trialwright.model.text import Text

Failure = tuple[tuple[str, ...], Text]
"""A check that does not hold: the items it asks about, and its question."""
NO_FAILURES: Mapping[str, Failure] = {}

QUERIED = {"TW-CAP-020": "limits", "TW-CAP-021": "future", "TW-CAP-023": "personal"}
"""Warnings that a data manager should see as well: each opens a query under this check's name."""


class OpenQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query that still waits. `seq` is that of the event that opened it and its name in later events."""

    seq: int
    place: Place
    check: str  # "" when a person opened it
    items: tuple[str, ...]
    message: Text
    answered: bool = False


class Checked(msgspec.Struct, frozen=True):
    """What the checks of one form found: acts to write with the save, and what to tell the person."""

    acts: tuple[NewEvent, ...] = ()
    warnings: tuple[Problem, ...] = ()


def check_form(
    form: Form,
    place: Place,
    present: Mapping[str, Stored],
    *,
    read: FormInput | None = None,
    queries: Sequence[OpenQuery] = (),
    elsewhere: Mapping[str, RowValue] | None = None,
    more: Mapping[str, Failure] = NO_FAILURES,
    settled: Collection[str] = (),
) -> Checked:
    """
    Queries to open and to close for a form as it will stand, and the warnings beside it.

    Shape:   `present` is item -> value after the save; `queries` those now open. A check that already has its query
             opens no second one; a query whose check holds again is closed by the system, with the check's name.
             Without `read` only the definition's own checks are run (another form of theirs was changed). `more` are
             failures found by looking at other visits; `settled` are checks that a person closed and whose items this
             save leaves as they were: asked once, answered once.
    Missing: a condition that cannot be decided is not false; a hidden item counts as empty.
    """
    fields = fields_of(form)
    hidden = hidden_fields(fields, present, elsewhere)
    shown = {n: v for n, v in present.items() if n not in hidden} if form.checks else {}
    row = {**(elsewhere or {}), **in_item_units(fields, shown)} if form.checks else {}
    failed: dict[str, Failure] = dict(more)
    warnings = [problem("TW-CAP-024", form.name, message=text, check=name) for name, (_, text) in more.items()]
    for check in form.checks:
        if compiled(check.holds)(row) is False:
            failed[check.name] = (check.items, check.message)
            warnings.append(problem("TW-CAP-024", form.name, message=check.message, check=check.name))
    if read is not None and hidden:
        failed |= _kept_while_hidden(fields, hidden, present)
    for told in read.warnings if read else ():
        if told.code in QUERIED:
            failed[f"{QUERIED[told.code]}:{told.where}"] = ((told.where,), _as_text(told))
    waiting = {query.check: query for query in queries if query.place == place and query.check}
    if read is None:
        # Only the definition's checks were run: what they did not look at stays open.
        waiting = {name: query for name, query in waiting.items() if name in {check.name for check in form.checks}}
    new = {name: failure for name, failure in failed.items() if name not in waiting and name not in settled}
    acts = [_open(place, name, items, message) for name, (items, message) in new.items()]
    acts += [_close(query) for name, query in waiting.items() if name not in failed]
    return Checked(tuple(acts), tuple(warnings))


def _kept_while_hidden(
    fields: Iterable[Field], hidden: Collection[str], present: Mapping[str, Stored]
) -> dict[str, Failure]:
    """What an item holds though it is no longer asked stays stored, counts as empty, and somebody looks at it."""
    return {
        f"hidden:{field.name}": (
            (field.name,),
            Text(
                f"{field.item.label.en} holds a value although the question is not asked any more: is that right?",
                f"{field.item.label.of('zh')}已不再询问，但仍保留有数值，请核实",
            ),
        )
        for field in fields
        if field.name in hidden and field.name in present
    }


def settled_checks(events: Iterable[LedgerEvent], place: Place, items: Collection[str]) -> frozenset[str]:
    """The checks of a form whose last query a person closed, unless one of `items` is what it asked about."""
    settled: set[str] = set()
    asked: dict[str, tuple[str, ...]] = {}
    for event in events:
        if Place(event.participant_id, event.visit, event.form, event.row) != place:
            continue
        check = event.details.get("check", "")
        if event.kind == "query_opened":
            asked[check] = tuple(event.details.get("items", "").split(","))
            settled.discard(check)
        elif event.kind == "query_closed" and "by" not in event.details and check:
            settled.add(check)
    return frozenset(check for check in settled if not set(asked.get(check, ())) & set(items))


def open_queries(events: Iterable[LedgerEvent]) -> tuple[OpenQuery, ...]:
    """The queries that wait, by seq of opening. Later acts name theirs in `details["query"]`."""
    every: dict[int, OpenQuery] = {}
    closed: set[int] = set()
    for event in events:
        if event.kind == "query_opened":
            every[event.seq] = query_of(event)
            continue
        if event.kind not in ("query_answered", "query_closed", "query_reopened"):
            continue
        seq = int(event.details.get("query", "0"))
        if event.kind == "query_closed":
            closed.add(seq)
        elif seq in every:
            closed.discard(seq)
            every[seq] = msgspec.structs.replace(every[seq], answered=event.kind == "query_answered")
    return tuple(query for seq, query in every.items() if seq not in closed)


def query_of(event: LedgerEvent) -> OpenQuery:
    """The query that an act opened. What a person asks stands in the act's reason, as all that people write."""
    details = event.details
    message = Text(details.get("message", ""), details.get("message_zh", ""))
    return OpenQuery(
        seq=event.seq,
        place=Place(event.participant_id, event.visit, event.form, event.row),
        check=details.get("check", ""),
        items=tuple(item for item in details.get("items", "").split(",") if item),
        message=message if message.en else Text(event.reason),
    )


def _open(place: Place, check: str, items: Iterable[str], message: Text) -> NewEvent:
    return NewEvent(
        kind="query_opened",
        participant_id=place.participant_id,
        visit=place.visit,
        form=place.form,
        row=place.row,
        details={"check": check, "items": ",".join(items), "message": message.en, "message_zh": message.zh},
    )


def _close(query: OpenQuery) -> NewEvent:
    place = query.place
    return NewEvent(
        kind="query_closed",
        participant_id=place.participant_id,
        visit=place.visit,
        form=place.form,
        row=place.row,
        details={"query": str(query.seq), "check": query.check, "by": "check"},
    )


def _as_text(told: Problem) -> Text:
    # The value itself stays in the datapoint: a query's text is kept for ever and must not repeat it.
    label = Text(told.fields.get("label", told.where), told.fields.get("label_zh", ""))
    if told.code == "TW-CAP-023":
        return Text(f"{label.en} may tell who the participant is", f"{label.of('zh')}可能含有可识别身份的信息")
    if told.code == "TW-CAP-021":
        return Text(f"{label.en} lies in the future: is it right?", f"{label.of('zh')}晚于当前日期，请核实")
    return Text(
        f"{label.en} lies outside {told.fields['low']} to {told.fields['high']}: is it right?",
        f"{label.of('zh')}超出 {told.fields['low']} 至 {told.fields['high']}，请核实",
    )
