"""Parquet, Stata and SPSS: read back by another program, each value is that of the CSV export, or is told as lost."""

import csv as plain
import datetime as dt
import io
import json
import re
from decimal import Decimal
from functools import cache

import msgspec
import polars as pl
import pytest

from support.results import packaged_study, people, read_small
from support.statistics_files import READERS, SUFFIX
from trialwright import catalog
from trialwright.export.files import whole
from trialwright.export.formats import Source, formats
from trialwright.export.spss import texts
from trialwright.export.stata import NAME
from trialwright.export.typed.columns import number_of
from trialwright.model.entry import Choice
from trialwright.model.text import Text

NAMES = ("parquet", "spss", "stata")
TABLE = (
    people(2, term="皮疹，面部")
    + """
P001 W0 muscle_enzymes.ck <20 U/L
P001 W0 muscle_enzymes.ldh 12.50
P001 W4 physician_global.vas 45 mm
P001 W4 muscle_enzymes.ck 12345678901234567890.5
P001 W4 muscle_enzymes.ldh ?not applicable
P001 LOG#1 adverse_event.grade =3
P001 LOG#1 adverse_event.outcome =recovered
P001 LOG#1 adverse_event.serious =N
P001 LOG#1 adverse_event.end 2021-03-UU
P002 LOG#1 adverse_event.end ?unknown
P002 LOG#2 adverse_event.term "=1+1"
P002 LOG#2 adverse_event.outcome =invented
P002 LOG#2 adverse_event.start 2021-UU
P002 LOG#2 adverse_event.action =none
P002 W0 old_scale.points 7
P002 W0 old_scale.note "only an older build asked"
"""
)
"""Every kind of value: Chinese, another unit, a limit, too exact for 64 bits, partial dates, codes, absent, of old."""


@cache
def small():
    """Its forms are called as in the study, so that their columns are known."""
    forms = {
        field.name: form.name
        for form in packaged_study().forms
        for section in form.sections
        for field in section.fields
    }
    held = read_small(TABLE)
    frame = held.snapshot.versions.with_columns(
        pl.col("item").replace_strict(forms, default=pl.col("form")).alias("form")
    )
    return msgspec.structs.replace(
        held, snapshot=msgspec.structs.replace(held.snapshot, versions=frame, standing=lambda: frame)
    )


def source(held):
    return Source(
        study=held.study, snapshot=held.snapshot, analysis=held.analysis, rows=held.rows, catalog=catalog.load(),
        version="1",
    )  # fmt: skip


def of_format(name, made_from):
    return whole(formats()[name].write(made_from))


@cache
def written(name):
    return of_format(name, source(small()))


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


def opened(name, data, folder):
    """A file as another program reads it: frame, labels by column, value labels by column."""
    path = folder / f"table.{SUFFIX[name]}"
    path.write_bytes(data)
    if name == "parquet":
        return pl.read_parquet(path), {}, {}
    frame, told = READERS[name](path, output_format="polars")
    return frame, dict(zip(told.column_names, told.column_labels, strict=True)), told.variable_value_labels


@pytest.fixture(scope="module")
def tables(name, tmp_path_factory):
    folder = tmp_path_factory.mktemp(name)
    end = f".{SUFFIX[name]}"
    return {n.removesuffix(end): opened(name, data, folder) for n, data in written(name).items() if n.endswith(end)}


def csv_tables():
    files = of_format("csv", source(small()))
    return {
        re.sub(r"machine/|\.csv", "", n): list(plain.DictReader(io.StringIO(data.decode(), newline="")))
        for n, data in files.items()
        if n.startswith("machine/")
    }


IN_LISTS = (("results", "participants"), ("results", "records"))
IN_TEXTS = (("audit", "details"), ("analysis", "reasons"), ("analysis", "counts"), ("analysis", "details"))


def rows_of(frame):
    return frame.to_dicts()


def as_text(value, codes):
    """A value of a file as the text that CSV has for it: codes by the table of choices, numbers as plain decimals."""
    match value:
        case None | "":
            return ""
        case dt.datetime():
            rounded = value + dt.timedelta(microseconds=500)  # SPSS holds seconds as a double
            return rounded.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
        case dt.date():
            return value.isoformat()
        case str():
            return codes.get(value, value)
        case number:
            return codes.get(number, str(Decimal(repr(number)).normalize()))


def plainly(text):
    """A text of CSV, numbers and moments in one spelling."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
        return text.replace("Z", ".000Z")
    return str(Decimal(text).normalize()) if re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text) else text


def test_every_table_of_csv_is_there_and_two_that_describe_them(tables):
    assert set(tables) == {*csv_tables(), "lists", "texts", "variables", "choices"}


def test_every_value_of_every_table_is_that_of_csv(tables):
    called = {(v["table"], v["column"]): v["name"] for v in rows_of(tables["variables"][0])}
    codes: dict[tuple[str, str], dict[float, str]] = {}
    for each in rows_of(tables["choices"][0]):
        if each["number"] is not None:
            codes.setdefault((each["table"], each["column"]), {})[each["number"]] = each["code"]
    lists = {each["list"]: each["members"] for each in rows_of(tables["lists"][0])}
    texts = {each["text"]: each["content"] for each in rows_of(tables["texts"][0])}
    apart = {**dict.fromkeys(IN_LISTS, lists), **dict.fromkeys(IN_TEXTS, texts)}
    seen = 0
    for table, expected in csv_tables().items():
        frame = tables[table][0]
        assert frame.height == len(expected), table
        columns = {column for of, column in called if of == table}
        for at, (row, line) in enumerate(zip(rows_of(frame), expected, strict=True), 1):
            for column, text in line.items():
                beside = row.get(called.get((table, f"{column}__text"), ""), "")
                found = beside or as_text(row[called[table, column]], codes.get((table, column), {}))
                if (table, column) in apart:
                    found = apart[table, column].get(row[called[table, column]], "")
                assert plainly(found) == plainly(text), (table, at, column)
                seen += text != ""
            assert columns >= set(line)
    assert seen > 10_000


def test_a_list_that_many_lines_stand_on_is_written_once(tables):
    called = {v["column"]: v["name"] for v in rows_of(tables["variables"][0]) if v["table"] == "results"}
    lists = rows_of(tables["lists"][0])
    named = [row[called[column]] for row in rows_of(tables["results"][0]) for column in ("participants", "records")]

    assert [each["list"] for each in lists] == list(range(1, len(lists) + 1))
    assert len({each["members"] for each in lists}) == len(lists)
    assert {each for each in named if each is not None} == {each["list"] for each in lists}
    assert len(named) > 3 * len(lists)


def test_no_line_of_a_large_table_has_room_for_a_long_text(tables):
    """Stata and SPSS give each line as many bytes as the longest text has, be there half a million lines."""
    apart = rows_of(tables["texts"][0])
    wide = {
        (name, column): frame[column].str.len_bytes().max()
        for name, (frame, *_) in tables.items()
        if name in ("datapoints", "audit", "analysis")
        for column in frame.columns
        if frame.schema[column] == pl.String() and (frame[column].str.len_bytes().max() or 0) > 256
    }

    assert [each["text"] for each in apart] == list(range(1, len(apart) + 1))
    assert all(json.loads(each["content"]) for each in apart)
    assert wide == {}


def test_types_are_real(tables, name):
    called = {(v["table"], v["column"]): v["name"] for v in rows_of(tables["variables"][0])}

    def kind(table, column):
        return tables[table][0].schema[called[table, column]]

    assert kind("form_adverse_events", "adverse_event.start") == pl.Date()
    assert kind("form_core_set", "muscle_enzymes.ck").is_numeric()
    assert kind("analysis", "value_decimal").is_numeric()
    assert kind("datapoints", "value__number").is_numeric()
    assert kind("audit", "at_utc").is_temporal()
    assert kind("form_adverse_events", "adverse_event.term") == pl.String()
    if name == "parquet":
        assert kind("audit", "at_utc") == pl.Datetime("ms", "UTC")
        assert isinstance(kind("form_adverse_events", "adverse_event.outcome"), pl.Enum)


def event(tables, participant, row):
    called = {v["column"]: v["name"] for v in rows_of(tables["variables"][0]) if v["table"] == "form_adverse_events"}
    frame = tables["form_adverse_events"][0]
    (line,) = [each for each in rows_of(frame) if (each["participant_id"], each["row"]) == (participant, row)]
    return {column: line[name] for column, name in called.items()}


def test_a_partial_date_is_text_and_gives_no_day(tables):
    first, second = event(tables, "P001", 1), event(tables, "P002", 2)

    assert (first["adverse_event.end"], first["adverse_event.end__text"]) == (None, "2021-03-UU")
    assert (first["adverse_event.start"], first["adverse_event.start__text"] or "") == (dt.date(2021, 2, 10), "")
    assert (second["adverse_event.start"], second["adverse_event.start__text"]) == (None, "2021-UU")


def core(tables, visit):
    called = {v["column"]: v["name"] for v in rows_of(tables["variables"][0]) if v["table"] == "form_core_set"}
    frame = tables["form_core_set"][0]
    (line,) = [each for each in rows_of(frame) if (each["participant_id"], each["visit"]) == ("P001", visit)]
    return {column: line[name] for column, name in called.items()}


def test_a_limit_stands_beside_and_a_number_too_exact_for_64_bits_in_both(tables):
    limit, exact = core(tables, "W0"), core(tables, "W4")

    assert (limit["muscle_enzymes.ck"], limit["muscle_enzymes.ck__text"]) == (None, "<20")
    assert exact["muscle_enzymes.ck"] == float("12345678901234567890.5")
    assert exact["muscle_enzymes.ck__text"] == "12345678901234567890.5"
    assert (exact["physician_global.vas"], exact["physician_global.vas__unit"]) == (45, "mm")


def test_labels_are_in_both_languages(tables, name):
    if name == "parquet":
        told = pl.read_parquet_metadata(io.BytesIO(written(name)["form_adverse_events.parquet"]))
        columns = json.loads(told["trialwright"])["columns"]
        assert columns["adverse_event.term"] == {"kind": "text", "en": "What happened", "zh": "不良事件描述"}
        assert columns["adverse_event.outcome"]["choices"]["recovered"] == {"en": "Recovered", "zh": "已恢复"}
        return
    _, labels, values = tables["form_adverse_events"]
    called = {v["column"]: v["name"] for v in rows_of(tables["variables"][0]) if v["table"] == "form_adverse_events"}
    outcome = values[called["adverse_event.outcome"]]

    assert labels[called["adverse_event.term"]] == "What happened / 不良事件描述"
    assert outcome[1 if name == "stata" else "recovered"] == "Recovered / 已恢复"
    assert values[called["adverse_event.grade"]][3] == "3 severe / 3 级 重度"
    assert "invented" in outcome.values()  # a code that no build of now knows is its own label
    assert values[called["adverse_event.serious"]] in ({0: "No / 否", 1: "Yes / 是"}, {"N": "No / 否", "Y": "Yes / 是"})


def test_no_is_0_and_yes_is_1_in_every_list_that_has_them(tables, name):
    if name == "parquet":
        return
    rows = rows_of(tables["choices"][0])
    answers = {"N": 0, "Y": 1, "U": 2} | {"no": 0, "yes": 1}
    lists = {each["column"] for each in rows if each["code"] in ("N", "yes")}
    verdict = tables["analysis"][2]["verdict"]

    assert {"verdict", "adverse_event.serious", "row_inactivated"} <= lists
    if name == "stata":
        assert verdict == {0: "No / 否", 1: "Yes / 是", 2: "Undetermined / 无法判定"}
        assert [each for each in rows if each["number"] != answers.get(each["code"], each["number"])] == []
    else:
        assert list(verdict) == ["N", "Y", "U"]


def test_no_is_0_and_yes_is_1_wherever_they_stand_in_a_list():
    listed = [Choice(code, Text(code, code)) for code in ("Y", "N", "NA", "U")]

    assert number_of(listed) == {"N": 0, "Y": 1, "NA": 2, "U": 3}


def test_no_column_of_any_table_goes_without_words(tables):
    """A column that somebody adds to the CSV export gets its words in typed/columns.json, or fails here."""
    wordless = [
        (v["table"], v["column"])
        for v in rows_of(tables["variables"][0])
        if v["label_en"].partition(":")[0] == v["column"].partition("__")[0] and v["table"] != "form_old_scale"
    ]

    assert wordless == []


def test_the_same_snapshot_gives_the_same_bytes_at_another_moment(name, monkeypatch):
    # A file made in another minute must be equal: the writer puts the moment into both headers.
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    import time

    time.tzset()
    try:
        again = of_format(name, source(small()))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert [n for n, data in again.items() if data != written(name)[n]] == []


def test_the_header_holds_the_moment_of_the_snapshot():
    assert b"<timestamp>\x1101 Jan 2022 00:00</timestamp>" in written("stata")["datapoints.dta"][:300]
    assert written("spss")["datapoints.sav"][92:109] == b"01 Jan 2200:00:00"


def test_the_manifest_counts_and_sums_every_file(name, tables):
    files = written(name)
    manifest = json.loads(files["manifest.json"])
    end = f".{SUFFIX[name]}"

    assert {each["name"] for each in manifest["files"]} == {n for n in files if n.endswith(end)}
    for each in manifest["files"]:
        frame = tables[each["name"].removesuffix(end)][0]
        assert (each["rows"], each["columns"], each["bytes"]) == (frame.height, frame.width, len(files[each["name"]]))
    assert [each for each in manifest["reconciled"].values() if each["snapshot"] != each["files"]] == []


def test_what_cannot_be_carried_is_said(name):
    lost = json.loads(written(name)["lost.json"])["lost"]

    assert len({each["where"] for each in lost}) == len(lost)
    assert [each for each in lost if not each["reason"]] == []
    renamed = [each for each in lost if each["where"].endswith(" names")]
    assert bool(renamed) == (name == "stata")


def test_virtual_participants_are_marked_in_every_name_and_on_every_line(name, tmp_path):
    files = of_format(name, source(read_small(people(1), simulated=True)))
    made = [n for n in files if n.endswith(SUFFIX[name])]

    assert [n for n in made if "virtual-participants" not in n] == []
    for n in made:
        frame, _, _ = opened(name, files[n], tmp_path)
        assert set(frame["data_of"].to_list()) <= {"virtual participants"}, n


def test_names_for_stata_are_short_plain_and_alike_within_a_family(tmp_path):
    frame, _, _ = opened("stata", written("stata")["form_adverse_events.dta"], tmp_path)
    called = {
        "ae_serious_death",
        "ae_serious_death__missing",
        "adverse_event_start__text",
        "adverse_event_term__missing",
    }

    assert called <= set(frame.columns)
    assert [c for c in frame.columns if len(c) > NAME or not re.fullmatch(r"[A-Za-z_]\w*", c)] == []


@pytest.mark.parametrize("longest", [1_000, 2_100, 40_000])
def test_a_long_text_is_whole_in_every_format(longest, tmp_path):
    """Beyond 2045 bytes Stata takes another kind of text; beyond 32,767 SPSS goes on in the next variable."""
    text = ("皮疹 and itching " * longest)[:longest]
    assert len(text.encode()) > longest
    held = read_small(people(1, term=text.strip()))
    for name in NAMES:
        files = of_format(name, source(held))
        frame, _, _ = opened(name, files[f"form_adverse_event.{SUFFIX[name]}"], tmp_path)
        parts = [c for c in frame.columns if re.fullmatch(r"adverse_event[._]term(__\d+)?", c)]
        assert "".join(frame[part][0] for part in parts) == text.strip()
        lost = json.loads(files["lost.json"])["lost"]
        told = [each["reason"] for each in lost if each["where"] == "form_adverse_event.adverse_event.term"]
        assert (len(parts) > 1) == bool(told) == (name == "spss" and longest == 40_000)


def test_a_text_is_cut_between_characters_and_not_behind_a_blank():
    assert texts.pieces("皮疹皮疹", 7) == ["皮疹", "皮疹"]
    assert texts.pieces("ab cd", 3) == ["ab", " cd"]
    assert texts.pieces("abc", 3) == ["abc"]


def test_blanks_at_the_end_of_a_text_are_told_where_spss_drops_them(tmp_path):
    held = small()
    frame = held.snapshot.versions.with_columns(
        pl.when(pl.col("item") == "adverse_event.term")
        .then(pl.col("text") + "  ")
        .otherwise(pl.col("text"))
        .alias("text")
    )
    held = msgspec.structs.replace(
        held, snapshot=msgspec.structs.replace(held.snapshot, versions=frame, standing=lambda: frame)
    )
    told = {
        name: [
            e["where"]
            for e in json.loads(of_format(name, source(held))["lost.json"])["lost"]
            if "blanks" in e["reason"]
        ]
        for name in NAMES
    }

    assert told["parquet"] == told["stata"] == []
    assert "form_adverse_events.adverse_event.term (3 values)" in told["spss"]
