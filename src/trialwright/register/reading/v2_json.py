"""API v2 JSON: one record, a list or a page of one, or the registry's history document."""

import re
from collections.abc import Mapping

import msgspec

from trialwright.model.history import History
from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.model.v2 import V2Record
from trialwright.register import problems
from trialwright.register.paths import resolve
from trialwright.register.reading.lossless import Typed, type_document, type_quickly

_NO_PROTOCOL = V2Record().protocol_section


def read_quickly(data: bytes, name: str) -> RegistryRecord | None:
    """The record of a document that the model holds whole; None for any other, broken ones included."""
    try:
        quick = type_quickly(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if quick is None or quick.protocol_section is _NO_PROTOCOL:
        return None
    return RegistryRecord(typed=quick, source_format="v2", source_name=name)


def read(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    """The record, or why the JSON is not one. A history document yields its current version and its history."""
    try:
        quick = read_quickly(data, name)
        return quick if quick is not None else read_document(msgspec.json.decode(data), name)
    except UnicodeDecodeError as error:
        return [problems.wrong_encoding(name, f"{error.reason} at byte {_place(data, error)}")]
    except msgspec.DecodeError as error:
        return [problems.broken_json(name, _detail(str(error), data))]
    except RecursionError:
        return [problems.broken_json(name, "it is nested too deeply to be a record")]


def read_document(document: object, name: str) -> RegistryRecord | list[Problem]:
    """The same for JSON already decoded."""
    inner = document
    if isinstance(document, dict) and "protocolSection" not in document:
        if "history" in document and isinstance(document.get("study"), dict):
            return _history(document, name)
        inner = document.get("studies", [document["study"]] if "study" in document else None)
        if inner is None:
            return [problems.not_a_record(name, "it is JSON without a protocolSection")]
    if isinstance(inner, list):
        if len(inner) != 1:
            return [problems.several_records(name, len(inner))]
        inner = inner[0]
    if not isinstance(inner, dict) or not isinstance(inner.get("protocolSection", {}), dict):
        return [problems.wrong_shape(name, inner, "an object with a protocolSection")]
    if "protocolSection" not in inner:
        return [problems.not_a_record(name, "the study in it has no protocolSection")]
    return _record(type_document(inner), name)


def _record(typed: Typed, name: str) -> RegistryRecord:
    """A record with the labels of a reconstruction, where it has them: what was inferred, what was not recovered."""
    labels = {piece.path[0]: piece.value for piece in typed.kept if len(piece.path) == 1}
    return RegistryRecord(
        typed=typed.record,
        kept=typed.kept,
        oddities=typed.oddities,
        source_format="v2",
        source_name=name,
        lost=tuple(
            Lost(where, f"the copy this record was rebuilt from does not carry it: {line}")
            for line in _lines(labels.get("_notRecovered"))
            for where in resolve(line)
        ),
        inferred=tuple(_lines(labels.get("_inferred"))),
    )


def _lines(label: msgspec.Raw | None) -> list[str]:
    told = msgspec.json.decode(label) if label is not None else []
    return [line for line in told if isinstance(line, str)] if isinstance(told, list) else []


def _history(document: Mapping[str, object], name: str) -> RegistryRecord | list[Problem]:
    """The current version with the summary of all versions beside it."""
    current = read_document(document["study"], name)
    if isinstance(current, list):
        return current
    oddities, history = current.oddities, None
    try:
        history = msgspec.convert(document["history"], History)
    except msgspec.ValidationError as error:
        oddities = (*oddities, problems.wrong_shape("history", str(error), "the registry's summary of versions"))
    others = tuple(
        Lost(key, "it stands beside the study in the history document and is no part of a record")
        for key in document
        if key not in ("study", "history")
    )
    return msgspec.structs.replace(
        current, source_format="v2-history", history=history, oddities=oddities, lost=(*current.lost, *others)
    )


def _place(data: bytes, error: UnicodeDecodeError) -> int:
    """Where in the whole file the first byte stands that is no UTF-8; `error` may count within one text of it."""
    try:
        data.decode()
    except UnicodeDecodeError as whole:
        return whole.start
    return error.start


def _detail(message: str, data: bytes) -> str:
    at = re.search(r"byte (\d+)", message)
    line = data[: int(at.group(1))].count(b"\n") + 1 if at else 0
    return message + (f", line {line}" if line else "")
