"""The context of a display's worked example, records and events included, from the plain words of its cases.yaml."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from trialwright.model.analysis import AnalysisRecord, DisplayContext
from trialwright.model.ledger import LedgerEvent
from trialwright.model.quantity import MISSING_REASONS, Missing
from trialwright.model.study import Benchmark, Provenance
from trialwright.model.text import Text

_EXACT = ("value", "baseline", "change", "improvement_pct")
_NUMBERS = ("study_day", "seq", "group", "row", "build")
_EVENT = {
    "group": 1, "participant_id": "", "visit": "", "form": "", "row": 0, "details": {}, "user": "", "reason": "",
    "build": 1, "origin": "typed",
}  # fmt: skip


def context_of(written: Mapping[Any, Any]) -> DisplayContext:
    """Texts stay texts; numbers and reasons for absence are read where a field asks for them."""
    fields: dict[str, Any] = {"number": "1", "title": ""}
    for key, value in written.items():
        match str(key):
            case "records":
                fields["records"] = tuple(_record(each) for each in value)
            case "events":
                fields["events"] = tuple(LedgerEvent(**(_EVENT | _fields(each))) for each in value)
            case "benchmarks":
                fields["benchmarks"] = tuple(_benchmark(str(each)) for each in value)
            case name:
                fields[name] = _plain(value)
    return DisplayContext(**fields)


def _benchmark(written: str) -> Benchmark:
    """ "placebo 31/73" """
    name, _, counts = written.rpartition(" ")
    responders, _, participants = counts.partition("/")
    return Benchmark(
        label=Text(name, name), responders=int(responders), participants=int(participants), source="",
        origin=Provenance(kind="registered"),
    )  # fmt: skip


def _record(written: Mapping[Any, Any]) -> AnalysisRecord:
    fields = {"kind": "measure", "visit": "", "value": "", "parameter": ""} | _fields(written)
    fields.setdefault("participant_id", fields["id"].partition(":")[0])
    return AnalysisRecord(**fields)


def _fields(written: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): _field(str(key), value) for key, value in written.items()}


def _field(name: str, value: Any) -> Any:
    if name in _EXACT:
        text = str(value)
        return Missing(text) if text in MISSING_REASONS else _number_or_text(text)
    if name in _NUMBERS:
        return int(str(value))
    if name == "in_window":
        return str(value) == "yes"
    if name == "counts":
        return {str(key): Fraction(str(count)) for key, count in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return tuple(str(each) for each in value) if isinstance(value, list) else str(value)


def _number_or_text(text: str) -> Fraction | str:
    try:
        return Fraction(text)
    except ValueError:
        return text
