"""The score route of entries with a shape of their own: JSON lines in, the same lines with their answers out."""

from fractions import Fraction
from pathlib import Path
from typing import TextIO

import msgspec

from trialwright.catalog.lines import Line, LineScorer, Wrong
from trialwright.model.entry import Told, Undecided
from trialwright.model.problem import Problem
from trialwright.pipeline import score_problems as problems
from trialwright.pipeline.score_tables import kept_names, number_cells

MOST_PROBLEMS = 100  # told one by one on the screen; the file tells every one at its line
REASON = "reason"
PROBLEM = "problem"

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def score_lines(scorer: LineScorer, in_path: Path, out: TextIO) -> tuple[int, list[Problem]]:
    """
    How many lines were answered, and the Problems of those that could not be.

    Shape:    as many lines out as in, in the same order; blank lines are none. A line that cannot be read comes out
              with a sentence under `problem`.
    Units:    an exact number is a fraction in lowest terms with a `_decimal` beside it.
    Missing:  null, and why under `reason`.
    """
    found: list[Problem] = []
    count = wrong = 0
    with in_path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            text = _text(raw, number)
            if text is not None and not text.strip():
                continue
            answered = scorer.score(text) if text is not None else Wrong("this is not UTF-8 text", {})
            if isinstance(answered, Wrong):
                wrong += 1
                problem = problems.wrong_object(in_path, number, answered.found)
                found += [problem] if wrong <= MOST_PROBLEMS else []
                shown = _beside(answered.line, {PROBLEM: problem.sentence()})
            else:
                count += 1
                shown = _beside(answered[0], answer_cells(answered[1]))
            out.write(_ENCODER.encode(shown).decode() + "\n")
    if wrong > MOST_PROBLEMS:
        found.append(problems.many_more(in_path, wrong - MOST_PROBLEMS))
    return count, found


def answer_cells(answers: dict[str, Told]) -> Line:
    """Answers as they stand in JSON; the reasons of those that are undecided, each once, under one key."""
    cells: Line = {}
    reasons: list[str] = []
    for name, told in answers.items():
        if isinstance(told, Undecided):
            cells[name] = None
            reasons += [told.reason] if told.reason not in reasons else []
        elif isinstance(told, Fraction):
            cells |= number_cells(name, told)
        else:
            cells[name] = told
    return cells | ({REASON: "; ".join(reasons)} if reasons else {})


def _beside(line: Line, added: Line) -> Line:
    return dict(zip(kept_names(list(line), added), line.values(), strict=True)) | added


def _text(raw: bytes, number: int) -> str | None:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        return None
