"""The one place where problems of reading a record are made; documented in docs/reference."""

from trialwright.model.problem import Problem

MOST_BYTES = 64 * 1024 * 1024


def empty_file(name: str) -> Problem:
    return Problem(
        code="TW-REG-001",
        where=name,
        found="The file is empty.",
        expected="A registry record: API v2 JSON, the pasted tabular page, or legacy XML.",
        cure="Save the record again and give that file.",
    )


def too_large(name: str, size: int) -> Problem:
    return Problem(
        code="TW-REG-002",
        where=name,
        found=f"The file has {size:,} bytes.",
        expected=f"One record of at most {MOST_BYTES:,} bytes; the largest known one has about 1.5 million.",
        cure="Give one record a file.",
    )


def wrong_encoding(name: str, detail: str, packed: bool = False) -> Problem:
    return Problem(
        code="TW-REG-003",
        where=name,
        found=f"The bytes are not UTF-8 text ({detail}).",
        expected="Text in UTF-8, or UTF-16 with a byte order mark.",
        cure="Unpack it and give the record in it." if packed else 'Save the file again with the encoding "UTF-8".',
    )


def broken_json(name: str, detail: str) -> Problem:
    return Problem(
        code="TW-REG-004",
        where=name,
        found=f"The JSON cannot be read: {detail}.",
        expected="A complete JSON document.",
        cure="Download the record again; copies often lose their end.",
    )


def not_a_record(name: str, detail: str) -> Problem:
    return Problem(
        code="TW-REG-005",
        where=name,
        found=f"This is not a registry record: {detail}.",
        expected="API v2 JSON (protocolSection), the pasted tabular page of a record, or legacy XML (clinical_study).",
        cure="Give the record itself, not a page that lists it.",
    )


def no_record(name: str) -> Problem:
    return Problem(
        code="TW-REG-005",
        where=name,
        found="The file holds no record: its list of studies is empty.",
        expected="At least one record.",
        cure="A search that finds nothing is saved so. Search again, and give the record itself.",
    )


def several_records(name: str, count: int) -> Problem:
    if not count:
        return no_record(name)
    return Problem(
        code="TW-REG-006",
        where=name,
        found=f"The file holds {count} records.",
        expected="One record.",
        cure="Put each record into a file of its own, or check the file as a collection of records.",
    )


def wrong_shape(where: str, value: object, expected: str) -> Problem:
    """The place, the value and what the schema allows there; a long value is cut."""
    shown = str(value)
    return Problem(
        code="TW-REG-007",
        where=where,
        found=f"The registry's schema does not know this value: {shown[:80]}{'...' if len(shown) > 80 else ''}",
        expected=f"{expected[:1].upper()}{expected[1:]}.",
        cure="Correct the value here, or download the record again. It is kept as it is and judged by no rule.",
        source="ClinicalTrials.gov API v2, schema 2.0.5",
    )


def broken_xml(name: str, detail: str) -> Problem:
    return Problem(
        code="TW-REG-008",
        where=name,
        found=f"The XML cannot be read: {detail}.",
        expected="A complete legacy record without a document type declaration.",
        cure="Download the record again.",
    )


def unreadable_file(name: str, detail: str) -> Problem:
    return Problem(
        code="TW-REG-009",
        where=name,
        found=f"Nothing can be read there: {detail}.",
        expected="A record file, a study folder, or for a check a folder of records.",
        cure="Check the path and the permissions.",
    )


def odd_element(where: str, detail: str, nearest: str = "") -> Problem:
    meant = f" Probably {nearest} is meant." if nearest else ""
    return Problem(
        code="TW-REG-010",
        severity="warning",
        where=where,
        found=f"{detail[:1].upper()}{detail[1:]}.{meant}",
        expected="The elements and words of the format.",
        cure="Correct the file, or enter this element in the registry by hand: nobody can say how it will be taken.",
        source="PRS upload schema 2018.05.08; legacy clinical_study records",
    )


def against_schema(where: str, message: str) -> Problem:
    return Problem(
        code="TW-REG-011",
        where=where,
        found=f"The upload schema refuses this: {message}",
        expected="XML that keeps ProtocolRecordSchema.xsd.",
        cure="Write the file again with trialwright record convert, or correct the element.",
        source="ProtocolRecordSchema.xsd 2018.05.08",
    )


def word_unknown(where: str, word: str, expected: str) -> Problem:
    return Problem(
        code="TW-REG-012",
        where=where,
        found=f"The schema lets any word pass; the registry does not know this one: {word[:80]}",
        expected=f"{expected}.",
        cure="Use one of the words the registry knows.",
        source="Comments of ProtocolRecordSchema.xsd 2018.05.08",
    )


def broken_archive(name: str, detail: str) -> Problem:
    return Problem(
        code="TW-REG-013",
        where=name,
        found=f"The packed file cannot be unpacked: {detail}.",
        expected="A complete gzip file.",
        cure="Download the file again; what stood before the damage was read.",
    )
