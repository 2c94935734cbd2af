"""Keeping a submitted version from the command line: the study, its ledger, and who acts."""

from pathlib import Path

from trialwright.catalog import load as _catalog
from trialwright.model.problem import Problem
from trialwright.pipeline.conduct_base import Actor, Refused, Saved
from trialwright.pipeline.conduct_record import submit_record
from trialwright.pipeline.place import open_place
from trialwright.pipeline.study import load_study


def keep_submission(
    folder: Path, content: bytes, *, name: str, date: str, user: str, reason: str = "", db: str | None = None
) -> str | list[Problem]:
    """
    One sentence on what was kept, or why nothing was.

    Problems: a definition that does not stand, and what `submit_record` refuses.
    Raises:   LedgerProblem where the study has no ledger yet or it cannot be written.
    """
    study, problems = load_study(folder, _catalog())
    if study is None:
        return [problem for problem in problems if problem.severity == "error"] or problems
    with open_place(folder, db) as ledger:
        answer = submit_record(ledger, study, Actor(user), content=content, name=name, date=date, reason=reason)
    if isinstance(answer, Refused):
        return list(answer.problems)
    if not isinstance(answer, Saved):
        raise RuntimeError("an act without a form token meets no conflict")
    receipt = answer.receipt
    again = " It had been kept before." if receipt.repeated else ""
    return f"Kept: {name} of {date}, {len(content):,} bytes, ledger entry {receipt.seqs[0]}.{again}"
