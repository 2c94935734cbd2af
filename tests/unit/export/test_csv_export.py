"""The CSV export is whole: every datapoint, version, event and row of the snapshot, counted and with checksums."""

import hashlib
import json

import msgspec
import polars as pl
import pytest

from support.results import people, read_small
from trialwright.export import csv
from trialwright.export.csv import read_table, tables
from trialwright.export.csv.cells import table_of
from trialwright.export.files import whole


def written(small):
    return whole(csv.write(small.study, small.snapshot, small.analysis, small.rows))


def rows_of(files, name):
    table = read_table(files[name], name, "machine")
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def corrected(small):
    """The same, with the first global of P001 corrected from 5.0 to 4.5, for a reason."""
    old = small.snapshot.versions
    first = old.filter((pl.col("item") == "physician_global.vas") & (pl.col("visit") == "W0")).head(1)
    seq = first["seq"].item()
    new = first.with_columns(
        pl.lit(9000).alias("seq"), pl.lit(seq).alias("replaces"), pl.lit("4.5").alias("text"),
        pl.lit("4.5").alias("raw"), pl.lit("misread the line").alias("reason"),
    ).cast(dict(old.schema))  # fmt: skip
    current = pl.concat([old.filter(pl.col("seq") != seq), new])
    snapshot = msgspec.structs.replace(small.snapshot, versions=pl.concat([old, new]), standing=lambda: current)
    return msgspec.structs.replace(small, snapshot=snapshot)


def test_the_same_data_give_the_same_bytes():
    assert written(read_small(people(2))) == written(read_small(people(2)))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_the_manifest_reconciles_with_the_snapshot(count):
    small = read_small(people(count))
    manifest = json.loads(written(small)["manifest.json"])

    assert [each for each in manifest["reconciled"].values() if each["snapshot"] != each["files"]] == []
    assert manifest["reconciled"]["current datapoints"]["snapshot"] == small.snapshot.current.height
    assert manifest["snapshot"]["hash"] == small.snapshot.hash


def test_the_checksums_are_those_of_the_files():
    files = written(read_small(people(2)))
    manifest = json.loads(files["manifest.json"])

    assert {each["name"] for each in manifest["files"]} == {name for name in files if name.endswith(".csv")}
    assert [e["name"] for e in manifest["files"] if hashlib.sha256(files[e["name"]]).hexdigest() != e["sha256"]] == []


def test_a_correction_keeps_the_old_value_and_the_reason():
    audit = rows_of(written(corrected(read_small(people(1)))), "machine/audit.csv")
    change = next(row for row in audit if row["seq"] == "9000")

    assert (change["old_value"], change["value"], change["reason"]) == ("5.0", "4.5", "misread the line")


def test_current_datapoints_show_the_correction_alone():
    datapoints = rows_of(written(corrected(read_small(people(1)))), "machine/datapoints.csv")
    globals_at_baseline = [r for r in datapoints if r["item"] == "physician_global.vas" and r["visit"] == "W0"]

    assert [row["value"] for row in globals_at_baseline] == ["4.5"]


def test_a_form_is_wide_with_one_line_a_row_and_the_reason_where_a_value_is_missing():
    table = "P001 @enrolled 2021-02-03\nP001 W0 physician_global.vas ?not done\nP001 W4 physician_global.vas 45 mm"
    form = rows_of(written(read_small(table)), "machine/form_physician_global.csv")

    assert [(row["visit"], row["physician_global.vas"]) for row in form] == [("W0", ""), ("W4", "45")]
    assert [row["physician_global.vas__missing"] for row in form] == ["not done", ""]
    assert [row["physician_global.vas__unit"] for row in form] == ["", "mm"]


def test_an_item_that_only_an_older_build_knew_is_still_exported():
    small = read_small('P001 @enrolled 2021-02-03\nP001 W0 old_scale.points 7\nP001 W0 old_scale.note "kept"')
    form = rows_of(written(small), "machine/form_old_scale.csv")

    assert [(row["old_scale.points"], row["old_scale.note"]) for row in form] == [("7", "kept")]


def test_the_codebook_has_the_codes_in_both_languages_those_of_yes_and_no_too():
    rows = {row["item"]: row for row in rows_of(written(read_small(people(1))), "machine/codebook.csv")}

    serious, outcome = rows["adverse_event.serious"], rows["adverse_event.outcome"]
    assert (serious["choices"], serious["choices_zh"]) == ("N=No | Y=Yes", "N=否 | Y=是")
    assert outcome["choices"].startswith("recovered=Recovered | ")
    assert outcome["choices_zh"].startswith("recovered=已恢复 | ")


def test_virtual_participants_are_marked_in_every_name_and_on_every_line():
    files = written(read_small(people(2), simulated=True))
    tables_written = [name for name in files if name.endswith(".csv")]

    assert [name for name in tables_written if "virtual-participants" not in name] == []
    for name in tables_written:
        if name.startswith("machine/"):
            assert {row["data_of"] for row in rows_of(files, name)} <= {"virtual participants"}


def test_a_formula_typed_into_a_form_is_harmless_in_a_spreadsheet_and_whole_for_a_machine():
    files = written(read_small(people(1, term="=HYPERLINK(x)")))

    assert b",words,=HYPERLINK(x)," in files["machine/datapoints.csv"]
    assert b',"words","=HYPERLINK(x)",' not in files["spreadsheet/datapoints.csv"]
    assert b',"words","\'=HYPERLINK(x)",' in files["spreadsheet/datapoints.csv"]


def test_an_exact_result_stands_beside_its_decimal():
    results = rows_of(written(read_small(people(7))), "machine/results.csv")
    rates = [row for row in results if row["statistic"] == "rate" and "/" in row["value"]]

    assert rates != []
    assert all(row["value_decimal"].startswith("0.") for row in rates)


def test_what_csv_cannot_carry_is_said():
    lost = json.loads(written(read_small(people(1)))["lost.json"])["lost"]

    assert [each for each in lost if not each["where"] or not each["reason"]] == []
    assert any("hashes" in each["where"] for each in lost)


def test_an_incomplete_export_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "datapoints", lambda snapshot: table_of("datapoints", ("a",), ()))

    with pytest.raises(ValueError, match="current datapoints"):
        written(read_small(people(1)))
