"""Covariance of repeated visits: each structure as a function of free parameters, with its first two derivatives."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

STRUCTURES = ("us", "toep", "toeph", "ar1", "ar1h", "cs", "csh")
NAMES = {
    "us": "unstructured",
    "toep": "Toeplitz",
    "toeph": "heterogeneous Toeplitz",
    "ar1": "first-order autoregressive",
    "ar1h": "heterogeneous first-order autoregressive",
    "cs": "compound symmetry",
    "csh": "heterogeneous compound symmetry",
}


class Covariance(NamedTuple):
    """The matrix (visits x visits), its derivatives by each parameter, and by each two."""

    matrix: np.ndarray
    first: np.ndarray
    second: np.ndarray


class _Correlation(NamedTuple):
    matrix: np.ndarray
    first: np.ndarray
    second: np.ndarray


def covariance(structure: str, theta: np.ndarray, visits: int) -> Covariance:
    """
    The covariance matrix at `theta`.

    Source: the free parameters are those of R's mmrm (log standard deviations, then unbounded correlations), because
            Kenward-Roger's second-order term, unlike everything else here, depends on the choice.
    """
    if structure == "us" or visits == 1:
        return _unstructured(theta, visits)
    deviations = visits if structure.endswith("h") else 1
    return _scaled(_CORRELATIONS[structure.removesuffix("h")](theta[deviations:], visits), theta[:deviations])


def start(structure: str, deviations: np.ndarray, correlation: float) -> np.ndarray:
    """Parameters to begin from: the deviation of each visit, and one correlation between all of them."""
    visits = len(deviations)
    if structure == "us" or visits == 1:
        lower = np.linalg.cholesky(np.eye(visits) * (1 - correlation) + correlation)
        lower = lower * deviations[:, None]
        inside = [lower[a, b] / lower[a, a] for a in range(visits) for b in range(a)]
        return np.concatenate([np.log(np.diag(lower)), inside])
    logs = np.log(deviations)
    sizes = logs if structure.endswith("h") else np.array([np.log(np.mean(deviations**2)) / 2])
    kind = structure.removesuffix("h")
    if kind == "cs":
        share = (correlation + 1 / (visits - 1)) / (1 + 1 / (visits - 1))
        return np.append(sizes, np.log(share / (1 - share)))
    free = correlation / np.sqrt(1 - correlation**2)
    return np.concatenate([sizes, np.full(visits - 1 if kind == "toep" else 1, free)])


def _unstructured(theta: np.ndarray, visits: int) -> Covariance:
    """L L' with L = diag(exp(first)) (unit lower triangle of the others)."""
    count = len(theta)
    sizes = np.exp(theta[:visits])
    lower, first, second = np.diag(sizes), np.zeros((count, visits, visits)), np.zeros((count, count, visits, visits))
    place = visits
    for a in range(visits):
        for b in range(a):
            lower[a, b] = sizes[a] * theta[place]
            first[place, a, b] = sizes[a]
            second[a, place, a, b] = second[place, a, a, b] = sizes[a]
            place += 1
    for a in range(visits):
        first[a, a] = second[a, a, a] = lower[a]
    product = first @ lower.T
    crossed = np.einsum("iab,jcb->ijac", first, first)
    bent = second @ lower.T
    return Covariance(
        lower @ lower.T,
        product + product.transpose(0, 2, 1),
        bent + bent.transpose(0, 1, 3, 2) + crossed + crossed.transpose(1, 0, 2, 3),
    )


def _scaled(correlation: _Correlation, logs: np.ndarray) -> Covariance:
    """Correlations times standard deviations, one for all visits or one for each."""
    visits, sizes = correlation.matrix.shape[0], np.exp(logs)
    outer = np.outer(np.broadcast_to(sizes, visits), np.broadcast_to(sizes, visits))
    matrix, inner, bent = outer * correlation.matrix, outer * correlation.first, outer * correlation.second
    # How often each deviation enters element (a, b): twice on its own diagonal, once in its row and column.
    if len(logs) == 1:
        times = np.full((1, visits, visits), 2.0)
    else:
        at = np.eye(visits)
        times = at[:, :, None] + at[:, None, :]
    first = np.concatenate([times * matrix, inner])
    top = np.concatenate([times[:, None] * times[None] * matrix, times[:, None] * inner[None]], axis=1)
    bottom = np.concatenate([inner[:, None] * times[None], bent], axis=1)
    return Covariance(matrix, first, np.concatenate([top, bottom]))


def _bounded(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A correlation between -1 and 1 from a free number, theta / sqrt(1 + theta^2), and its two derivatives."""
    size = 1 + theta**2
    return theta / np.sqrt(size), size**-1.5, -3 * theta * size**-2.5


def _lags(visits: int) -> np.ndarray:
    places = np.arange(visits)
    lags: np.ndarray = np.abs(places[:, None] - places[None, :])
    return lags


def _toeplitz(theta: np.ndarray, visits: int) -> _Correlation:
    rho, slope, bend = _bounded(theta)
    at = np.stack([(_lags(visits) == lag).astype(float) for lag in range(1, visits)])
    second = np.zeros((len(theta), len(theta), visits, visits))
    for lag in range(len(theta)):
        second[lag, lag] = at[lag] * bend[lag]
    return _Correlation(np.eye(visits) + np.tensordot(rho, at, 1), at * slope[:, None, None], second)


def _autoregressive(theta: np.ndarray, visits: int) -> _Correlation:
    (rho,), (slope,), (bend,) = _bounded(theta)
    lags = _lags(visits).astype(float)
    power = rho**lags
    # d/d rho of rho^lag; lags 0 and 1 apart, so that rho = 0 divides nothing
    by_rho = np.where(lags > 0, lags * rho ** np.maximum(lags - 1, 0), 0.0)
    twice = np.where(lags > 1, lags * (lags - 1) * rho ** np.maximum(lags - 2, 0), 0.0)
    return _Correlation(power, (by_rho * slope)[None], (twice * slope**2 + by_rho * bend)[None, None])


def _symmetric(theta: np.ndarray, visits: int) -> _Correlation:
    """One correlation above -1/(visits - 1), where the matrix would stop being one of covariances."""
    floor = 1 / (visits - 1)
    share = 1 / (1 + np.exp(-theta[0]))
    slope = (1 + floor) * share * (1 - share)
    off = 1 - np.eye(visits)
    matrix = np.eye(visits) + off * (share * (1 + floor) - floor)
    return _Correlation(matrix, (off * slope)[None], (off * slope * (1 - 2 * share))[None, None])


_CORRELATIONS: dict[str, Callable[[np.ndarray, int], _Correlation]] = {
    "toep": _toeplitz,
    "ar1": _autoregressive,
    "cs": _symmetric,
}
