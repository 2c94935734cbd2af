"""Who is in which analysis set, and the facts that decide it."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import footnotes_of, table
from trialwright.model.analysis import Cell, DisplayContext, Participant, ResultRow, Table

NOTE = "Nobody is excluded without a line here: who is in no set is listed too"


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    A line a participant: a column an analysis set (in it or not), then a column a fact.

    Missing:  a fact that is not known says so: whoever it decides is then left out of the set.
    """
    sets = [name.removeprefix("set.") for name in _facts(context.participants) if name.startswith("set.")]
    asked = context.parameters.get("facts", "").split()
    facts = [name for name in asked if name in _facts(context.participants)] or asked
    body = tuple(
        (
            Cell(each.participant_id, records=(_id(each, "enrolled"),)),
            *(Cell(_said(each.facts.get(f"set.{name}")), records=(_id(each, f"set.{name}"),)) for name in sets),
            *(Cell(_said(each.facts.get(name)), records=(_id(each, name),)) for name in facts),
        )
        for each in context.participants
    )
    heads = (*(context.labels.get(name, name) for name in sets), *(_words(name) for name in facts))
    return table(context, ("Participant", *heads), body, (NOTE, *footnotes_of(rows, context)), listing=True)


def _facts(participants: Sequence[Participant]) -> dict[str, None]:
    return dict.fromkeys(name for each in participants for name in each.facts)


def _id(each: Participant, fact: str) -> str:
    return f"{each.participant_id}:-:fact.{fact}"


def _said(value: bool | str | int | None) -> str:
    if value is None:
        return "not known"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
