"""What a design can show: the study's definition put to the exact methods, and run through its own code."""

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec

from trialwright.catalog import Catalog
from trialwright.derive.strategies import Earlier, Happened, Verdict, settle
from trialwright.design.answers import Design, Simulated
from trialwright.design.document import render_design
from trialwright.design.exact import exact_answers
from trialwright.design.executors import Executor, RayCluster, executor_of, has_ray
from trialwright.design.simulated import Advance, Effort, simulated_answers
from trialwright.design.simulation import (
    SCENARIO,
    Changes,
    Scenario,
    Setting,
    plan_questions,
    read_scenario,
    trial_table,
)
from trialwright.design.whatif import Asked, Tried, tried_figures, try_design
from trialwright.model.problem import Problem
from trialwright.model.study import Estimand, Study
from trialwright.model.text import LANGUAGES, Text

TABLE_TRIALS = 10_000


def weigh(estimand: Estimand, found: Mapping[str, bool | None], verdict: str, earlier: str | None) -> str:
    """The study's own strategies and missing-data rule (`derive.strategies`), as the simulation looks them up."""
    events = [
        Happened(name=name, title=Text(name), strategy=estimand.intercurrent[name], found=held)
        for name, held in found.items()
    ]
    before = Earlier(cast(Verdict, earlier), Text("")) if earlier is not None else None
    return settle(cast(Verdict, verdict), events, estimand.missing_rule, before).verdict


def primary_of(study: Study) -> Estimand | Problem:
    """The estimand a design is about: the primary one, a response with at least one benchmark."""
    found = next((e for e in study.estimands if e.level == "primary" and e.variable.kind == "response"), None)
    if found is not None and found.benchmarks:
        return found
    return Problem(
        code="TW-DES-003",
        where="analysis.yaml",
        found="no primary estimand is a response held against a benchmark",
        expected="A response estimand of level primary with at least one benchmark",
        cure="Declare the benchmark in analysis.yaml; without one there is nothing a single arm can be held against",
    )


def design_study(
    folder: Path,
    study: Study,
    catalog: Catalog,
    *,
    participants: int | None = None,
    effort: Effort | None = None,
) -> Design | list[Problem]:
    """
    The exact answers, and where `scenario.yaml` stands beside the definition the simulated ones.

    Shape: `effort` None leaves the simulation out.
    """
    primary = primary_of(study)
    if isinstance(primary, Problem):
        return [primary]
    n = participants or study.enrolment_planned
    scenario = read_scenario(folder / SCENARIO) if (folder / SCENARIO).is_file() else None
    if isinstance(scenario, list):
        return scenario
    leaving = sum(e.share for e in scenario.events if e.leaves) if scenario is not None else 0.0
    exact = exact_answers(catalog, primary, n, scenario.harms if scenario is not None else (), leaving)
    simulated: Simulated | None = None
    if scenario is not None and effort is not None:
        try:
            simulated = simulated_answers(study, catalog, scenario, weigh, participants=n, effort=effort)
        except ValueError as error:
            return [_unfit(str(error))]
    return Design(
        study=study.name,
        title=study.title,
        question=primary.says,
        endpoint=primary.title,
        exact=exact,
        simulated=simulated,
    )


def try_study(folder: Path, study: Study, catalog: Catalog, asked: Asked) -> Tried | Problem:
    """What the design would show with another number, benchmark, noise or share of missing values: a second's work."""
    primary = primary_of(study)
    if isinstance(primary, Problem):
        return primary
    scenario = read_scenario(folder / SCENARIO) if (folder / SCENARIO).is_file() else None
    if isinstance(scenario, list):
        return scenario[0]
    if scenario is None:
        return try_design(catalog, asked, None, None)
    try:
        questions = plan_questions(study, [primary], scenario, catalog, weigh, participants=asked.participants)
    except ValueError as error:
        return _unfit(str(error))
    return try_design(catalog, asked, scenario, questions)


def _unfit(found: str) -> Problem:
    return Problem(
        code="TW-DES-004",
        where=SCENARIO,
        found=found,
        expected="The scenario has a line, within limits, for every measure the primary endpoint stands on",
        cure="Add the line to scenario.yaml; that of the packaged study shows each kind",
    )


def design_files(
    design: Design, study: Study, catalog: Catalog, folder: Path, executor: Executor | None
) -> dict[str, bytes]:
    """`index.html` and `index.zh.html`, `design.json`, and `trials.parquet`: one row a simulated trial."""
    made = {
        ("index.html" if language == "en" else f"index.{language}.html"): render_design(design, language).encode()
        for language in LANGUAGES
    }
    made["design.json"] = msgspec.json.format(msgspec.json.encode(design), indent=1)
    scenario = read_scenario(folder / SCENARIO) if design.simulated is not None else None
    if isinstance(scenario, Scenario):
        made["trials.parquet"] = parquet_of(study, catalog, scenario, design.exact.participants, executor)
    return made


def parquet_of(
    study: Study,
    catalog: Catalog,
    scenario: Scenario,
    participants: int,
    executor: Executor | None,
    *,
    trials: int = TABLE_TRIALS,
) -> bytes:
    """Trials of the scenario as it stands, one row each; the same bytes however many workers made them."""
    primary = primary_of(study)
    if isinstance(primary, Problem):
        raise ValueError(primary.sentence())
    family = [primary, *(e for e in study.estimands if e.of == primary.name and e.variable.kind == "response")]
    questions = plan_questions(study, family, scenario, catalog, weigh, participants=participants)
    # Small chunks on purpose: several workers get something to do.
    table = trial_table(Setting(scenario, Changes(), questions), trials, executor, chunk=2_500)
    out = io.BytesIO()
    table.write_parquet(out, compression="zstd", statistics=False)
    return out.getvalue()


def workers_here(asked: int) -> int:
    """As many processes as were asked for; 0 is one a core, four at most."""
    return asked or min(os.cpu_count() or 1, 4)


def open_executor(workers: int, *, ray: bool = False) -> Executor | Problem:
    """Who computes, or why not."""
    if not ray:
        return executor_of(workers_here(workers))
    if not has_ray():
        return Problem(
            code="TW-DES-005",
            where="--ray",
            found="Ray is not installed",
            expected="The optional extra of that name",
            cure="Install trialwright[ray], or leave --ray out: one machine's processes give the same numbers",
        )
    return RayCluster(workers_here(workers))


__all__ = [
    "Advance", "Asked", "Effort", "Tried", "design_files", "design_study", "open_executor", "parquet_of", "primary_of",
    "tried_figures", "try_study", "weigh",
]  # fmt: skip
