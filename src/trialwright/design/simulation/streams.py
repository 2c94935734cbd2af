"""Random numbers by place: the same for a participant of a trial whatever else is drawn, in whatever order."""

import hashlib

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float32]
Codes = NDArray[np.uint16]
Truths = NDArray[np.bool_]

LEVELS = 65_536
PER_BLOCK = 16  # a counter of Philox gives 4 words of 64 bits: 16 numbers of 16 bits

# 65,536 equally likely values, each the middle of its share: an inverse distribution function that is one look-up.
# Nothing is drawn beyond 4.3 standard deviations, which is where a measure's floor and ceiling are anyway.
NORMAL: Floats = ndtri((np.arange(LEVELS) + 0.5) / LEVELS).astype(np.float32)
UNIFORM: Floats = ((np.arange(LEVELS) + 0.5) / LEVELS).astype(np.float32)


class Streams:
    """
    One counter-based stream a variable, keyed by seed, scenario and the variable's name.

    The counter is the participant's number in the scenario (trial x participants a trial + place in it), so that a
    result depends neither on how trials are cut into chunks, nor on who computes them, nor on what else is drawn.
    """

    def __init__(self, seed: int, scenario: str) -> None:
        self._prefix = f"{seed}/{scenario}/"

    def codes(self, variable: str, first: int, count: int) -> Codes:
        """16 random bits each for participants first ... first + count - 1."""
        digest = hashlib.sha256((self._prefix + variable).encode()).digest()
        key = np.frombuffer(digest[:16], dtype="<u8")
        block, skip = divmod(first, PER_BLOCK)
        blocks = -(-(skip + count) // PER_BLOCK)
        words = Philox(key=key, counter=[block, 0, 0, 0]).random_raw(4 * blocks)
        return np.asarray(words.astype("<u8", copy=False).view("<u2")[skip : skip + count])

    def normal(self, variable: str, first: int, count: int) -> Floats:
        """Standard normal deviates, one a participant."""
        return NORMAL.take(self.codes(variable, first, count), mode="wrap")

    def uniform(self, variable: str, first: int, count: int) -> Floats:
        """Uniform numbers strictly between 0 and 1."""
        return UNIFORM.take(self.codes(variable, first, count), mode="wrap")

    def happens(self, variable: str, share: float, first: int, count: int) -> Truths:
        """Whether something of this probability happens, to the nearest 65,536th."""
        return self.codes(variable, first, count) < np.uint32(round(share * LEVELS))
