"""The rows of a transport file laid out all at once, behind what pyreadstat writes before them."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import polars as pl

from trialwright.export.fixed_rows import (
    FEW,
    Bytes,
    Layout,
    Numbers,
    between,
    filled_up,
    laid_out,
    longest,
    replaced,
    widths,
)

_RECORD = 80
"""Bytes of a record: the last one is filled up with blanks."""

_BITS, _BIAS, _NOTHING = 56, 64, 0x2E << 56
"""Bits of a fraction of IBM, what its exponent is counted from, and the mark for no number, a point."""

_LEAST, _MOST, _TOO_MUCH = -260, 248, 0x7FFF_FFFF_FFFF_FFFF
"""Powers of two between which a number is written; below them it is 0, above them the largest there is."""


def pieces(
    frame: pl.DataFrame, write: Callable[[pl.DataFrame], bytes], moments: Sequence[tuple[int, bytes]]
) -> Iterator[bytes]:
    """
    The file that `write` makes of the frame: it is asked for one row, the longest texts, whose place the others take.

    Source:  SAS technical note TS-140, record layout of a version 5 transport file.
    """
    if frame.height < FEW:
        yield replaced(write(frame), moments)
        return
    one, wide = longest(frame), widths(frame)
    row = b"".join(part.tobytes() for part in laid_out(one, wide, LAYOUT))
    before, _ = between(write(one), b"", row + _blanks(len(row)), b"")
    yield replaced(before, moments)
    for part in laid_out(frame, wide, LAYOUT):
        yield part.tobytes()
    yield _blanks(frame.height * len(row))


def _blanks(size: int) -> bytes:
    """What fills up the last record behind so many bytes."""
    return b" " * (-size % _RECORD)


def ibm(numbers: Numbers) -> Bytes:
    """
    Numbers as IBM's mainframes held them: a fraction of 56 bits and a power of 16, exact for every one within bounds.

    Missing: a point, then zeros.
    """
    fraction, power = np.frexp(np.abs(np.nan_to_num(numbers)))
    of_16 = -(-power // 4)
    bits = np.ldexp(fraction, _BITS + power - 4 * of_16).astype(np.uint64)
    bits |= (of_16 + _BIAS).astype(np.uint64) << np.uint64(_BITS)
    bits = np.where(power - 1 > _MOST, np.uint64(_TOO_MUCH), bits)
    bits |= np.signbit(numbers).astype(np.uint64) << np.uint64(63)
    bits = np.where((power - 1 < _LEAST) | (numbers == 0), np.uint64(0), bits)
    return np.where(np.isnan(numbers), np.uint64(_NOTHING), bits).astype(">u8").view(np.uint8)


LAYOUT = Layout(texts=partial(filled_up, fill=" "), bytes_of=ibm, day_0=3653, day=1, second=1)
"""Numbers of IBM, the highest byte first; days from 1960 on."""
