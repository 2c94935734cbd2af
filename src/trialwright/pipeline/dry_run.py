"""A trial whose truth is known, entered through capture, reported by the one route, and held against that truth."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import polars as pl

from trialwright.catalog import Catalog
from trialwright.design.cohort import Act, Cohort, plan_cohort, read_cohort
from trialwright.design.dry_run import Differing, Judged, Meant, Steps, cells_of, compare_values, judge, read_meant
from trialwright.design.dry_run.differences import Kept
from trialwright.design.dry_run.steps import quieter, steps_of
from trialwright.design.dry_run.verdicts import Verdict
from trialwright.model.problem import Problem
from trialwright.model.study import Estimand, Study
from trialwright.pipeline import readout
from trialwright.pipeline.demo import enter_cohort, seeded_nonces
from trialwright.pipeline.design import primary_of, weigh
from trialwright.pipeline.place import open_place
from trialwright.pipeline.readout import Readout

NEAR = 1e-9
"""Two ways to the same quantile of the beta distribution agree to about twelve digits."""

LEDGER = "ledger.sqlite"


class CellCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the report beside what the truth makes of it; `reported` "" where the report has no such cell."""

    cell: str
    label: str
    expected: str
    reported: str
    same: bool


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What was true, what was typed, what the report says, and every difference with its cause."""

    study: Study
    estimand: Estimand
    cohort: str  # what the model says of itself
    seed: int
    acts: int
    steps: tuple[Steps, ...]
    values: int
    differing: tuple[Differing, ...]
    cells: tuple[CellCheck, ...]
    all_cells: int
    refused: tuple[Problem, ...]
    turned_away: tuple[str, ...]  # enrolled by the plan, refused by the program: participant ids

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Every difference that nobody can explain: values, cells, verdicts, and acts refused to somebody eligible."""
        told = [
            f"value {d.participant_id} {d.where}: {d.meant!r} is {d.found!r}" for d in self.differing if not d.reason
        ]
        told += [f"cell {c.cell}: {c.expected} is {c.reported or 'not there'}" for c in self.cells if not c.same]
        told += [
            f"verdict {s.participant_id or s.label}: {s.expected} is {s.reported or 'not there'}"
            for s in self.steps
            if "unexplained" in s.causes
        ]
        return (*told, *(f"refused: {p.sentence()}" for p in self.refused))


def dry_run(
    folder: Path,
    study: Study,
    catalog: Catalog,
    out: Path,
    *,
    model: Path | None = None,
    participants: int | None = None,
    seed: int | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> DryRun | list[Problem]:
    """
    Enter a virtual trial into `out/ledger.sqlite`, report it into `out/report`, and compare.

    Shape: `model` is a cohort file; without it `cohort.yaml` of the study.
    """
    primary = primary_of(study)
    cohort = read_cohort(model or folder / "cohort.yaml")
    if isinstance(primary, Problem) or isinstance(cohort, list):
        return [primary] if isinstance(primary, Problem) else cohort if isinstance(cohort, list) else []
    seed = cohort.seed if seed is None else seed

    def planned(of: Cohort) -> tuple[Act, ...]:
        return plan_cohort(study, of, catalog, participants=participants, seed=seed)

    acts = planned(cohort)
    ledger = out / LEDGER
    refused = enter_cohort(str(ledger), study, acts, seeded_nonces(seed), advance=advance)
    with open_place(folder, str(ledger)) as held:
        found = readout.read_out(study, catalog, held)
    if isinstance(found, Problem):
        return [found, *refused[:5]]
    report = readout.make_report(folder, found, catalog)
    readout.write_files(report.files, out / "report")
    labels = list(dict.fromkeys(act.participant for act in acts if act.kind == "add"))
    numbers = dict(zip(labels, _added(found), strict=False))
    away = _turned_away(found, acts, numbers)
    meant = read_meant(study, acts, away)
    judged = [judge(study, catalog, primary, list(meant.values()), weigh)]
    for quiet in quieter(cohort):
        people = read_meant(study, planned(quiet), away)
        judged.append(judge(study, catalog, primary, list(people.values()), weigh))
    declared, whole, still, exact = judged
    values, differing = compare_values(study, meant.values(), numbers, _kept(found))
    return DryRun(
        study=study,
        estimand=primary,
        cohort=cohort.says,
        seed=seed,
        acts=len(acts),
        steps=steps_of((declared, whole, still, exact), numbers, _reported(found, primary)),
        values=values,
        differing=differing,
        cells=_cells(study, catalog, primary, (list(meant.values()), declared), found),
        all_cells=len(found.rows),
        refused=refused,
        turned_away=tuple(numbers[label] for label in away),
    )


def _added(found: Readout) -> list[str]:
    return [event.participant_id for event in found.snapshot.events if event.kind == "participant_added"]


def _turned_away(found: Readout, acts: tuple[Act, ...], numbers: dict[str, str]) -> tuple[str, ...]:
    """Labels that the plan enrols and the program has refused as not eligible."""
    failed = {event.participant_id for event in found.snapshot.events if event.kind == "screen_failure"}
    return tuple(a.participant for a in acts if a.kind == "enrol" and numbers.get(a.participant, "") in failed)


def _reported(found: Readout, estimand: Estimand) -> dict[str, Verdict]:
    """Of the report's own analysis records, the estimand's verdict of each participant."""
    return {
        record.participant_id: record.verdict
        for record in found.analysis.records
        if record.parameter == estimand.name and record.kind == "response" and record.verdict
    }


def _kept(found: Readout) -> list[Kept]:
    names = ["participant_id", "visit", "form", "row", "item", "raw", "reason"]
    return [Kept(*row) for row in found.snapshot.current.select(pl.col(names)).iter_rows()]


def _cells(
    study: Study, catalog: Catalog, estimand: Estimand, known: tuple[list[Meant], dict[str, Judged]], found: Readout
) -> tuple[CellCheck, ...]:
    rows = {row.cell: row for row in found.rows}
    checks = []
    for cell, expected in cells_of(study, catalog, estimand, *known).items():
        row = rows.get(cell)
        value = row.value if row is not None else None
        if isinstance(expected, float):
            same = isinstance(value, float) and abs(value - expected) < NEAR
        else:
            same = isinstance(value, int | Fraction) and value == expected
        label, said = (row.label, str(value)) if row is not None else ("", "")
        checks.append(CellCheck(cell=cell, label=label, expected=str(expected), reported=said, same=same))
    return tuple(checks)


def truth_file(run: DryRun) -> bytes:
    """`truth.json`: every participant's verdicts step by step, every cell, every difference."""
    held = {
        "study": run.study.name,
        "build": run.study.build,
        "estimand": run.estimand.name,
        "model": run.cohort,
        "seed": run.seed,
        "participants": [{**msgspec.to_builtins(s), "causes": s.causes} for s in run.steps],
        "values_compared": run.values,
        "values_differing": [d._asdict() for d in run.differing],
        "cells": run.cells,
        "cells_of_the_report": run.all_cells,
        "turned_away": run.turned_away,
        "unexplained": run.unexplained,
    }
    return msgspec.json.format(msgspec.json.encode(held), indent=1)
