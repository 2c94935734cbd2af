"""
A v2 document made typed and lossless: what the model has no place for is kept beside it, by path.

The quick road decodes straight into the model. Only a document with keys or words the model does not know, or with
explicit empty values, takes the slow one, which looks at every piece.
"""

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from trialwright.model.problem import Problem
from trialwright.model.record import Kept, Step
from trialwright.model.v2 import V2Record
from trialwright.register import problems

_DECODER = msgspec.json.Decoder(V2Record)
_ENCODER = msgspec.json.Encoder()
_EMPTY = re.compile(rb'[:\[,]\s*(?:""|null\b|\[\s*\])')
_NOTHING = object()
# Structures as {key: plan}, lists as [plan], words as the set of them, everything else as the types that fit.
Plan = dict[str, "Plan"] | list["Plan"] | frozenset[str] | tuple[type, ...]


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A document as typed record and rest."""

    record: V2Record
    kept: tuple[Kept, ...] = ()
    oddities: tuple[Problem, ...] = ()


def type_quickly(data: bytes) -> V2Record | None:
    """
    The typed record, or None where a document holds anything that only the slow road keeps.

    Raises:   msgspec.DecodeError for what is not JSON.
    """
    try:
        record = _DECODER.decode(data)
    except msgspec.ValidationError:
        return None
    # Explicit empty values read like absent ones. Where they stand, what is written again is shorter.
    whole = len(_ENCODER.encode(record)) == len(data) or not _EMPTY.search(data)
    return record if whole else None


def type_document(document: Mapping[str, object]) -> Typed:
    """
    The typed record of a v2 document already decoded.

    Problems: a value of the wrong kind or outside the vocabulary is kept and named in `oddities`.
    """
    fitting = _Fitting()
    clean = fitting.fit(document, plan(), ())
    return Typed(
        record=msgspec.convert(clean, V2Record),
        kept=tuple(fitting.kept),
        oddities=tuple(fitting.oddities),
    )


@cache
def plan() -> Plan:
    """What fits where in a record."""
    return _plan(msgspec.inspect.type_info(V2Record))


def _plan(kind: msgspec.inspect.Type) -> Plan:
    if isinstance(kind, msgspec.inspect.StructType):
        return {field.encode_name: _plan(field.type) for field in kind.fields}
    if isinstance(kind, msgspec.inspect.VarTupleType):
        return [_plan(kind.item_type)]
    if isinstance(kind, msgspec.inspect.LiteralType):
        return frozenset(str(word) for word in kind.values)
    if isinstance(kind, msgspec.inspect.UnionType):
        return tuple(one for each in kind.types for one in _scalars(each))
    return _scalars(kind)


def _scalars(kind: msgspec.inspect.Type) -> tuple[type, ...]:
    return {
        "StrType": (str,),
        "BoolType": (bool,),
        "IntType": (int,),
        "FloatType": (float, int),
    }.get(type(kind).__name__, ())


class _Fitting:
    """One document on its way into the model."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.oddities: list[Problem] = []

    def fit(self, value: object, plan: Plan, path: tuple[Step, ...]) -> object:
        """The value without what does not fit; `_NOTHING` where it does not fit at all."""
        if isinstance(plan, dict):
            return (
                self._fit_part(value, plan, path) if isinstance(value, dict) else self._keep(value, path, "an object")
            )
        if isinstance(plan, list):
            return (
                self._fit_list(value, plan[0], path) if isinstance(value, list) else self._keep(value, path, "a list")
            )
        if value == "" or value is None:
            return self._keep(value, path)
        if isinstance(plan, frozenset):
            return value if isinstance(value, str) and value in plan else self._keep(value, path, _listed(plan))
        return value if type(value) in plan else self._keep(value, path, _KINDS.get(plan[:1], "a value"))

    def _fit_part(self, value: Mapping[str, object], plan: dict[str, Plan], path: tuple[Step, ...]) -> object:
        clean: dict[str, object] = {}
        for key, piece in value.items():
            inner = plan.get(key)
            if inner is None:
                self._keep(piece, (*path, key))
                continue
            fitted = self.fit(piece, inner, (*path, key))
            if fitted is not _NOTHING:
                clean[key] = fitted
        return clean

    def _fit_list(self, value: list[object], plan: Plan, path: tuple[Step, ...]) -> object:
        if not value:
            return self._keep(value, path)
        # a place in a list is held by something empty, so that the places after it stay where they are
        held: object = {} if isinstance(plan, dict) else ""
        fitted = [self.fit(piece, plan, (*path, at)) for at, piece in enumerate(value)]
        return [held if piece is _NOTHING else piece for piece in fitted]

    def _keep(self, value: object, path: tuple[Step, ...], expected: str = "") -> object:
        self.kept.append(Kept(path, msgspec.Raw(_ENCODER.encode(value))))
        if expected and value is not None:
            self.oddities.append(problems.wrong_shape(_place(path), value, expected))
        return _NOTHING


_KINDS: dict[tuple[type, ...], str] = {
    (str,): "text",
    (bool,): "true or false",
    (int,): "a whole number",
    (float,): "a number",
}


def _listed(words: frozenset[str]) -> str:
    return "one of " + ", ".join(sorted(word for word in words if word))


def _place(path: tuple[Step, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
