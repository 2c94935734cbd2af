"""What is collected while a definition is assembled: problems, assumptions, and the names already given."""

from typing import Protocol

from trialwright.define import problems as say
from trialwright.define.blocks import TextBlock, WithOrigin, WordingBlock
from trialwright.define.documents import Document, Step
from trialwright.model.problem import Problem
from trialwright.model.study import Assumption, Provenance
from trialwright.model.text import Text


class _Called(Protocol):
    @property
    def name(self) -> str: ...


class Notes:
    """Problems and assumptions, in the order of the files."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.assumptions: list[Assumption] = []

    @property
    def broken(self) -> bool:
        """Whether an error stands in the way of a Study."""
        return any(problem.severity == "error" for problem in self.problems)

    def origin(self, block: WithOrigin, document: Document, *path: Step, what: str) -> Provenance:
        """Where the element comes from; an assumed or proposed one is listed with its reason and its place."""
        if block.origin is not None:
            return Provenance(block.origin)
        kind, reason = ("assumed", block.assumed) if block.assumed else ("proposed", block.proposed)
        where = f"{document.where(*path)} {what}"
        self.assumptions.append(Assumption(where, what, reason or ""))
        return Provenance("assumed" if kind == "assumed" else "proposed", reason or "")

    def once(self, blocks: list[_Called], document: Document, key: str, what: str) -> None:
        """Each name stands once in its list."""
        first: dict[str, str] = {}
        for index, block in enumerate(blocks):
            where = document.where(key, index)
            if block.name in first:
                self.problems.append(say.repeated_name(where, what, block.name, first[block.name]))
            first.setdefault(block.name, where)


def text_of(block: TextBlock | WordingBlock) -> Text:
    return Text(block.en, block.zh)
