"""API v2 JSON: the document is kept byte for byte; only its protocol section is typed."""

import re

import msgspec

from trialwright.model.problem import Lost, Problem
from trialwright.model.record import RegistryRecord
from trialwright.register import problems
from trialwright.register.paths import resolve
from trialwright.register.v2 import Protocol


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """What tells a record from a history document or a page of the API; and the labels of a reconstructed record."""

    protocol_section: Protocol | None = None
    study: msgspec.Raw = msgspec.Raw()
    studies: tuple[msgspec.Raw, ...] = ()
    lost: tuple[str, ...] = msgspec.field(default=(), name="_notRecovered")
    inferred: tuple[str, ...] = msgspec.field(default=(), name="_inferred")


def read(data: bytes, name: str) -> RegistryRecord | list[Problem]:
    """The record, or why the JSON is not one. A history document yields its current version."""
    source_format = "v2"
    try:
        if data.lstrip()[:1] == b"[":
            records = msgspec.json.decode(data, type=list[msgspec.Raw])
            if len(records) != 1:
                return [problems.several_records(name, len(records))]
            data = bytes(records[0])
        envelope = msgspec.json.decode(data, type=_Envelope)
        if envelope.protocol_section is None:
            inner = (envelope.study,) if bytes(envelope.study) else envelope.studies
            if len(inner) > 1:
                return [problems.several_records(name, len(inner))]
            if not inner:
                return [problems.not_a_record(name, "it is JSON without a protocolSection")]
            data, source_format = bytes(inner[0]), "v2-history" if bytes(envelope.study) else "v2"
            envelope = msgspec.json.decode(data, type=_Envelope)
            if envelope.protocol_section is None:
                return [problems.not_a_record(name, "the study in it has no protocolSection")]
    except msgspec.ValidationError as error:
        return [problems.wrong_shape(name, str(error))]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return [problems.broken_json(name, _detail(str(error), data))]
    except RecursionError:
        return [problems.broken_json(name, "it is nested too deeply to be a record")]
    lost = tuple(
        Lost(where, f"the copy this record was rebuilt from does not carry it: {line}")
        for line in envelope.lost
        for where in resolve(line)
    )
    return RegistryRecord(
        document=msgspec.Raw(data),
        source_format=source_format,
        source_name=name,
        lost=lost,
        inferred=envelope.inferred,
    )


def _detail(message: str, data: bytes) -> str:
    at = re.search(r"byte (\d+)", message)
    line = data[: int(at.group(1))].count(b"\n") + 1 if at else 0
    return message + (f", line {line}" if line else "")
