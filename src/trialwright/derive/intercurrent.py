"""Intercurrent events of one estimand at one participant: found by the definition's own conditions, visit by visit."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from trialwright.catalog import Catalog
from trialwright.catalog.evaluator import compile_row
from trialwright.derive.courses import Course
from trialwright.derive.facts import Facts, as_row, facts_until
from trialwright.derive.strategies import Happened
from trialwright.model import expression
from trialwright.model.study import Estimand, Study
from trialwright.model.text import Text

ENDING = ("while_on_treatment", "while_alive")
"""Strategies that end the data at the event: the last visit before it is what counts."""


class Found(msgspec.Struct, frozen=True):
    """An intercurrent event with what it rests on."""

    event: Happened
    inputs: tuple[int, ...]
    uses: tuple[str, ...]


class Dated:
    """The participant facts as they stood at each visit, worked out once for all estimands."""

    def __init__(self, study: Study, catalog: Catalog) -> None:
        self._study, self._catalog = study, catalog
        self._known: dict[tuple[str, str], Facts] = {}

    def at(self, course: Course, visit: str) -> Facts:
        """Facts up to the visit's date, or the last day of its window; over the whole study where there is neither."""
        key = (course.participant, visit)
        if key not in self._known:
            attended = course.visits.get(visit)
            until = attended.until if attended else None
            self._known[key] = facts_until(self._study, self._catalog, course, until, visit)
        return self._known[key]


def events_at(study: Study, estimand: Estimand, dated: Dated, course: Course) -> list[Found]:
    """
    Every intercurrent event the estimand has a strategy for, as it stood at the endpoint's visit.

    Shape:    facts up to the visit's date, or the last day of its window where it did not take place; over the whole
              study where there is neither. `seen_at` is the first planned visit by which the event was found.
    """
    visits = planned_until(study, estimand.variable.visit)
    by_visit = {v: dated.at(course, v) for v in visits}
    last = by_visit[visits[-1]]
    found = []
    for event in study.intercurrent_events:
        if event.name not in estimand.intercurrent:
            continue
        holds = condition(event.found)
        truth = holds(as_row(last))
        seen = next((v for v in visits if truth and holds(as_row(by_visit[v]))), "")
        happened = Happened(
            name=event.name,
            title=event.title,
            strategy=estimand.intercurrent[event.name],
            found=truth,
            seen_at=seen,
            seen_as=study.visit(seen).title if seen else Text(""),
        )
        named = names_in(event.found)
        inputs = sorted({seq for name in named if name in last for seq in last[name].inputs})
        uses = dict.fromkeys(use for name in named if name in last for use in last[name].uses)
        found.append(Found(happened, tuple(inputs), tuple(uses)))
    return found


def visit_that_counts(study: Study, estimand: Estimand, course: Course, happened: Sequence[Found]) -> str:
    """
    The endpoint's visit; or the last visit that took place before an event whose strategy ends the data there.

    Missing:  where no visit took place between the start and the event, the endpoint's own visit, as it is.
    """
    end = estimand.variable.visit
    order = planned_until(study, end)
    events = [h.event for h in happened if h.event.found and h.event.strategy in ENDING]
    seen = [order.index(event.seen_at) for event in events if event.seen_at]
    if not seen:
        return end
    before = [v for v in order[1 : min(seen)] if course.visits[v].date is not None]
    return before[-1] if before else end


def condition(truth: expression.Truth) -> Callable[[Mapping[str, str | None]], bool | None]:
    """A condition of the definition as a function of a row of facts."""
    holds = compile_row(truth)

    def decide(row: Mapping[str, str | None]) -> bool | None:
        said = holds(dict(row))
        return None if said is None else bool(said)

    return decide


def names_in(node: object) -> frozenset[str]:
    """The columns that a condition reads."""
    if isinstance(node, expression.Column | expression.Answered):
        return frozenset({node.name if isinstance(node, expression.Column) else node.column})
    if isinstance(node, expression.CodeIs):
        return frozenset({node.column})
    if isinstance(node, expression.DaysBetween):
        return frozenset({node.start, node.end})
    if isinstance(node, tuple):
        return frozenset(name for part in node for name in names_in(part))
    if isinstance(node, msgspec.Struct):
        return frozenset(name for field in node.__struct_fields__ for name in names_in(getattr(node, field)))
    return frozenset()


def planned_until(study: Study, end: str) -> list[str]:
    """The visits of the schedule from baseline to `end`."""
    names = [v.name for v in study.visits if v.kind in ("baseline", "planned")]
    return names[: names.index(end) + 1] if end in names else [*names, end]
