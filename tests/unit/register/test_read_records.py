"""Many records in one file: each is read by itself, one at a time, packed or not; a broken one spoils no other."""

import gzip
import io
import json
import tracemalloc

import pytest

from trialwright.model.record import RegistryRecord
from trialwright.register import read_record, read_records
from trialwright.register.reading import json_values

from .records import DATA, PAGE, RECONSTRUCTION, exemplary


def _numbered(count):
    records = []
    for number in range(count):
        record = exemplary()
        record["protocolSection"]["identificationModule"]["nctId"] = f"NCT{number:08}"
        records.append(record)
    return records


def _numbers(data: bytes) -> list[str]:
    """The NCT number of every record, or the code of the problem that stands in its place."""
    return [
        one.typed.protocol_section.identification_module.nct_id if isinstance(one, RegistryRecord) else one[0].code
        for one in read_records(io.BytesIO(data), "file")
    ]


def _lines(records):
    return "\n".join(json.dumps(record) for record in records).encode()


THREE = ["NCT00000000", "NCT00000001", "NCT00000002"]
FORMS = {
    "lines": _lines(_numbered(3)),
    "lines with blank ones": b"\n" + _lines(_numbered(3)).replace(b"\n", b"\r\n\r\n") + b"\n",
    "array": json.dumps(_numbered(3)).encode(),
    "indented array": json.dumps(_numbered(3), indent=2).encode(),
    "objects in a row": "\n".join(json.dumps(one, indent=1) for one in _numbered(3)).encode(),
    "page of the API": json.dumps({"studies": _numbered(3), "nextPageToken": "x"}).encode(),
    "page of the API, its list last": json.dumps({"totalCount": 3, "studies": _numbered(3)}).encode(),
    "array of pages": json.dumps([{"studies": _numbered(3)[:2]}, {"studies": _numbered(3)[2:]}]).encode(),
    "utf-16": json.dumps(_numbered(3)).encode("utf-16"),
    "lines with a mark": b"\xef\xbb\xbf" + _lines(_numbered(3)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("chunk", [7, 1 << 18])
def test_every_record_of_a_file_is_read_in_its_order(form, chunk, monkeypatch):
    monkeypatch.setattr(json_values, "_CHUNK", chunk)

    assert _numbers(FORMS[form]) == THREE
    assert _numbers(gzip.compress(FORMS[form])) == THREE


def test_every_record_says_where_it_stands():
    by_lines = [one.source_name for one in read_records(io.BytesIO(FORMS["lines"]), "all.jsonl")]
    in_array = [one.source_name for one in read_records(io.BytesIO(FORMS["array"]), "all.json")]

    assert by_lines == ["all.jsonl, line 1", "all.jsonl, line 2", "all.jsonl, line 3"]
    assert in_array == ["all.json, record 1", "all.json, record 2", "all.json, record 3"]


def test_a_broken_line_is_told_and_the_others_are_read():
    first, second, third = FORMS["lines"].split(b"\n")

    assert _numbers(b"\n".join([first, second[:-9], third])) == ["NCT00000000", "TW-REG-004", "NCT00000002"]


def test_an_array_with_something_else_in_it_is_read_around_it():
    first, second, third = _numbered(3)

    assert [THREE[0], "TW-REG-007", THREE[1], "TW-REG-007", THREE[2]] == _numbers(
        json.dumps([first, 5, second, "a text", third]).encode()
    )


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_an_array_that_lost_its_end_is_told_after_what_was_whole(cut):
    found = _numbers(FORMS["array"][:-cut])

    assert THREE[:2] == found[:2]
    assert found[-1] == "TW-REG-004"


def test_what_stands_behind_an_array_is_told():
    assert [*THREE, "TW-REG-004"] == _numbers(FORMS["array"] + b" and more")


def test_a_packed_file_that_was_cut_is_told_after_what_could_be_unpacked():
    packed = gzip.compress(_lines(_numbered(60)))

    assert _numbers(packed[: len(packed) // 2])[-1] == "TW-REG-013"
    assert read_record(packed[: len(packed) // 2], "cut")[0].code == "TW-REG-013"


@pytest.mark.parametrize("path", [DATA / "exemplary.json", DATA / "NCT02591810.xml", PAGE, RECONSTRUCTION])
def test_a_packed_record_of_any_format_is_the_record(path):
    plain, packed = path.read_bytes(), gzip.compress(path.read_bytes())

    assert bytes(read_record(plain, "a").document) == bytes(read_record(packed, "a").document)
    assert read_record(plain, "a").lost == read_record(packed, "a").lost


def test_several_uploads_in_one_collection_are_several_records():
    one = (DATA / "exemplary.json").read_bytes()
    from trialwright.register.writing import write_prs_xml

    xml = write_prs_xml(read_record(one, "a")).content
    inner = xml[xml.index(b"<clinical_study>") : xml.index(b"</prs:study_collection>")]
    both = xml.replace(inner, inner * 2)

    assert len(list(read_records(io.BytesIO(both), "upload.xml"))) == 2
    assert [one.code for one in read_record(both, "upload.xml")] == ["TW-REG-006"]


def test_where_one_record_is_asked_for_many_are_counted():
    answer = read_record(FORMS["lines"], "all.jsonl")

    assert [(one.code, one.found) for one in answer] == [("TW-REG-006", "The file holds 3 records.")]


def test_a_file_is_never_held_whole():
    """2,000 records, 30 MB; what is held at once stays under a tenth of it."""
    record = json.dumps(exemplary())
    record = (record[:-1] + ', "padding": "' + "x" * 8000 + '"}').encode() + b"\n"
    data = gzip.compress(record * 2000, 1)
    tracemalloc.start()
    count = sum(1 for _ in read_records(io.BytesIO(data), "all.jsonl.gz"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 2000
    assert peak < len(record) * 2000 / 10


def test_a_bomb_is_refused_at_the_limit(monkeypatch):
    monkeypatch.setattr("trialwright.register.problems.MOST_BYTES", 100_000)
    for bomb in (b"[" + b" " * 1_000_000, b'{"a": "' + b"x" * 1_000_000, b"y" * 1_000_000, b"{" + b"[" * 1_000_000):
        assert _numbers(gzip.compress(bomb)) == ["TW-REG-002"]
    nested = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"{}"))))

    assert _numbers(nested) == ["TW-REG-003"]
