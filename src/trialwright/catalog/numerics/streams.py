"""
Draws that are a function of what they are for: a seed, an imputation, a participant, a place.

There is no generator and no state: the same counter always gives the same number, so that another participant, another
visit or another order of work changes no draw but its own. Nothing here is random; the seed stands in the definition.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_MULTIPLY: Final = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL: Final = (0x9E3779B9, 0xBB67AE85)
_ROUNDS: Final = 10
MOST: Final = 10_000
"""Imputations at most: step and imputation share one word of the counter."""


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """
    Four words of 32 bits for every counter of four such words (Philox4x32 with ten rounds).

    Source: Salmon and others 2011, Parallel random numbers: as easy as 1, 2, 3 (SC11); its known answers are a test.
    """
    a, b, c, d = counter
    first, second = key
    for _ in range(_ROUNDS):
        left, right = _MULTIPLY[0] * a, _MULTIPLY[1] * c
        a, b, c, d = (
            (right >> _HALF) ^ b ^ np.uint64(first),
            right & _LOW,
            (left >> _HALF) ^ d ^ np.uint64(second),
            left & _LOW,
        )
        first, second = (first + _WEYL[0]) & 0xFFFFFFFF, (second + _WEYL[1]) & 0xFFFFFFFF
    return a, b, c, d


class Stream:
    """The draws under one seed (a whole number from 0 on)."""

    def __init__(self, seed: int) -> None:
        self._key = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF

    def uniform(self, owner: str, steps: range, imputations: int, count: int) -> Floats:
        """
        Numbers inside (0, 1) that belong to `owner` (a participant, a part of the model), by step and imputation.

        Shape: steps x imputations x count. More of any of them leaves the first ones as they are.
        """
        high, low = _words_of(owner)
        shape = (len(steps), imputations, count)
        step = np.arange(steps.start, steps.stop, dtype=np.uint64)[:, None, None]
        counter = (
            np.broadcast_to(np.arange(count, dtype=np.uint64), shape),
            np.broadcast_to(step * np.uint64(MOST) + np.arange(imputations, dtype=np.uint64)[None, :, None], shape),
            np.broadcast_to(np.uint64(high), shape),
            np.broadcast_to(np.uint64(low), shape),
        )
        a, b, _, _ = philox(counter, self._key)
        bits = (a << np.uint64(21)) | (b >> np.uint64(11))
        return np.asarray((bits.astype(np.float64) + 0.5) / 2.0**53, dtype=np.float64)


def _words_of(owner: str) -> tuple[int, int]:
    digest = hashlib.sha256(owner.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")
