"""What happens to virtual participants in columns: visits on their days or missed, rescue, stopping, leaving."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from trialwright.design.simulation.participants import Drawn
from trialwright.design.simulation.scenario import Changes, EventModel, Scenario
from trialwright.design.simulation.streams import Floats, Streams
from trialwright.model.study import Visit

Days = NDArray[np.int32]
Truths = NDArray[np.bool_]
States = NDArray[np.int32]

NEVER = np.int32(2**30)
WITHDRAWN = "withdrawn"


class Facts(NamedTuple):
    """
    The facts that a scenario can make true, and how a participant's are written as one whole number.

    Each of `names` is a bit; above them stands the number of the withdrawal's reason, 0 for who did not leave.
    """

    names: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def states(self) -> int:
        return (len(self.reasons) + 1) << len(self.names)

    def row(self, state: int) -> dict[str, str | None]:
        """The facts of a state as a condition of the definition reads them."""
        bits = {name: "Y" if state >> place & 1 else "N" for place, name in enumerate(self.names)}
        reason = state >> len(self.names)
        left = {WITHDRAWN: "Y" if reason else "N", "withdrawn_reason": self.reasons[reason - 1] if reason else "none"}
        stays = {"enrolled": "Y", "consented": "Y", "completed": "N" if reason else "Y"}
        return {**stays, **left, **bits}


# Facts that follow from visits and measures, not from an event of the scenario.
FROM_VISITS = ("dosed", "baseline_complete", "major_deviation")


def facts_of(scenario: Scenario) -> Facts:
    names = [event.fact for event in scenario.events if event.fact != WITHDRAWN]
    reasons = [code for event in scenario.events for code in event.reasons]
    return Facts((*FROM_VISITS, *dict.fromkeys(names)), tuple(dict.fromkeys(reasons)))


class Conduct(NamedTuple):
    """Per visit after the baseline its study day and whether it took place; the facts as a state, and their days."""

    day: Mapping[str, Days]
    took_place: Mapping[str, Truths]
    state: States
    fact_days: Mapping[str, Days]
    rescued: Days


def conduct_of(
    scenario: Scenario,
    visits: Sequence[Visit],
    traits: Drawn,
    streams: Streams,
    run: tuple[int, int],
    *,
    changes: Changes,
) -> Conduct:
    """Visits and events of a run of participants. `visits`: the planned ones from baseline to endpoint."""
    facts = facts_of(scenario)
    state = np.full(run[1], 1 << facts.names.index("dosed") | 1 << facts.names.index("baseline_complete"), np.int32)
    fact_days: dict[str, Days] = {}
    leaving = np.full(run[1], NEVER, np.int32)
    for event in sorted(scenario.events, key=lambda e: not e.leaves):
        day = _event_days(event, traits, streams, run, changes)
        # One leaves once, and who has left for good cannot meet with anything any more.
        may = leaving == NEVER if event.leaves else day < leaving
        day = np.where(may, day, NEVER).astype(np.int32)
        happened = day < NEVER
        if event.fact == WITHDRAWN:
            state += _reasons(event, facts, streams, run) * happened
        else:
            state |= happened.astype(np.int32) << facts.names.index(event.fact)
            if event.reasons:
                state += _reasons(event, facts, streams, run) * happened
        earlier = fact_days.get(event.fact)
        fact_days[event.fact] = day if earlier is None else np.minimum(day, earlier)
        if event.leaves:
            leaving = np.minimum(leaving, day)
    if leaving.min(initial=NEVER) < NEVER:
        fact_days[WITHDRAWN] = fact_days["withdrawn_reason"] = leaving
    day_of, took_place = {}, {}
    for visit in visits[1:]:
        day_of[visit.name], took_place[visit.name] = _visit(scenario, visit, leaving, streams, run, changes=changes)
    rescued = fact_days.get("rescue", np.full(run[1], NEVER, np.int32))
    return Conduct(day_of, took_place, state, fact_days, rescued)


def _event_days(event: EventModel, traits: Drawn, streams: Streams, run: tuple[int, int], changes: Changes) -> Days:
    share = event.share * changes.events
    if not share:
        return np.full(run[1], NEVER, np.int32)
    drawn: Floats = streams.normal(f"event/{event.fact}/{event.days}", *run)
    # Who responds least meets with it first, as far as the tilt goes; the share over everybody stays what it is.
    if event.tilt:
        drawn = np.float32(event.tilt) * traits.response + np.float32((1 - event.tilt**2) ** 0.5) * drawn
    low, high = event.days
    when = low + np.floor(streams.uniform(f"event day/{event.fact}/{event.days}", *run) * (high - low + 1))
    return np.where(drawn < np.float32(ndtri(min(share, 1.0))), when, NEVER).astype(np.int32)


def _reasons(event: EventModel, facts: Facts, streams: Streams, run: tuple[int, int]) -> States:
    """The number of the reason, above the bits of the facts."""
    weights = np.array(list(event.reasons.values()) or [1.0])
    borders = np.cumsum(weights / weights.sum())[:-1].astype(np.float32)
    numbers = np.array([facts.reasons.index(code) + 1 for code in event.reasons] or [0], np.int32)
    chosen = np.searchsorted(borders, streams.uniform(f"reason/{event.fact}", *run))
    return (numbers[chosen] << len(facts.names)).astype(np.int32)


def _visit(
    scenario: Scenario, visit: Visit, leaving: Days, streams: Streams, run: tuple[int, int], *, changes: Changes
) -> tuple[Days, Truths]:
    model, planned = scenario.visits, visit.study_day or 1
    off = np.rint(np.float32(model.sd_days * changes.visits) * streams.normal(f"off plan/{visit.name}", *run))
    day = planned + np.clip(off, -visit.early, visit.late)
    outside = streams.uniform(f"outside/{visit.name}", *run)
    share = np.float32(model.outside_share * changes.visits)
    # Three in ten of those outside come too early, the others too late.
    day = np.where(outside < share, planned + visit.late + model.outside_days, day)
    day = np.where(outside < share * np.float32(0.3), planned - visit.early - model.outside_days, day)
    there = ~streams.happens(f"missed/{visit.name}", model.missed * changes.missing, *run)
    return day.astype(np.int32), there & (day < leaving)
