"""Exports come file by file and piece by piece, and several of one source share what they have in common."""

import hashlib
import threading
from itertools import islice

import msgspec
import pytest

from support.cohorts import enrolled
from support.results import people, read_small
from trialwright import catalog
from trialwright.export import csv
from trialwright.export.adam import analysis_datasets
from trialwright.export.files import PIECE, Counted, File, ahead, gathered, whole
from trialwright.export.formats import Source, formats
from trialwright.export.sdtm import tabulated
from trialwright.pipeline.readout import write_export


@pytest.fixture(scope="module")
def source():
    small = read_small(f"{people(2)}\n{enrolled('P001')}\n{enrolled('P002')}")
    return Source(study=small.study, snapshot=small.snapshot, analysis=small.analysis, rows=small.rows,
                  catalog=catalog.load(), version="1")  # fmt: skip


def test_formats_of_one_source_stand_on_one_tabulation(source):
    assert tabulated(source) is tabulated(source)
    assert analysis_datasets(source) is analysis_datasets(source)


def test_a_source_with_another_snapshot_is_tabulated_anew(source):
    """What was worked out for one snapshot must never stand in the files of another."""
    before = tabulated(source)
    less = msgspec.structs.replace(
        source, snapshot=msgspec.structs.replace(source.snapshot, standing=lambda: source.snapshot.current.head(1))
    )

    assert tabulated(less) is not before
    assert tabulated(less).placed < before.placed


@pytest.mark.parametrize("name", formats())
def test_every_format_gives_the_same_files_twice_from_one_source(source, name):
    once, again = (whole(formats()[name].write(source)) for _ in range(2))

    assert once
    assert once == again


def test_a_file_is_handed_on_before_the_next_is_made(source, monkeypatch):
    made = []
    pieces = csv.table_pieces
    monkeypatch.setattr(csv, "table_pieces", lambda table, variant: made.append(table.name) or pieces(table, variant))
    first = next(csv.write(source.study, source.snapshot, source.analysis, source.rows))

    assert (first.name, made) == ("machine/datapoints.csv", ["datapoints"])


def test_a_manifest_refuses_to_list_a_file_that_nobody_read(source):
    files = csv.write(source.study, source.snapshot, source.analysis, source.rows)
    next(files)

    with pytest.raises(ValueError, match=r"machine/datapoints.csv was not read"):
        next(files)


def test_a_file_that_breaks_off_does_not_appear(tmp_path):
    def pieces():
        yield b"half"
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        write_export([File("whole.txt", (b"all",)), File("half.txt", pieces())], tmp_path)

    assert (tmp_path / "whole.txt").read_bytes() == b"all"
    assert not (tmp_path / "half.txt").exists()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40])
def test_pieces_made_ahead_are_the_same_in_their_order(count):
    pieces = [bytes([n]) for n in range(count)]

    assert list(ahead(pieces)) == pieces


def test_what_breaks_off_ahead_is_told_behind_the_pieces_before_it():
    def pieces():
        yield from (b"1", b"2", b"3")
        raise ValueError("broken off")

    taken = []
    with pytest.raises(ValueError, match="broken off"):
        for piece in ahead(pieces()):
            taken.append(piece)

    assert taken == [b"1", b"2", b"3"]


def test_no_more_than_two_pieces_are_made_before_they_are_asked_for():
    """A file of any length is written in the memory of its pieces; and who stops early leaves no thread behind."""
    made, before = [], threading.active_count()
    pieces = ahead(made.append(n) or b"%d" % n for n in range(100))
    taken = list(islice(pieces, 5))
    pieces.close()

    assert len(made) <= len(taken) + 2
    assert threading.active_count() == before


def test_lines_are_gathered_into_pieces_and_counted():
    lines = [f"{n:06d} 皮疹\n" for n in range(PIECE // 4)]
    counted = Counted(gathered(lines))
    pieces = list(counted)
    data = "".join(lines).encode()

    assert b"".join(pieces) == data
    assert 1 < len(pieces) < 10
    assert (len(data), hashlib.sha256(data).hexdigest()) == (counted.size, counted.sha256)
