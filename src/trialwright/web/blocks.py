"""
The sections of a form as a page lays them out: a question a row, or a grid with one line for each stem.

Left and right of a muscle, the questions of a category, a value and its limit stand in one line, because their names
begin alike: `deltoid_middle_right`, `deltoid_middle_left`. What their labels share is the head of the line.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile

import msgspec

from trialwright.model.study import Form, Section
from trialwright.web.questions import Filled, Question, question_of

COMPACT_FROM = 8
"""A section with so many brief questions is set as a grid."""

_JOIN = " ,:;，：；、(（"
_SIDE = "侧"
"""The Chinese word that stands between left or right and the muscle."""
_SLOT = re.compile(r"\s*[(（][^)）]*[)）]$")


class Cell(msgspec.Struct, frozen=True):
    """One question of a line; `label` is what its label has beyond the head of the line ("right", "1")."""

    question: Question
    label: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    cells: tuple[Cell, ...]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """
    One section. `compact` sections are a grid; `limits` are those that all its typed numbers share.

    `slots`: questions whose licensed wording nobody supplied stand in it. `html`: its lines, where they came ready.
    """

    title: str
    lines: tuple[Line, ...]
    compact: bool
    paired: bool = False
    limits: str = ""
    slots: bool = False
    assumed: str = ""
    html: str = ""


def blocks(form: Form, filled: Filled, shown: Iterable[str], language: str) -> tuple[Block, ...]:
    """The sections of a form with the questions that are `shown` now; a section without any is left out."""
    visible = set(shown)
    made = (_block(section, filled, visible, language) for section in form.sections)
    return tuple(block for block in made if block.lines)


def _block(section: Section, filled: Filled, visible: set[str], language: str) -> Block:
    asked = [question_of(f, filled, language) for f in section.fields if f.name in visible]
    compact = len(asked) >= COMPACT_FROM and sum(q.brief for q in asked) >= 0.8 * len(asked)
    lines = tuple(line_of(group) for group in _by_stem(asked)) if compact else tuple(line_of([q]) for q in asked)
    limits = {q.limits for q in asked if q.control == "number"}
    return Block(
        title=section.title.of(language),
        lines=lines,
        compact=compact,
        paired=compact and sum(len(line.cells) == 2 for line in lines) * 2 > len(lines),
        limits=limits.pop() if compact and len(limits) == 1 else "",
        slots=any(q.slot for q in asked),
        assumed=section.origin.reason if section.origin.kind == "assumed" else "",
    )


def _by_stem(asked: list[Question]) -> list[list[Question]]:
    """Neighbours whose names begin alike."""
    names = {q.name for q in asked}

    def stem(question: Question) -> str:
        if question.name in names and any(other.startswith(question.name + "_") for other in names):
            return question.name
        return question.name.rpartition("_")[0] or question.name

    return [list(group) for _, group in groupby(asked, key=stem)]


def line_of(questions: list[Question]) -> Line:
    """Questions as one line: what their labels share in front (or, in Chinese, behind), and what each has beyond."""
    labels = [_SLOT.sub("", q.label) if q.slot or q.asked else q.label for q in questions]
    title, beyond = _apart(labels)
    return Line(title=title, cells=tuple(Cell(q, q.asked or text) for q, text in zip(questions, beyond, strict=True)))


def _apart(labels: list[str]) -> tuple[str, list[str]]:
    if len(labels) == 1:
        return labels[0], [""]
    title = _whole_words(_begin_alike(labels), labels).rstrip(_JOIN)
    if title:
        return title, [label[len(title) :].strip(_JOIN) for label in labels]
    behind = _begin_alike([label[::-1] for label in labels])[::-1]
    title = behind.lstrip(_JOIN + _SIDE)
    if title:
        return title, [label[: len(label) - len(title)].strip(_JOIN) for label in labels]
    return labels[0], labels


def _begin_alike(labels: Sequence[str]) -> str:
    same = takewhile(lambda each: len(set(each)) == 1, zip(*labels, strict=False))
    return "".join(each[0] for each in same)


def _whole_words(shared: str, labels: list[str]) -> str:
    """`shared` without a last word that one of the labels goes on with."""
    cut = any(_latin(shared[-1:]) and _latin(label[len(shared) : len(shared) + 1]) for label in labels)
    return re.sub(r"[A-Za-z0-9]+$", "", shared) if cut else shared


def _latin(character: str) -> bool:
    return bool(character) and character.isascii() and character.isalnum()
