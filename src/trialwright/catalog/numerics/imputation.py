"""Missing values of a multivariate normal table filled in many times: data augmentation, one chain an imputation."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from trialwright.catalog.numerics.streams import Stream

Floats = NDArray[np.float64]

TOGETHER = 25  # steps whose draws are made at once: fast, and of a bounded size in memory


class Pattern(NamedTuple):
    """Participants who lack the same columns."""

    rows: tuple[int, ...]
    seen: tuple[int, ...]
    lost: tuple[int, ...]


def patterns_of(missing: NDArray[np.bool_]) -> list[Pattern]:
    """The patterns with something missing, in the order of their first participant."""
    found: dict[tuple[int, ...], list[int]] = {}
    for row in range(missing.shape[0]):
        lost = tuple(int(c) for c in np.flatnonzero(missing[row]))
        if lost:
            found.setdefault(lost, []).append(row)
    width = range(missing.shape[1])
    return [Pattern(tuple(rows), tuple(c for c in width if c not in lost), lost) for lost, rows in found.items()]


def impute(table: Floats, names: Sequence[str], *, seed: int, imputations: int, steps: int) -> Floats:
    """
    `imputations` complete copies of a table whose missing values are NaN.

    Shape:   imputations x participants x columns; `names` are the participants, one a row.
    Missing: every column has a value somewhere, and there are more participants than columns + 1; the caller checks.
    Source:  Schafer 1997, 5.4: covariance drawn from its inverse Wishart (Bartlett's decomposition), mean given it,
             missing values given both; the prior is |Sigma| ** -((p + 1) / 2).
    """
    missing = np.isnan(table)
    centre, spread = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (table - centre) / spread
    filled = np.repeat(np.where(missing, 0.0, scaled)[None, :, :], imputations, axis=0)
    patterns, stream = patterns_of(missing), Stream(seed)
    for start in range(0, steps if patterns else 0, TOGETHER):
        drawn = _drawn(stream, range(start, min(start + TOGETHER, steps)), filled.shape, patterns, names)
        for at in range(len(drawn.chi)):
            mean, covariance = _parameters(filled, drawn.chi[at], drawn.normal[at])
            for pattern in patterns:
                _fill(filled, pattern, (mean, covariance), [drawn.own[row][at] for row in pattern.rows])
    # Observed values come back as they were, to the last digit.
    return np.where(missing[None, :, :], filled * spread + centre, table[None, :, :])


class _Drawn(NamedTuple):
    """The draws of some steps: of the model (chi-squares as uniforms, normals), and of each participant (normals)."""

    chi: Floats
    normal: Floats
    own: dict[int, Floats]


def _drawn(
    stream: Stream, steps: range, shape: tuple[int, ...], patterns: Sequence[Pattern], names: Sequence[str]
) -> _Drawn:
    chains, _, p = shape
    return _Drawn(
        chi=stream.uniform("model:chi", steps, chains, p),
        normal=ndtri(stream.uniform("model:normal", steps, chains, p * (p - 1) // 2 + p)),
        # A participant's draws are their own: whoever else takes part does not move them.
        own={
            row: ndtri(stream.uniform(f"participant:{names[row]}", steps, chains, len(pattern.lost)))
            for pattern in patterns
            for row in pattern.rows
        },
    )


def _parameters(filled: Floats, chi: Floats, normals: Floats) -> tuple[Floats, Floats]:
    """One draw of mean and covariance for every chain, given its completed table."""
    chains, n, p = filled.shape
    mean = filled.mean(axis=1)
    apart = filled - mean[:, None, :]
    # A pinch on the diagonal keeps columns that are sums of others from stopping the decomposition.
    sums = np.einsum("mij,mik->mjk", apart, apart) + np.eye(p) * (1e-9 * n)
    root = np.linalg.cholesky(sums)
    below = np.zeros((chains, p, p))
    for j in range(p):
        below[:, j, j] = np.sqrt(2 * gammaincinv((n - 1 - j) / 2, chi[:, j]))
    at = 0
    for j in range(p):
        for k in range(j):
            below[:, j, k] = normals[:, at]
            at += 1
    # Sigma = C (A A')^-1 C' with C C' the sums and A A' a standard Wishart: its root is C A'^-1.
    half = np.swapaxes(np.linalg.solve(below, np.swapaxes(root, 1, 2)), 1, 2)
    covariance = half @ np.swapaxes(half, 1, 2)
    drawn = mean + np.einsum("mij,mj->mi", half, normals[:, at:]) / np.sqrt(n)
    return drawn, covariance


def _fill(filled: Floats, pattern: Pattern, model: tuple[Floats, Floats], normals: Sequence[Floats]) -> None:
    """New values for the missing cells of one pattern, given what its participants do have."""
    mean, covariance = model
    chains = filled.shape[0]
    seen, lost, rows = list(pattern.seen), list(pattern.lost), list(pattern.rows)
    inner = covariance[:, lost][:, :, lost]
    expected = np.broadcast_to(mean[:, None, lost], (chains, len(rows), len(lost)))
    if seen:
        across = covariance[:, lost][:, :, seen]
        weights = np.swapaxes(
            np.linalg.solve(covariance[:, seen][:, :, seen], np.swapaxes(across, 1, 2)), 1, 2
        )  # fmt: skip
        inner = inner - weights @ np.swapaxes(across, 1, 2)
        apart = filled[:, rows][:, :, seen] - mean[:, None, seen]
        expected = expected + np.einsum("mij,mrj->mri", weights, apart)
    root = np.linalg.cholesky(inner + np.eye(len(lost)) * 1e-12)
    for place, row in enumerate(rows):
        filled[:, row, lost] = expected[:, place] + np.einsum("mij,mj->mi", root, normals[place])
