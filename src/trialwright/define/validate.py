"""Pydantic's complaints about a file, told as Problems in the reader's words."""

import types
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trialwright.define import problems as say
from trialwright.define.documents import Document, Step, Steps
from trialwright.model.problem import Problem

_M = TypeVar("_M", bound=BaseModel)

_NAME_SHAPE = {
    r"^[a-z][a-z0-9_]*$": "A name in small letters, digits and underscores, such as imacs_week_12",
    r"^[A-Z][A-Z0-9_]*$": "A visit name in capitals and digits, such as W12",
}
_SHAPES = {"list_type": "a list (lines that begin with a dash)", "string_type": "one piece of text"}


def check_shape(document: Document, model: type[_M]) -> tuple[_M | None, list[Problem]]:
    """The typed content of a file, or every Problem of its shape."""
    try:
        return model.model_validate(document.tree), []
    except ValidationError as error:
        return None, [_problem(document, model, detail) for detail in error.errors(include_url=False)]


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    path: Steps = detail["loc"]
    kind = detail["type"]
    where = document.where(*path)
    found = _shown(detail["input"])
    if kind == "missing":
        return say.missing_key(document.where(*path[:-1]), str(path[-1]))
    if kind == "extra_forbidden":
        return say.unknown_key(where, str(path[-1]), _keys_at(model, path[:-1]))
    if kind == "literal_error":
        return say.not_allowed(where, found, _choices_at(model, path))
    if kind == "string_pattern_mismatch":
        pattern = str(detail.get("ctx", {}).get("pattern", ""))
        return say.bad_scalar(where, f'"{found}" is not a name', _NAME_SHAPE.get(pattern, "A plain name"))
    if kind == "scalar":
        return say.bad_scalar(where, f'"{found}"', detail["msg"])
    if kind == "origin":
        name = detail["input"].get("name") if isinstance(detail["input"], dict) else None
        return say.no_origin(where, str(name or path[-1] if path else document.name), detail["msg"])
    return say.wrong_shape(
        where, f"{_what(detail['input'])} stands here", f"Expected is {_SHAPES.get(kind, 'a block')}"
    )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else _what(value)


def _what(value: object) -> str:
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value == "" else f'"{value}"'


def _keys_at(model: type[BaseModel], path: Steps) -> list[str]:
    found = _type_at(model, path)
    return list(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else []


def _choices_at(model: type[BaseModel], path: Steps) -> list[str]:
    return [str(choice) for choice in get_args(_bare(_type_at(model, path)))]


def _type_at(model: type[BaseModel], path: Steps) -> Any:
    found: Any = model
    for step in path:
        found = _inside(_bare(found), step)
    return _bare(found)


def _inside(outer: Any, step: Step) -> Any:
    if isinstance(outer, type) and issubclass(outer, BaseModel):
        field = outer.model_fields.get(str(step))
        return field.annotation if field else None
    arguments = get_args(outer)
    return arguments[-1] if get_origin(outer) in (list, dict) and arguments else None


def _bare(annotation: Any) -> Any:
    """The type behind `X | None`."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(inner for inner in get_args(annotation) if inner is not type(None))
    return annotation
