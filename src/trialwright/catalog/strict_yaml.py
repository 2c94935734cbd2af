"""
YAML read strictly: every scalar is text, every node knows its line; repeated keys, anchors and tags are refused.

A clinician signs these files. `no`, `1.10` and `12:30` must therefore stay what they look like, and a key that stands
twice must not silently win. Typing is the schema's business (`catalog.reader`, `define`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from trialwright.catalog import problems
from trialwright.model.problem import Problem


class YamlText(str):
    """A scalar as written, and its line (counted from 1)."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> YamlText:
        made = super().__new__(cls, text)
        made.line = line
        return made


class YamlList(list["YamlNode"]):
    """A sequence, and the line on which it starts."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class YamlMap(dict[YamlText, "YamlNode"]):
    """A mapping, and the line on which it starts; its keys are YamlText and know theirs."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line

    def line_of(self, key: str) -> int:
        """The line on which `key` stands; the mapping's own line where it does not stand here."""
        return next((here.line for here in self if here == key), self.line)


YamlNode = YamlText | YamlList | YamlMap


def read_yaml(text: str, name: str) -> tuple[YamlNode | None, list[Problem]]:
    """
    The document in `text` as nodes that know their lines, and everything that strict reading refuses.

    `name` is what messages call the file ("schedule.yaml"). The node is None only where the text is no YAML at all.
    """
    reading = _Reading(name)
    try:
        events = iter(YAML(typ="safe", pure=True).parse(text))
        return reading.document(events), reading.problems
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        where = f"{name}:{line}"
        reading.problems.append(problems.broken_yaml(where, _broken(error, text, line), _cure_for_broken(text, line)))
    except (YAMLError, YAMLStreamError, ValueError) as error:
        found = f"the file cannot be read as YAML ({str(error).splitlines()[0]})"
        reading.problems.append(problems.broken_yaml(f"{name}:1", found, "Save the file as plain UTF-8 text"))
    except RecursionError:
        found = "the file cannot be read as YAML (it is nested too deeply)"
        reading.problems.append(problems.broken_yaml(f"{name}:1", found, "Look for brackets that are never closed"))
    return None, reading.problems


def guess(found: str, allowed: Iterable[str]) -> str:
    """The allowed word that was probably meant, as a question; empty where nothing is near."""
    words = list(allowed)
    folded = {word.casefold(): word for word in words}
    near = difflib.get_close_matches(found.casefold(), list(folded), n=1, cutoff=0.6)
    return f"Did you mean {folded[near[0]]}?" if near else ""


class _Reading:
    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def at(self, line: int) -> str:
        return f"{self.name}:{line}"

    def document(self, events: Iterator[Event]) -> YamlNode | None:
        root: YamlNode | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self.problems.append(problems.second_document(self.at(event.start_mark.line + 1)))
            elif isinstance(event, ScalarEvent | CollectionStartEvent | AliasEvent):
                node = self.node(event, events)
                root = node if root is None else root
            elif isinstance(event, DocumentEndEvent) and root is None:
                root = YamlMap(1)
        return YamlMap(1) if root is None else root

    def node(self, event: Event, events: Iterator[Event]) -> YamlNode:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            self.problems.append(problems.anchor(self.at(line), f"an alias, *{event.anchor}"))
            return YamlText("", line)
        if isinstance(event, ScalarEvent):
            self._check_plain(event, line)
            return YamlText(event.value, line)
        if isinstance(event, CollectionStartEvent):
            self._check_plain(event, line)
        return self.mapping(line, events) if isinstance(event, MappingStartEvent) else self.sequence(line, events)

    def _check_plain(self, event: ScalarEvent | CollectionStartEvent, line: int) -> None:
        if event.anchor is not None:
            self.problems.append(problems.anchor(self.at(line), f"an anchor, &{event.anchor}"))
        if event.tag is not None:
            self.problems.append(problems.tag(self.at(line), str(event.tag)))

    def sequence(self, line: int, events: Iterator[Event]) -> YamlList:
        made = YamlList(line)
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            made.append(self.node(event, events))
        return made

    def mapping(self, line: int, events: Iterator[Event]) -> YamlMap:
        made = YamlMap(line)
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.node(event, events)
            value = self.node(next(events), events)
            if not isinstance(key, YamlText):
                self.problems.append(problems.odd_key(self.at(key.line)))
            elif key in made:
                self.problems.append(problems.repeated_key(self.at(key.line), key, made.line_of(key)))
            else:
                made[key] = value
        return made


def _broken(error: MarkedYAMLError, text: str, line: int) -> str:
    lines = text.splitlines()
    here = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return f'"{here[:60]}" cannot be read: {error.problem or "the structure breaks here"}'


def _cure_for_broken(text: str, line: int) -> str:
    near = "\n".join(text.splitlines()[max(0, line - 2) : line])
    if "\t" in near:
        return "Indent with spaces; YAML does not allow tabs"
    if any(mark in near for mark in "\uff1a\uff0c\u201c\u201d"):
        return 'Use the plain marks : , and " where YAML needs them; the text here has full-width or curly ones'
    return "Check the indentation, quotes and brackets of this line and the one above"
