"""Named gaps: a place in a definition that says what is still to be decided there, `<decide the time zone>`."""

import re
from collections.abc import Iterator

from trialwright.define import problems as say
from trialwright.define.documents import Document, Steps, Tree
from trialwright.model.problem import Problem

_GAP = re.compile(r"<decide (?P<what>.+)>", re.DOTALL)


def gap(what: str) -> str:
    """The words that mark a gap: a skeleton writes them, a person puts the decision in their place."""
    return f"<decide {what}>"


def find_gaps(documents: dict[str, Document]) -> list[Problem]:
    """Every gap of a definition, in the order of its files."""
    return [
        say.left_open(f"{document.where(*path)} {_named(document.tree, path)}", what)
        for document in documents.values()
        for path, what in _gaps(document.tree, ())
    ]


def _gaps(tree: Tree, path: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _gaps(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _gaps(value, (*path, index))
    elif found := _GAP.fullmatch(tree):
        yield path, " ".join(found["what"].split())


def _named(tree: Tree, path: Steps) -> str:
    """The place in words: "arms placebo, title, zh"; an entry of a list by its name, else by its number."""
    words: list[str] = []
    for step in path:
        if isinstance(tree, list) and isinstance(step, int):
            tree = tree[step]
            name = tree.get("name") if isinstance(tree, dict) else None
            words[-1:] = [f"{words[-1] if words else ''} {name if isinstance(name, str) else step + 1}".strip()]
        elif isinstance(tree, dict):
            tree = tree[str(step)]
            words.append(str(step))
    return ", ".join(words)
