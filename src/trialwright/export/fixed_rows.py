"""Tables as rows of one width, as SAS, SPSS and Stata files hold them: thousands of rows laid out at a time."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.float64]
_Part = Callable[[int, int], Bytes]

FEW = 1000
"""Rows below which a writer that goes cell by cell is quicker than laying out column by column."""

NUMBER = 8
"""Bytes of a number: every one is a 64-bit floating number, days and moments too."""

_BLOCK = 1 << 19
"""Bytes of rows that are laid out at a time."""

_OFTEN = 8
"""How often a text of a column stands in it, on average, for each to be laid out once."""

_SECONDS, _MILLISECONDS = 86_400, 1000


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """
    How a format writes cells: texts of so many bytes, the bytes of numbers (a NaN is none), and how it counts time.

    `day_0` are the days from the day that the format counts from to 1970; `day` and `second` how many it counts in one.
    """

    texts: Callable[[pl.Series, int], Bytes]
    bytes_of: Callable[[Numbers], Bytes]
    day_0: int
    day: int
    second: int


def longest(frame: pl.DataFrame) -> pl.DataFrame:
    """One row with the longest text of each column, by which a writer tells how wide the column is."""
    return pl.DataFrame([series.gather([_longest(series)]) for series in frame])


def _longest(series: pl.Series) -> int:
    return (series.str.len_bytes().arg_max() or 0) if series.dtype == pl.String() else 0


def widths(frame: pl.DataFrame, codes: Mapping[str, Sequence[str]] | None = None) -> list[int]:
    """The bytes of each column; a text has at least one, and room for every code that is labelled in it."""
    labelled = codes or {}
    return [_width(series, labelled.get(series.name, ())) for series in frame]


def _width(series: pl.Series, codes: Sequence[str]) -> int:
    if series.dtype != pl.String():
        return NUMBER
    held = series.str.len_bytes().max()
    return max(1, *(len(code) for code in codes), held if isinstance(held, int) else 0)


def laid_out(frame: pl.DataFrame, wide: Sequence[int], layout: Layout) -> Iterator[Bytes]:
    """The rows, some thousands at a time: one line of bytes for each."""
    columns = [_column(series, width, layout) for series, width in zip(frame, wide, strict=True)]
    places = [slice(end - width, end) for width, end in zip(wide, accumulate(wide), strict=True)]
    lines = max(1, _BLOCK // sum(wide))
    for start in range(0, frame.height, lines):
        end = min(start + lines, frame.height)
        rows = np.empty((end - start, sum(wide)), np.uint8)
        for column, place in zip(columns, places, strict=True):
            rows[:, place] = column(start, end)
        yield rows


def _column(series: pl.Series, width: int, layout: Layout) -> _Part:
    """The bytes of a column from one line to another; texts of which few are different are laid out once each."""
    if series.dtype != pl.String():
        numbers = layout.bytes_of(_numbers(series, layout)).reshape(-1, NUMBER)
        return lambda start, end: numbers[start:end]
    held = series.fill_null("")
    once = held.unique()
    if len(once) * _OFTEN > len(held) and _ascii(held):
        return lambda start, end: layout.texts(held[start:end], width)
    each = layout.texts(once, width)
    at = held.replace_strict(once, range(len(once)), return_dtype=pl.Int32()).to_numpy()
    return lambda start, end: np.take(each, at[start:end], axis=0)


def _ascii(texts: pl.Series) -> bool:
    return bool(texts.str.len_bytes().sum() == texts.str.len_chars().sum())


def filled_up(texts: pl.Series, width: int, *, fill: str) -> Bytes:
    """The texts in UTF-8, each filled up to `width` bytes."""
    if _ascii(texts):
        padded = "".join([text.ljust(width, fill) for text in texts.to_list()]).encode()
    else:
        padded = b"".join([text.encode().ljust(width, fill.encode()) for text in texts.to_list()])
    return np.frombuffer(padded, np.uint8).reshape(-1, width)


def _numbers(series: pl.Series, layout: Layout) -> Numbers:
    """The cells as the format counts them; NaN for nothing."""
    held: NDArray[Any] = series.to_physical().cast(pl.Float64()).to_numpy()
    if series.dtype == pl.Date():
        return (held + layout.day_0) * layout.day
    if isinstance(series.dtype, pl.Datetime):
        whole = held // _MILLISECONDS + layout.day_0 * _SECONDS
        return whole * layout.second + held % _MILLISECONDS / _MILLISECONDS * layout.second
    return held


def between(sample: bytes, begin: bytes, row: bytes, end: bytes) -> tuple[bytes, bytes]:
    """
    What a writer puts before and behind the rows, from what it wrote of one alone, `begin` and `end` included.

    Raises:  ValueError where that row is not laid out as it is here.
    """
    before, found, behind = sample.partition(begin + row + end)
    if not found:
        raise ValueError("the writer lays out a row in another way than expected")
    return before + begin, end + behind


def little_endian(missing: int) -> Callable[[Numbers], Bytes]:
    """Numbers as they stand in memory, the lowest byte first; `missing` are the bits for nothing."""

    def bytes_of(numbers: Numbers) -> Bytes:
        bits = numbers.astype("<f8").view("<u8")
        return np.where(np.isnan(numbers), np.uint64(missing), bits).astype("<u8").view(np.uint8)

    return bytes_of


def written(write: Callable[[Path], None]) -> bytes:
    """What `write` puts into a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        write(path)
        return path.read_bytes()


def replaced(data: bytes, parts: Iterable[tuple[int, bytes]]) -> bytes:
    """The bytes with others in the place of some: the moment of writing, so that a repeat is equal, and counts."""
    held = bytearray(data)
    for at, part in parts:
        held[at : at + len(part)] = part
    return bytes(held)
