"""Random numbers that depend on nothing but what they are for."""

import hashlib
from collections.abc import Mapping

from scipy.special import ndtri


class Draws:
    """
    Draws keyed by a seed and a path of names, so that adding a form or a participant shifts no other draw.

    `Draws(7).uniform("P003", "W12", "physician_global.vas")` is the same number whatever was drawn before.
    """

    def __init__(self, seed: int, *path: str) -> None:
        self._prefix = "/".join([str(seed), *path])
        self._seed = seed
        self._path = path

    def within(self, *path: str) -> "Draws":
        """The same seed, further down the path."""
        return Draws(self._seed, *self._path, *path)

    def uniform(self, *path: str) -> float:
        """Uniform on the open interval (0, 1)."""
        digest = hashlib.sha256("/".join([self._prefix, *path]).encode()).digest()
        return (int.from_bytes(digest[:7], "big") + 0.5) / 2**56

    def normal(self, *path: str) -> float:
        """Standard normal, by inverse distribution function."""
        return float(ndtri(self.uniform(*path)))

    def happens(self, probability: float, *path: str) -> bool:
        return self.uniform(*path) < probability

    def integer(self, low: int, high: int, *path: str) -> int:
        """Uniform on low, ..., high, both included."""
        return low + int(self.uniform(*path) * (high - low + 1))

    def choice(self, weights: Mapping[str, float], *path: str) -> str:
        """One key, with probability in proportion to its weight."""
        left = self.uniform(*path) * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return next(reversed(list(weights)))

    def order(self, names: list[str], *path: str) -> list[str]:
        """The names in a random order that does not change for those that stay when another is added."""
        return sorted(names, key=lambda name: self.uniform(*path, name))
