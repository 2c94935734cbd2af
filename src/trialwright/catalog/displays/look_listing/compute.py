"""Who saw results before the end, and when: every declared look, lock and unlock of the ledger."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import footnotes_of, table
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_KINDS = {
    "look_declared": "Look at aggregate results",
    "locked": "Data locked",
    "unlocked": "Data unlocked",
}


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Every act that opened or closed the results to anybody.

    Shape:    one line an event of the ledger: moment (UTC), act, person, reason, place in the ledger.
    Missing:  no such event leaves one line that says so, for "nobody looked" is a result.
    """
    acts = [event for event in context.events if event.kind in _KINDS]
    body = tuple(
        (
            Cell(f"{event.at_utc[:10]} {event.at_utc[11:19]}"),
            Cell(_KINDS[event.kind]),
            Cell(event.user),
            Cell(event.reason or "; ".join(event.details.values()) or "–"),
            Cell(str(event.seq), align="right"),
        )
        for event in acts
    )
    columns = ("Moment (UTC)", "Act", "By", "Reason", "Ledger row")
    nobody = () if body else ("No look, lock or unlock stands in the ledger.",)
    return table(context, columns, body, (*nobody, *footnotes_of(rows, context)), listing=True)
