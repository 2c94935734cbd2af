"""Scalars of a definition: every one is text until its place in the schema types it."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from trialwright.model.quantity import PartialDate

_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def _whole(text: object) -> object:
    if isinstance(text, str) and re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    raise PydanticCustomError("scalar", "A whole number such as 12")


def _between(low: int, high: int) -> BeforeValidator:
    """A whole number within limits: days and years that a calendar can add."""

    def counted(text: object) -> object:
        if isinstance(text, str) and re.fullmatch(r"[0-9]{1,6}", text) and low <= int(text) <= high:
            return int(text)
        raise PydanticCustomError("scalar", "{found}", {"found": f"A whole number from {low} to {high}"})

    return BeforeValidator(counted)


def _truth(text: object) -> object:
    if text in ("yes", "no"):
        return text == "yes"
    raise PydanticCustomError("scalar", "yes or no")


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise PydanticCustomError("scalar", "A number such as 0.05 (a point, no comma, no unit, no per cent sign)")
    return text


def _date(text: str) -> str:
    try:
        PartialDate(text)
    except ValueError:
        raise PydanticCustomError("scalar", "A date such as 2021-02-01, 2021-02 or 2021") from None
    return text


def _whole_date(text: str) -> str:
    if not PartialDate(_date(text)).complete:
        raise PydanticCustomError("scalar", "A whole date such as 2021-02-01")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("scalar", "Some words")
    return text


def _joined(value: object) -> object:
    """A list of names and their comma-separated text are the same parameter."""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ",".join(value)
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
EpochTerm = Literal[
    "BASELINE", "BLINDED TREATMENT", "CONTINUATION TREATMENT", "FOLLOW-UP", "INDUCTION TREATMENT", "INTERVENTION",
    "LONG-TERM FOLLOW-UP", "OBSERVATION", "OPEN LABEL TREATMENT", "PRE-SCREENING", "PRODUCT EXPOSURE", "RUN-IN",
    "SCREENING", "TREATMENT", "WASHOUT",
]  # fmt: skip
"""CDISC's code list C99079, for an epoch of one's own would have no code; a test holds it to the release."""
VisitName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Words = Annotated[str, AfterValidator(_filled)]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer"})]
Days = Annotated[int, _between(0, 3650), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 3650})]
Years = Annotated[int, _between(1, 100), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100})]
Truth = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({"enum": ["yes", "no"]})]
Decimal = Annotated[str, AfterValidator(_decimal), WithJsonSchema({"type": ["string", "number"]})]
DateText = Annotated[str, AfterValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
WholeDate = Annotated[str, AfterValidator(_whole_date), WithJsonSchema({"type": "string", "format": "date"})]
ParameterText = Annotated[
    str,
    BeforeValidator(_joined),
    WithJsonSchema({"anyOf": [{"type": ["string", "number"]}, {"type": "array", "items": {"type": "string"}}]}),
]
