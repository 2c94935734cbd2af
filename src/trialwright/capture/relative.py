"""
Items that a check reads on another form: at a named visit ("W0/weight.weight"), at this one, or at the visit before.

`THIS/item` is the same visit, whichever of its forms asks the item. `BEFORE/item` is the nearest earlier visit of the
schedule at which something stands: the last value known before.
"""

from collections.abc import Callable, Iterator

from trialwright.capture.conditions import names_in
from trialwright.capture.values import Place, Values, fields_of, in_item_units
from trialwright.catalog.evaluator import RowValue
from trialwright.define.scope import BEFORE, THIS
from trialwright.model.expression import Truth
from trialwright.model.identity import once_for_each
from trialwright.model.ledger import Blank
from trialwright.model.study import Form, Study, Visit

HeldOn = Callable[[str, str], Values]
"""What a participant has on one form of one visit."""


def looked_up(study: Study, form: Form, place: Place, held_on: HeldOn) -> dict[str, RowValue]:
    """
    What the conditions of a form read elsewhere, by the name they use, in the items' own units.

    Missing: an item that nobody entered is left out, so that a condition on it is undecided. Rows of logs are not read.
    """
    found: dict[str, RowValue] = {}
    for name in names_elsewhere(form):
        where, _, item = name.partition("/")
        for visit in _visits(study, where, place.visit):
            values = _standing(study, visit, item, held_on)
            if values:
                found[name] = values[item]
                break
    return found


@once_for_each
def names_elsewhere(form: Form) -> frozenset[str]:
    """The names of other visits and forms in a form's conditions."""
    return frozenset(name for truth in _conditions(form) for name in names_in(truth) if "/" in name)


def concerns(study: Study, name: str, at: str, changed: str, item: str) -> bool:
    """Whether `name`, used by a check on a form of visit `at`, may read `item` of the visit `changed`."""
    where, _, asked = name.partition("/")
    if asked != item:
        return False
    return changed in (visit.name for visit in _visits(study, where, at))


def _visits(study: Study, where: str, at: str) -> tuple[Visit, ...]:
    """The visits that a name may mean, the first choice first."""
    if where == BEFORE:
        planned = [visit for visit in study.visits if visit.kind not in ("log", "unscheduled")]
        names = [visit.name for visit in planned]
        return tuple(reversed(planned[: names.index(at)])) if at in names else ()
    try:
        return (study.visit(at if where == THIS else where),)
    except KeyError:
        return ()


def _standing(study: Study, visit: Visit, item: str, held_on: HeldOn) -> dict[str, RowValue]:
    for name in visit.forms:
        fields = [field for field in fields_of(study.form(name)) if field.name == item]
        for slot, held in held_on(visit.name, name).items() if fields else ():
            if slot.item == item and slot.row == 0 and not isinstance(held.value, Blank):
                return in_item_units(fields, {item: held.value})
    return {}


def _conditions(form: Form) -> Iterator[Truth]:
    yield from (field.shown_when for field in fields_of(form) if field.shown_when is not None)
    yield from (check.holds for check in form.checks)
