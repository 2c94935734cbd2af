"""The rows of an SPSS file laid out and packed all at once, behind what pyreadstat writes before them."""

import struct
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.export.fixed_rows import (
    Bytes,
    Layout,
    between,
    filled_up,
    laid_out,
    little_endian,
    longest,
    replaced,
    widths,
)

UNIT, PART = 8, 256
"""Bytes that are packed together, and of each part of a text that has more than 255: the last of them is not used."""

_PART_COUNTED = 252
"""Bytes of a text for which a part is counted, as the writer has it."""

_NOTHING = struct.unpack("<Q", struct.pack("<d", -sys.float_info.max))[0]
_BLANKS = struct.unpack("<Q", b" " * UNIT)[0]
_WHOLE, _LEAST, _MOST = 100, -99, 151
"""What is added to a small whole number to be its code, and the least and the most that has one."""

_END, _HELD, _MISSING = 252, 253, 255
"""Codes: the end, a unit that stands behind the codes (the next code says that it is blank), no number."""

_ROWS_AT, _ROWS_BEHIND = 80, bytes.fromhex("07000000 10000000 08000000 02000000 01000000 00000000")
"""Where the header holds the number of rows, and what stands before the place that holds it once more."""

Units = NDArray[np.uint64]


def _texts(series: pl.Series, width: int) -> Bytes:
    """Texts filled up with blanks; behind each 255 bytes of a long one stands a blank more."""
    parts = (width - 1) // PART
    held = filled_up(series, width - parts, fill=" ")
    if not parts:
        return held
    rows = np.full((len(series), width), ord(" "), np.uint8)
    for part in range(parts):
        at = part * (PART - 1)
        rows[:, part * PART : (part + 1) * PART - 1] = held[:, at : at + PART - 1]
    rows[:, parts * PART :] = held[:, parts * (PART - 1) :]
    return rows


LAYOUT = Layout(texts=_texts, bytes_of=little_endian(_NOTHING), day_0=141_428, day=86_400, second=1)
"""Numbers with the lowest byte first, the least there is for nothing; seconds from 14 October 1582 on."""


def pieces(
    frame: pl.DataFrame,
    write: Callable[[pl.DataFrame], bytes],
    moments: Sequence[tuple[int, bytes]],
    codes: Mapping[str, Sequence[str]],
) -> Iterator[bytes]:
    """
    The file that `write` makes of the frame, piece by piece; `codes` are those that are labelled in texts.

    Shape:   `write` is asked for one row, the longest texts; the others take its place, and the counts follow.
    Source:  the description of system files in the manual of GNU PSPP.
    """
    one, wide = longest(frame), list(map(_stored, widths(frame, codes)))
    numbers = _places_of_numbers(frame, wide)
    before, _ = between(write(one), b"", b"".join(_packed(one, wide, numbers)), b"")
    again = before.rindex(_ROWS_BEHIND) + len(_ROWS_BEHIND)
    counts = ((_ROWS_AT, struct.pack("<i", frame.height)), (again, struct.pack("<q", frame.height)))
    yield replaced(before, (*moments, *counts))
    yield from _packed(frame, wide, numbers)


def _stored(width: int) -> int:
    """The bytes that a text of so many takes: whole units, and a part for each 252."""
    parts = 0 if width < PART else -(-width // _PART_COUNTED) - 1
    return parts * PART + -(-(width - parts * _PART_COUNTED) // UNIT) * UNIT


def _places_of_numbers(frame: pl.DataFrame, wide: Sequence[int]) -> list[int]:
    """Which units of a row are numbers."""
    begins = [end - width for width, end in zip(wide, accumulate(wide), strict=True)]
    return [begin // UNIT for series, begin in zip(frame, begins, strict=True) if series.dtype != pl.String()]


def _packed(frame: pl.DataFrame, wide: Sequence[int], numbers: Sequence[int]) -> Iterator[bytes]:
    left = frame.height
    for rows in laid_out(frame, wide, LAYOUT):
        left -= len(rows)
        yield _shortened(rows.view("<u8"), numbers, last=not left)


def _shortened(units: Units, numbers: Sequence[int], *, last: bool) -> bytes:
    """
    Rows of units with a code for each: eight codes, then those of their units that no code says, and so on.

    Shape:   each row begins with codes of its own; where its units fill the last eight, eight empty ones follow.
    """
    height, width = units.shape
    whole, rest = divmod(width, UNIT)
    codes = np.zeros((height, whole + 1, UNIT), np.uint8)
    flat = codes.reshape(height, -1)
    np.add(units == _BLANKS, _HELD, out=flat[:, :width], casting="unsafe")
    for at in numbers:
        flat[:, at] = _codes(units[:, at])
    held = np.empty((height, whole + 1, UNIT + 1), np.uint64)
    held[:, :whole, 1:] = units[:, : whole * UNIT].reshape(height, whole, UNIT)
    held[:, whole, 1 : rest + 1] = units[:, whole * UNIT :]
    there = np.ones(held.shape, np.bool_)
    there[:, :, 1:] = codes == _HELD
    if last:
        flat[-1, width] = _END
    held[:, :, 0] = flat.view("<u8")
    return held[there].astype("<u8", copy=False).tobytes()


def _codes(units: Units) -> Bytes:
    """The code of each number."""
    numbers = units.copy().view(np.float64)
    small = (numbers >= _LEAST) & (numbers <= _MOST) & (np.trunc(numbers) == numbers)
    codes = np.where(small, numbers + _WHOLE, _HELD)
    return np.where(units == _NOTHING, _MISSING, codes).astype(np.uint8)
