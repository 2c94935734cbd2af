"""Intercurrent events: how many participants had each, and the estimand's strategy for it."""

from trialwright.analyze.material import Line, Material, assumptions, estimands_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse

WORDS = {
    "composite": "composite: counts as a failure of the endpoint",
    "treatment_policy": "treatment policy: the observed value counts; without one, the missing-data rule",
    "hypothetical": "hypothetical: the value as if it had not happened",
    "while_on_treatment": "while on treatment: the last visit before it",
    "while_alive": "while alive: the last visit before death",
}


def intercurrent(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `rate` and `strategy` an intercurrent event of every estimand the display names.

    Missing: an event that cannot be decided is not counted; the row says for how many that is.
    """
    rows: list[ResultRow] = []
    estimands = estimands_of(material, use, "response", "value")
    for estimand in estimands:
        members = material.members(estimand.population)
        among = frozenset(members)
        records = {r.participant_id: r for r in material.of(estimand.name) if r.participant_id in among}
        for event in material.study.intercurrent_events:
            if event.name not in estimand.intercurrent:
                continue
            hits = [pid for pid, r in records.items() if event.name in r.intercurrent]
            open_ = [pid for pid, r in records.items() if f"undecided: {event.name}" in r.flags]
            line = Line(
                display=use.number,
                row=event.name if estimand is estimands[0] else f"{estimand.name}.{event.name}",
                label=event.title.en,
                estimand=estimand.name,
                analysis_set=estimand.population,
                denominator=len(members),
                assumed=assumptions(event.origin),
                records=tuple(r.id for r in records.values()),
                participants=members,
            )
            warnings = (f"cannot be decided for {len(open_)} participant(s)",) if open_ else ()
            n, rate = line.counted(len(hits))
            strategy = WORDS[estimand.intercurrent[event.name]]
            rows += [line.says("n", n.value, warnings=warnings), rate, line.says("strategy", strategy)]
    return rows
