"""The rows of a Stata file laid out all at once, between what pyreadstat writes before and behind them."""

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import polars as pl

from trialwright.export.fixed_rows import Layout, between, filled_up, laid_out, little_endian, longest, replaced, widths

LAYOUT = Layout(
    texts=partial(filled_up, fill="\0"), bytes_of=little_endian(0x7FE0_0000_0000_0000), day_0=3653, day=1, second=1000
)
"""Numbers with the lowest byte first, the smallest of Stata's missing ones for nothing; days from 1960 on."""

_ROWS_AT = len("<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>..</K><N>")
"""Where the header holds the number of rows."""

_BEGIN, _END, _MAP = b"<data>", b"</data>", b"</header><map>"
_OFFSET = 8
_BEHIND = range(10, 14)
"""Which offsets of the map are of what stands behind the rows."""


def pieces(frame: pl.DataFrame, write: Callable[[pl.DataFrame], bytes], moment: tuple[int, bytes]) -> Iterator[bytes]:
    """
    The file that `write` makes of the frame, piece by piece.

    Shape:   `write` is asked for one row, the longest texts; the others take its place, and counts and offsets follow.
    Source:  Stata's own description of format 118 (dta).
    """
    one, wide = longest(frame), widths(frame)
    row = b"".join(part.tobytes() for part in laid_out(one, wide, LAYOUT))
    before, behind = between(write(one), _BEGIN, row, _END)
    yield replaced(before, (moment, *_counted(before, frame.height, len(row))))
    for part in laid_out(frame, wide, LAYOUT):
        yield part.tobytes()
    yield behind


def _counted(before: bytes, rows: int, width: int) -> Sequence[tuple[int, bytes]]:
    """The number of rows, and where what stands behind them begins."""
    at = before.index(_MAP) + len(_MAP)
    places = [at + _OFFSET * number for number in _BEHIND]
    moved = [struct.unpack_from("<Q", before, place)[0] + (rows - 1) * width for place in places]
    counts = zip([_ROWS_AT, *places], [rows, *moved], strict=True)
    return [(place, struct.pack("<Q", count)) for place, count in counts]
