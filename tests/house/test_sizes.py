"""Small modules and functions: the limit is set before it is passed."""

import statistics

import pytest

from house.house import SIZE_EXCEPTIONS, functions, modules, relative


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_no_module_is_longer_than_400_lines(path):
    lines = len(path.read_text("utf-8").splitlines())

    assert lines <= 400 or relative(path) in SIZE_EXCEPTIONS, f"{relative(path)} has {lines} lines"


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_no_function_is_longer_than_60_lines(path):
    long = [
        f"{relative(path)}::{f.name} has {f.end_lineno - f.lineno + 1} lines"
        for f in functions(path)
        if f.end_lineno - f.lineno + 1 > 60 and f"{relative(path)}::{f.name}" not in SIZE_EXCEPTIONS
    ]

    assert long == []


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_no_function_takes_more_than_five_arguments_by_position(path):
    wide = [
        f"{relative(path)}::{f.name}"
        for f in functions(path)
        if len([a for a in f.args.posonlyargs + f.args.args if a.arg not in ("self", "cls")]) > 5
        and f"{relative(path)}::{f.name}" not in SIZE_EXCEPTIONS
    ]

    assert wide == []


def test_the_median_module_has_at_most_150_lines():
    lengths = [len(p.read_text("utf-8").splitlines()) for p in modules()]

    assert statistics.median(n for n in lengths if n > 3) <= 150


def test_there_are_at_most_five_exceptions_and_each_has_a_reason():
    assert len(SIZE_EXCEPTIONS) <= 5
    assert all(len(reason) > 20 for reason in SIZE_EXCEPTIONS.values())
