"""The simulated part: the declared scenario, every reading of the endpoint, and what makes responders of nothing."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from trialwright.catalog import Catalog
from trialwright.design.answers import Dates, Run, Simulated
from trialwright.design.executors import Executor
from trialwright.design.simulation.judging import Questions, Weigh, plan_questions
from trialwright.design.simulation.running import Tally, run_scenario
from trialwright.design.simulation.scenario import Backed, Changes, Scenario
from trialwright.design.simulation.streams import Streams
from trialwright.design.simulation.trials import Setting
from trialwright.model.study import Estimand, Study
from trialwright.model.text import Text

DAYS_A_MONTH = 365.25 / 12
EFFECTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
MISSING = (0.0, 1.0, 2.0, 4.0)

Advance = Callable[[int, int], None]


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How many trials a line gets at most, and the Monte Carlo error of its power at which it may stop."""

    trials: int = 20_000
    error: float = 0.0025
    executor: Executor | None = None
    advance: Advance | None = None


def simulated_answers(
    study: Study,
    catalog: Catalog,
    scenario: Scenario,
    weigh: Weigh,
    *,
    participants: int,
    effort: Effort,
) -> Simulated:
    """
    Every line of the simulated part.

    Shape:  lines share their streams, so that a difference between two is due to what was changed and to nothing else.
    Source: `scenario`; the criterion's trees, the strategies and the exact test of the study itself.
    """
    primary = next(e for e in study.estimands if e.level == "primary")
    family = [primary, *(e for e in study.estimands if e.of == primary.name and e.variable.kind == "response")]
    every = plan_questions(study, family, scenario, catalog, weigh, participants=participants)
    alone = plan_questions(study, [primary], scenario, catalog, weigh, participants=participants)
    said = _Speaker(scenario, alone, effort, primary)
    whole = run_scenario(
        Setting(scenario, Changes(), every), at_most=effort.trials, error=effort.error, executor=effort.executor
    )
    said.told()
    lines = no_effect_lines(scenario, _labels(study))
    said.total = 1 + len(lines) + len(EFFECTS) + len(MISSING)
    return Simulated(
        says=Text(scenario.says, scenario.says_zh),
        seed=scenario.seed,
        declared=_run(primary.name, primary.title, whole, 0),
        readings=tuple(_run(e.name, e.title, whole, place) for place, e in enumerate(family)),
        no_effect=tuple(said.run(name, title, changes) for name, title, changes in lines),
        effects=tuple((x, said.run(f"effect {x}", primary.title, Changes(effect=x))) for x in EFFECTS),
        missing=tuple((x, said.run(f"missing {x}", primary.title, Changes(missing=x))) for x in MISSING),
        disagreement=_disagreement(family, whole),
        dates=completion(study, scenario, participants),
        assumptions=assumptions_of(scenario),
    )


class _Speaker:
    """Runs one line after the other and tells how far it is."""

    def __init__(self, scenario: Scenario, questions: Questions, effort: Effort, primary: Estimand) -> None:
        self.scenario, self.questions, self.effort, self.primary = scenario, questions, effort, primary
        self.done, self.total = 0, 1

    def run(self, name: str, title: Text, changes: Changes) -> Run:
        tally = run_scenario(
            Setting(self.scenario, changes, self.questions),
            at_most=self.effort.trials,
            error=self.effort.error,
            executor=self.effort.executor,
        )
        self.told()
        return _run(name, title, tally, 0)

    def told(self) -> None:
        self.done += 1
        if self.effort.advance is not None:
            self.effort.advance(self.done, max(self.total, self.done))


def _labels(study: Study) -> dict[str, Text]:
    """What the forms call each item."""
    return {f.name: f.item.label for form in study.forms for section in form.sections for f in section.fields}


def no_effect_lines(scenario: Scenario, labels: Mapping[str, Text]) -> list[tuple[str, Text, Changes]]:
    """
    What can make a responder of somebody whom the treatment does nothing for: one cause at a time, then all.

    `labels`: what the forms call an item; one without a label goes by its name.
    """
    still = Changes.nothing()
    replace = msgspec.structs.replace
    lines = [
        ("nothing", Text("Nobody changes, nothing is misread", "无人变化，且无测量误差"), replace(still, noise=0.0)),
        ("noise", Text("Nobody changes; noise as assumed", "无人变化；测量误差如假定"), still),
    ]
    for level in scenario.noise_levels:
        named = level.name_zh or level.name
        title = Text(f"Nobody changes; noise of {level.name}", f"无人变化；测量误差 {named}")
        lines.append((f"noise {level.name}", title, replace(still, level=level)))
    for entry in scenario.entries:
        place = {"baseline": "基线", "screening": "筛选"}[entry.at]
        item = labels.get(entry.item, Text(entry.item))
        title = Text(
            f"Noise as assumed; enrolled only with “{item.en}” of {entry.at_least:g} or more at {entry.at}",
            f"测量误差如假定；仅入组{place}时“{item.of('zh')}”≥ {entry.at_least:g} 者",
        )
        lines.append((f"entry {entry.at}", title, replace(still, entry=entry)))
    if scenario.entries and scenario.noise_levels:
        # The middle one of those in which each reading errs for itself.
        apart = [level for level in scenario.noise_levels if not level.day] or scenario.noise_levels
        level, entry = apart[len(apart) // 2], scenario.entries[0]
        title = Text(f"The same at {entry.at}, with noise of {level.name}", f"同上（基线），测量误差 {level.name}")
        lines.append(("entry and noise", title, replace(still, entry=entry, level=level)))
    lines += [
        (
            "natural",
            Text("Noise and natural course, as assumed", "测量误差与自然病程，如假定"),
            replace(still, natural=1.0, spread=1.0),
        ),
        (
            "rescue",
            Text("Noise, natural course and what rescue does", "测量误差、自然病程及补救治疗的作用"),
            replace(still, natural=1.0, spread=1.0, rescue=1.0, events=1.0),
        ),
        (
            "all but treatment",
            Text("Everything assumed, except the treatment", "全部假定，唯独无治疗作用"),
            Changes(effect=0.0),
        ),
    ]
    return lines


def _run(name: str, title: Text, tally: Tally, place: int) -> Run:
    fewer, more = tally.differ[place]
    return Run(
        name=name,
        title=title,
        trials=tally.trials,
        rate=tally.rate[place],
        rate_se=tally.rate_se[place],
        upper=tally.upper[place],
        power=tally.rejected[place],
        power_se=tally.se[place],
        fewer=fewer,
        more=more,
    )


def _disagreement(family: Sequence[Estimand], tally: Tally) -> tuple[str, float, float, float, float] | None:
    """Against the first estimand of another criterion: both, the first only, the other only, neither; of everybody."""
    for place, estimand in enumerate(family):
        if estimand.variable.entry != family[0].variable.entry:
            fewer, more = tally.differ[place]
            both = tally.rate[0] - fewer
            return estimand.name, both, fewer, more, 1 - both - fewer - more
    return None


def completion(study: Study, scenario: Scenario, participants: int, trials: int = 10_000) -> Dates:
    """
    When the last participant enters and the last endpoint is measured, were they to come as assumed.

    Units: days after the registered start; arrivals are independent of one another at an even rate.
    """
    model, start = scenario.enrolment, study.registration.start_date.earliest
    streams = Streams(scenario.seed, "enrolment")
    a_day = model.per_month * (1 - model.screen_failures) / DAYS_A_MONTH
    gaps = -np.log(streams.uniform("gap", 0, trials * participants).astype(np.float64)) / a_day
    entered = model.opens_after_days + model.screening_days + gaps.reshape(trials, participants).sum(axis=1)
    primary = next(e for e in study.estimands if e.level == "primary")
    end = study.visit(primary.variable.visit)
    completed = entered + (end.study_day or 1) - 1 + streams.uniform("late", 0, trials) * end.late
    registered = study.registration.primary_completion

    def days(found: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[str, str, str]:
        a, b, c = (start + dt.timedelta(days=int(q)) for q in np.quantile(found, (0.1, 0.5, 0.9)))
        return a.isoformat(), b.isoformat(), c.isoformat()

    chance, last_entry = None, ""
    if registered is not None:
        chance = float((completed <= (registered.latest - start).days).mean())
        last_entry = (registered.latest - dt.timedelta(days=(end.study_day or 1) - 1)).isoformat()
    return Dates(
        start=start.isoformat(),
        entered=days(entered),
        completed=days(completed),
        registered=registered.text if registered is not None else "",
        last_entry=last_entry,
        by_registered=chance,
    )


def assumptions_of(scenario: Scenario) -> tuple[tuple[str, str, str], ...]:
    """Every line of the scenario: what it is about, its numbers, and its reason or source."""
    found = []
    named: list[tuple[str, Backed]] = [
        *((m.item, m) for m in scenario.measures),
        *((f.item, f) for f in scenario.fixed),
        ("visits", scenario.visits),
        *((e.fact, e) for e in scenario.events),
        ("taper", scenario.taper),
        *((h.name, h) for h in scenario.harms),
        ("enrolment", scenario.enrolment),
        *((f"entry: {e.item}", e) for e in scenario.entries),
        *((f"noise {level.name}", level) for level in scenario.noise_levels),
    ]
    for name, line in named:
        why = f"assumed: {line.assumed}" if line.assumed else f"{line.source} (seen: {line.seen})"
        found.append((name, _numbers(line), why))
    return tuple(found)


def _numbers(line: Backed) -> str:
    told = []
    for field, default in zip(
        line.__struct_fields__, line.__struct_defaults__[-len(line.__struct_fields__) :], strict=False
    ):
        value = getattr(line, field)
        if field not in ("item", "fact", "name", "name_zh", "assumed", "source", "seen") and value != default:
            told.append(f"{field} {_plain(value)}")
    return ", ".join(told)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {_plain(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return " to ".join(_plain(each) for each in value)
    if isinstance(value, msgspec.Struct):
        return " ".join(f"{field} {_plain(getattr(value, field))}" for field in value.__struct_fields__)
    return f"{value:g}" if isinstance(value, float) else str(value)
