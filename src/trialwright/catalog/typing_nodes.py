"""Nodes of strict YAML typed by the frozen structs of the model, every Problem collected."""

import re
import types
import typing
from collections.abc import Mapping
from typing import Literal, TypeVar, cast

import msgspec

from trialwright.catalog import problems
from trialwright.catalog.strict_yaml import YamlList, YamlMap, YamlNode, YamlText, guess
from trialwright.model.entry import Choice
from trialwright.model.problem import Problem
from trialwright.model.text import Text

TRUTHS = {"yes": True, "no": False, "true": True, "false": False}

_WHOLE = re.compile(r"-?[0-9]+")

_S = TypeVar("_S", bound=msgspec.Struct)


class Typer:
    """
    Types the nodes of one file.

    Shape:    a struct is a mapping with its fields as keys; a tuple is a list (one element may stand alone); a Text is
              {en, zh}, or one plain word that is the same in both languages; choices may be the name of a code list.
    Problems: collected in `problems`; a value that cannot be typed becomes None, and so does the struct around it.
    """

    def __init__(self, name: str, code_lists: Mapping[str, tuple[Choice, ...]] | None = None) -> None:
        self.name = name
        self.code_lists = code_lists or {}
        self.problems: list[Problem] = []

    def struct(self, node: YamlNode, kind: type[_S], given: dict[str, object]) -> _S | None:
        """`node` as a `kind`; its fields in `given` come from the folder and may only be repeated."""
        if not isinstance(node, YamlMap):
            self._wrong(node, f"a mapping with {_keys(kind)}")
            return None
        hints = typing.get_type_hints(kind)
        fields = {f.name: f for f in msgspec.structs.fields(kind) if f.name not in given}
        before = len(self.problems)
        for key, written in node.items():
            if key in given and written != given[key]:
                self._wrong(written, f'"{given[key]}", as the folder says')
            elif key not in fields and key not in given:
                where, expected = self._at(key.line), f"Allowed here: {', '.join(fields)}"
                cure = guess(key, fields) or "Remove it"
                self.problems.append(problems.unknown_key(where, key, expected, cure))
        values = dict(given)
        for name, field in fields.items():
            if name in node:
                values[name] = self.value(node[cast(YamlText, name)], hints[name])
            elif field.required:
                expected = f"It is needed beside {_keys(kind)}"
                self.problems.append(problems.missing_key(self._at(node.line), name, expected))
        if len(self.problems) > before:
            return None
        try:
            return kind(**values)
        except ValueError as error:
            self.problems.append(problems.wrong_value(self._at(node.line), str(error), "", "Correct it"))
            return None

    def value(self, node: YamlNode, hint: object) -> object:
        """`node` as the Python type `hint`; None where a Problem was collected."""
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if hint is Text:
            return self._text(node)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.struct(node, hint, {})
        if hint == tuple[Choice, ...] and isinstance(node, YamlText):
            return self._code_list(node)
        if origin is tuple:
            parts = node if isinstance(node, YamlList) else [node]
            return tuple(self.value(part, arguments[0]) for part in parts)
        if origin is dict:
            return self._mapping(node, arguments[1])
        if origin in (typing.Union, types.UnionType):
            return self.value(node, next(a for a in arguments if a is not type(None)))
        if origin is Literal:
            return self._one_of(node, [str(a) for a in arguments])
        return self._scalar(node, hint)

    def _text(self, node: YamlNode) -> Text | None:
        if isinstance(node, YamlText):
            return Text(str(node))
        return self.struct(node, Text, {})

    def _code_list(self, node: YamlText) -> tuple[Choice, ...] | None:
        if node in self.code_lists:
            return self.code_lists[node]
        allowed = ", ".join(self.code_lists) or "none yet"
        self._wrong(node, f"choices, or the name of a code list ({allowed})", guess(node, self.code_lists))
        return None

    def _mapping(self, node: YamlNode, hint: object) -> dict[str, object] | None:
        if not isinstance(node, YamlMap):
            self._wrong(node, "a mapping, one key a line")
            return None
        return {str(key): self.value(part, hint) for key, part in node.items()}

    def _one_of(self, node: YamlNode, allowed: list[str]) -> str | None:
        if isinstance(node, YamlText) and node in allowed:
            return str(node)
        self._wrong(node, f"one of {', '.join(allowed)}", guess(str(node), allowed))
        return None

    def _scalar(self, node: YamlNode, hint: object) -> object:
        if not isinstance(node, YamlText):
            self._wrong(node, "one value, not a list or a mapping")
        elif hint is bool and node not in TRUTHS:
            self._wrong(node, "yes or no")
        elif hint is int and not _WHOLE.fullmatch(node):
            self._wrong(node, "a whole number")
        else:
            return TRUTHS[node] if hint is bool else int(node) if hint is int else str(node)
        return None

    def _wrong(self, node: YamlNode, expected: str, cure: str = "") -> None:
        found = f'"{node}"' if isinstance(node, YamlText) else ("a list" if isinstance(node, YamlList) else "a mapping")
        where = self._at(node.line)
        self.problems.append(problems.wrong_value(where, f"{found} stands here", f"Expected {expected}", cure))

    def _at(self, line: int) -> str:
        return f"{self.name}:{line}"


def _keys(kind: type[msgspec.Struct]) -> str:
    return ", ".join(f.name for f in msgspec.structs.fields(kind))
