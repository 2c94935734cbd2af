"""The YAML files of a study folder as plain text trees that remember on which line everything stands."""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from trialwright.catalog.strict_yaml import YamlList, YamlMap, YamlNode, read_yaml
from trialwright.define import problems as say
from trialwright.model.problem import Problem

Step = str | int
Steps = tuple[Step, ...]
Tree = str | list["Tree"] | dict[str, "Tree"]

PARTS = ("study.yaml", "schedule.yaml", "analysis.yaml")
OPTIONAL = ("registration.yaml",)


class Document(msgspec.Struct, frozen=True):
    """One file: every scalar is text. `lines` gives the line of a key or a list entry by its path."""

    name: str  # relative to the study folder: "forms/core_set.yaml"
    tree: dict[str, Tree]
    lines: dict[Steps, int]

    def where(self, *path: Step) -> str:
        """`analysis.yaml:41`, the nearest line above where the path itself is not written."""
        steps = path
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return f"{self.name}:{self.lines.get(steps, 1)}"


def read_document(path: Path, name: str) -> tuple[Document | None, list[Problem]]:
    """
    One YAML file, read strictly, as text with lines.

    Problems: all of them, each with file and line; the document is None where the file cannot be read at all.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None, [say.file_missing(name, f"the file {name}")]
    except (UnicodeDecodeError, PermissionError, IsADirectoryError) as error:
        found, cure = "this file cannot be opened", "Give the account that runs Trialwright the right to read it."
        if isinstance(error, UnicodeDecodeError):
            found, cure = "not UTF-8 text", "Save the file as UTF-8."
        elif path.is_dir():
            found, cure = "this is a folder", "Put the file of this name in its place."
        return None, [say.not_readable(name, found, "Files are readable UTF-8 text", cure)]
    document, problems = _parsed(text, name)
    return document, list(problems)


@lru_cache(maxsize=128)
def _parsed(text: str, name: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """Kept by content: a study is read often (two builds, a check after every edit), and YAML is the slow part."""
    node, problems = read_yaml(text, name)
    if node is None:
        return None, tuple(problems)
    if not isinstance(node, YamlMap) or not node:
        found = "the file is empty" if not node else "the file does not consist of keys"
        cure = "Write the keys, or copy a file of the packaged study."
        return None, (*problems, say.not_readable(f"{name}:1", found, "A file begins with keys, as in title:", cure))
    lines: dict[Steps, int] = {}
    tree = _plain(node, (), lines)
    return Document(name, tree if isinstance(tree, dict) else {}, lines), tuple(problems)


def read_documents(folder: Path) -> tuple[dict[str, Document], list[Problem]]:
    """The files that make a definition, by name: study, schedule, analysis, registration where there is one, forms."""
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    if not (folder / "study.yaml").is_file():
        return {}, [say.file_missing(str(folder), "study.yaml, schedule.yaml, analysis.yaml and a folder forms/")]
    for name in document_names(folder):
        document, wrong = read_document(folder / name, name)
        problems += wrong
        if document is not None:
            found[name] = document
    return found, problems


def document_names(folder: Path) -> Iterator[str]:
    """The names of the files that make a definition, relative to its folder."""
    yield from PARTS
    yield from (name for name in OPTIONAL if (folder / name).is_file())
    for path in sorted((folder / "forms").glob("*.yaml")):
        yield f"forms/{path.name}"


def content_hash(documents: dict[str, Document]) -> str:
    """SHA-256 over what the files say: neither comments, layout, key order nor line breaks of folded text count."""
    content = {name: document.tree for name, document in documents.items()}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(node: YamlNode, path: Steps, lines: dict[Steps, int]) -> Tree:
    lines.setdefault(path, node.line)
    if isinstance(node, YamlMap):
        for key in node:
            lines[(*path, str(key))] = key.line
        return {str(key): _plain(value, (*path, str(key)), lines) for key, value in node.items()}
    if isinstance(node, YamlList):
        return [_plain(entry, (*path, index), lines) for index, entry in enumerate(node)]
    return str(node).strip()
