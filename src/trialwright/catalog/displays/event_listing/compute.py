"""Every recorded event, word by word: one line an event."""

import re
from collections.abc import Sequence

from trialwright.catalog.displays.layout import footnotes_of, table
from trialwright.catalog.displays.printing import print_number
from trialwright.model.analysis import AnalysisRecord, Cell, DisplayContext, ResultRow, Table
from trialwright.model.quantity import Missing

_CODE = re.compile("[a-z]+(_[a-z]+)+")
_NUMBER = re.compile(r"[<>]?-?\d+([.,]\d+)?")
_OWN = {"at_utc": "Moment (UTC)", "user": "By"}
"""What an act of the ledger has beside the words of a form."""


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Who, what, when, and every detail that was asked, in the order of the form.

    Shape:    a line a record of kind "event" of the context; columns participant, event, day, then the details found.
              Parameter `of` names the logs or ledger events to list, `only` keeps those with `detail=value`.
              What is answered for less than half of the events stands together in a last column.
    Missing:  a detail that was not answered is an en dash; the reason for a missing answer prints as it was given.
    """
    events = [each for each in context.records if each.kind == "event" and _is_asked(each, context.parameters)]
    names = tuple(name for name in _details(events) if any(each.details.get(name) != each.value for each in events))
    often = tuple(name for name in names if 2 * sum(bool(each.details.get(name)) for each in events) >= len(events))
    seldom = tuple(name for name in names if name not in often)
    columns = ("Participant", _first_heading(events, context), "Study day", *(_label(name, context) for name in often))
    columns = (*columns, "Also") if seldom else columns
    numbers = frozenset(name for name in often if _is_number(name, events, context))
    body = tuple(_line(event, often, seldom, context, numbers) for event in events)
    return table(context, columns, body, (_listed(context), *footnotes_of(rows, context)), listing=True)


def _is_asked(event: AnalysisRecord, parameters: dict[str, str]) -> bool:
    names = _named(parameters)
    detail, _, wanted = parameters.get("only", "").partition("=")
    is_named = not names or event.parameter.partition(":")[0] in names
    return is_named and (not detail or event.details.get(detail) == wanted)


def _named(parameters: dict[str, str]) -> list[str]:
    return (parameters.get("of") or parameters.get("otherwise", "")).split()


def _listed(context: DisplayContext) -> str:
    """What the listing holds, said: a title alone does not tell whether anything was left out."""
    names = [context.labels.get(name, _words(name)) for name in _named(context.parameters)]
    detail, _, wanted = context.parameters.get("only", "").partition("=")
    only = ""
    if detail:
        code = context.labels.get(f"{detail}={wanted}", wanted)
        only = f" with {context.labels.get(detail, _words(detail))}: {code}"
    return f"Every entry of {' or '.join(names) or 'every log'}{only}."


def _details(events: Sequence[AnalysisRecord]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for event in events for name in event.details))


def _first_heading(events: Sequence[AnalysisRecord], context: DisplayContext) -> str:
    """ "Event", or the words of the date where a date is all that names the entries of a log."""
    for name in _details(events):
        if name.endswith("date") and all(event.details.get(name) == event.value for event in events):
            return _label(name, context)
    return "Event"


def _is_number(name: str, events: Sequence[AnalysisRecord], context: DisplayContext) -> bool:
    """Whether a column prints plain numbers alone: it stands right then, or it runs into the number before it."""
    given = [each for each in events if each.details.get(name, "[")[:1] != "["]
    told = [_detail(each, name, context) for each in given]
    return bool(told) and all(_NUMBER.fullmatch(text) for text in told)


def _line(
    event: AnalysisRecord,
    often: Sequence[str],
    seldom: Sequence[str],
    context: DisplayContext,
    numbers: frozenset[str],
) -> tuple[Cell, ...]:
    back = (event.id,)
    day = "–" if event.study_day is None else print_number(event.study_day)
    return (
        Cell(event.participant_id, records=back),
        Cell(_event(event, context), records=back),
        Cell(day, records=back, align="right"),
        *(
            Cell(_detail(event, name, context), records=back, align="right" if name in numbers else "left")
            for name in often
        ),
        *((Cell(_also(event, seldom, context), records=back),) if seldom else ()),
    )


def _event(event: AnalysisRecord, context: DisplayContext) -> str:
    match event.value:
        case str() as words:
            return context.labels.get(words) or (_words(words) if _CODE.fullmatch(words) else words)
        case Missing(reason=reason):
            return reason
        case number:
            return str(number)


def _detail(event: AnalysisRecord, name: str, context: DisplayContext) -> str:
    text = event.details.get(name, "")
    if name == "at_utc":
        return f"{text[:10]} {text[11:16]}"
    parts = [context.labels.get(f"{name}={part}") for part in text.split(",")]
    return context.labels.get(f"{name}={text}") or "; ".join(filter(None, parts)) or text or "–"


def _also(event: AnalysisRecord, seldom: Sequence[str], context: DisplayContext) -> str:
    told = (f"{_label(name, context)}: {_detail(event, name, context)}" for name in seldom if event.details.get(name))
    return "; ".join(told)


def _label(name: str, context: DisplayContext) -> str:
    return context.labels.get(name) or _OWN.get(name) or _words(name)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
