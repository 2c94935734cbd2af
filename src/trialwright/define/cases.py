"""cases.yaml: invented participants with answers worked by hand, as a clinician writes them."""

from pathlib import Path
from typing import Literal

import msgspec

from trialwright.define import problems as say
from trialwright.define.blocks import Block
from trialwright.define.documents import read_document
from trialwright.define.scalars import ParameterText, Truth, WholeDate, Words
from trialwright.define.validate import check_shape
from trialwright.model.problem import Problem
from trialwright.model.study import Study

Verdict = Literal["responder", "nonresponder", "undetermined"]


class LeftBlock(Block):
    reason: Words
    on: Words


class CourseBlock(Block):
    """What happened to one participant: answers by visit (fields by pattern), rows of the logs, how it ended."""

    enrolled: Truth = True
    answers: dict[str, dict[str, ParameterText]] = {}
    visits_missed: list[str] = []
    logs: dict[str, list[dict[str, ParameterText]]] = {}
    left: LeftBlock | None = None
    died: str = ""


class CaseBlock(CourseBlock):
    title: Words
    because: Words
    expect: dict[str, Verdict]
    in_sets: dict[str, Truth] = {}


class CasesFile(Block):
    """cases.yaml. Every case starts from `everyone` and says only what is different."""

    says: Words
    first_dose: WholeDate
    everyone: CourseBlock
    cases: list[CaseBlock]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """
    One invented participant, whole.

    `answers` are visit -> field pattern -> text as typed; a later pattern goes before an earlier one. `day 40` stands
    for that study day. A reason for absence ("not done") may stand for a value.
    """

    title: str
    because: str
    where: str
    enrolled: bool
    answers: dict[str, dict[str, str]]
    logs: dict[str, tuple[dict[str, str], ...]]
    left_because: str
    left_on: str
    died: str
    expect: dict[str, Verdict]
    in_sets: dict[str, bool]


class Cases(msgspec.Struct, frozen=True, kw_only=True):
    first_dose: str
    cases: tuple[Case, ...]


def read_cases(folder: Path, study: Study) -> tuple[Cases | None, list[Problem]]:
    """The worked cases of a study; None, without a Problem, where the folder has no cases.yaml."""
    if not (folder / "cases.yaml").is_file():
        return None, []
    document, problems = read_document(folder / "cases.yaml", "cases.yaml")
    if document is None:
        return None, problems
    file, wrong = check_shape(document, CasesFile)
    if file is None or problems:
        return None, [*problems, *wrong]
    found = []
    for index, block in enumerate(file.cases):
        where = document.where("cases", index)
        problems += _unknown_names(block, where, study)
        found.append(_whole(file.everyone, block, where))
    problems += _unknown_names(file.everyone, document.where("everyone"), study)
    return Cases(first_dose=file.first_dose, cases=tuple(found)), problems


def _whole(everyone: CourseBlock, block: CaseBlock, where: str) -> Case:
    visits = [*everyone.answers, *(visit for visit in block.answers if visit not in everyone.answers)]
    answers = {
        visit: _laid_over(everyone.answers.get(visit, {}), block.answers.get(visit, {}))
        for visit in visits
        if visit not in block.visits_missed
    }
    left = block.left or everyone.left
    return Case(
        title=block.title,
        because=block.because,
        where=where,
        enrolled=block.enrolled,
        answers=answers,
        logs={form: tuple(rows) for form, rows in {**everyone.logs, **block.logs}.items()},
        left_because=left.reason if left else "",
        left_on=left.on if left else "",
        died=block.died,
        expect=dict(block.expect),
        in_sets=dict(block.in_sets),
    )


def _laid_over(under: dict[str, str], over: dict[str, str]) -> dict[str, str]:
    """The patterns of both, those of the case last: the last one that fits a field counts."""
    return {**{pattern: text for pattern, text in under.items() if pattern not in over}, **over}


def _unknown_names(block: CourseBlock, where: str, study: Study) -> list[Problem]:
    visits = [visit.name for visit in study.visits]
    forms = [form.name for form in study.forms]
    named = [*block.answers, *block.visits_missed]
    problems = [say.unknown_reference(where, name, "a visit", visits) for name in named if name not in visits]
    problems += [say.unknown_reference(where, name, "a form", forms) for name in block.logs if name not in forms]
    if isinstance(block, CaseBlock):
        estimands = [estimand.name for estimand in study.estimands]
        sets = [each.name for each in study.analysis_sets]
        unknown = [name for name in block.expect if name not in estimands]
        problems += [say.unknown_reference(where, name, "an estimand", estimands) for name in unknown]
        unknown = [name for name in block.in_sets if name not in sets]
        problems += [say.unknown_reference(where, name, "an analysis set", sets) for name in unknown]
    return problems
