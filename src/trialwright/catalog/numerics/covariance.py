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
    """
    The matrix (visits x visits), its derivatives by each parameter, and two sums over those by each two.

    `curve(weight)`: parameters x parameters, second derivatives times a symmetric weight of visits x visits, summed.
    `gather(weight)`: visits x visits, the second derivatives times a symmetric weight of parameters x parameters,
    summed. Both are asked for instead of the derivatives, which free covariances have visits^6 / 4 of.
    """

    matrix: np.ndarray
    first: np.ndarray
    curve: Callable[[np.ndarray], np.ndarray]
    gather: Callable[[np.ndarray], np.ndarray]


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


def matrix(structure: str, theta: np.ndarray, visits: int) -> np.ndarray:
    """The covariance matrix alone, where no derivative is asked for."""
    if structure == "us" or visits == 1:
        lower = _lower(theta, visits)
        product: np.ndarray = lower @ lower.T
        return product
    deviations = visits if structure.endswith("h") else 1
    sizes = np.broadcast_to(np.exp(theta[:deviations]), visits)
    scaled: np.ndarray = np.outer(sizes, sizes) * _PLAIN[structure.removesuffix("h")](theta[deviations:], visits)
    return scaled


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


def _lower(theta: np.ndarray, visits: int) -> np.ndarray:
    """L = diag(exp(first)) (unit lower triangle of the others), row by row."""
    lower = np.eye(visits)
    lower[np.tril_indices(visits, -1)] = theta[visits:]
    scaled: np.ndarray = np.exp(theta[:visits])[:, None] * lower
    return scaled


def _unstructured(theta: np.ndarray, visits: int) -> Covariance:
    """
    L L'.

    L is linear in each parameter below the diagonal, and its row a is its own derivative by the logarithm of a's size:
    so the second derivatives of L are the row itself, or the one size that a parameter of that row is multiplied by.
    """
    lower, sizes = _lower(theta, visits), np.exp(theta[:visits])
    rows, columns = np.tril_indices(visits, -1)
    places, own = np.arange(visits, len(theta)), np.arange(visits)
    first = np.zeros((len(theta), visits, visits))
    first[own, own] = lower
    first[places, rows, columns] = sizes[rows]
    flat = first.reshape(len(theta), -1)
    product = first @ lower.T

    def curve(weight: np.ndarray) -> np.ndarray:
        crossed = flat @ (weight @ first).reshape(len(theta), -1).T
        pull = weight @ lower
        bent = np.zeros((len(theta), len(theta)))
        bent[own, own] = (lower * pull).sum(axis=1)
        bent[rows, places] = bent[places, rows] = sizes[rows] * pull[rows, columns]
        summed: np.ndarray = 2 * (crossed + bent)
        return summed

    def gather(weight: np.ndarray) -> np.ndarray:
        crossed = np.tensordot((weight @ flat).reshape(first.shape), first, axes=((0, 2), (0, 2)))
        bent = np.diag(weight)[:visits, None] * lower
        bent[rows, columns] += 2 * weight[rows, places] * sizes[rows]
        turned = bent @ lower.T
        summed: np.ndarray = 2 * crossed + turned + turned.T
        return summed

    return Covariance(lower @ lower.T, product + product.transpose(0, 2, 1), curve, gather)


def _scaled(correlation: _Correlation, logs: np.ndarray) -> Covariance:
    """Correlations times standard deviations, one for all visits or one for each."""
    visits, sizes = correlation.matrix.shape[0], np.exp(logs)
    outer = np.outer(np.broadcast_to(sizes, visits), np.broadcast_to(sizes, visits))
    scaled, inner, bent = outer * correlation.matrix, outer * correlation.first, outer * correlation.second
    # How often each deviation enters element (a, b): twice on its own diagonal, once in its row and column.
    if len(logs) == 1:
        times = np.full((1, visits, visits), 2.0)
    else:
        at = np.eye(visits)
        times = at[:, :, None] + at[:, None, :]
    first = np.concatenate([times * scaled, inner])
    top = np.concatenate([times[:, None] * times[None] * scaled, times[:, None] * inner[None]], axis=1)
    bottom = np.concatenate([inner[:, None] * times[None], bent], axis=1)
    second = np.concatenate([top, bottom])
    return Covariance(
        scaled, first, lambda weight: np.tensordot(second, weight, 2), lambda weight: np.tensordot(weight, second, 2)
    )


def _bounded(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A correlation between -1 and 1 from a free number, theta / sqrt(1 + theta^2), and its two derivatives."""
    size = 1 + theta**2
    return theta / np.sqrt(size), size**-1.5, -3 * theta * size**-2.5


def _lags(visits: int) -> np.ndarray:
    places = np.arange(visits)
    lags: np.ndarray = np.abs(places[:, None] - places[None, :])
    return lags


def _plain_toeplitz(theta: np.ndarray, visits: int) -> np.ndarray:
    equal: np.ndarray = np.append(1.0, _bounded(theta)[0])[_lags(visits)]
    return equal


def _toeplitz(theta: np.ndarray, visits: int) -> _Correlation:
    _, slope, bend = _bounded(theta)
    at = np.stack([(_lags(visits) == lag).astype(float) for lag in range(1, visits)])
    second = np.zeros((len(theta), len(theta), visits, visits))
    for lag in range(len(theta)):
        second[lag, lag] = at[lag] * bend[lag]
    return _Correlation(_plain_toeplitz(theta, visits), at * slope[:, None, None], second)


def _plain_autoregressive(theta: np.ndarray, visits: int) -> np.ndarray:
    power: np.ndarray = _bounded(theta)[0][0] ** _lags(visits).astype(float)
    return power


def _autoregressive(theta: np.ndarray, visits: int) -> _Correlation:
    (rho,), (slope,), (bend,) = _bounded(theta)
    lags = _lags(visits).astype(float)
    # d/d rho of rho^lag; lags 0 and 1 apart, so that rho = 0 divides nothing
    by_rho = np.where(lags > 0, lags * rho ** np.maximum(lags - 1, 0), 0.0)
    twice = np.where(lags > 1, lags * (lags - 1) * rho ** np.maximum(lags - 2, 0), 0.0)
    return _Correlation(
        _plain_autoregressive(theta, visits), (by_rho * slope)[None], (twice * slope**2 + by_rho * bend)[None, None]
    )


def _plain_symmetric(theta: np.ndarray, visits: int) -> np.ndarray:
    floor, share = 1 / (visits - 1), 1 / (1 + np.exp(-theta[0]))
    equal: np.ndarray = np.where(np.eye(visits, dtype=bool), 1.0, share * (1 + floor) - floor)
    return equal


def _symmetric(theta: np.ndarray, visits: int) -> _Correlation:
    """One correlation above -1/(visits - 1), where the matrix would stop being one of covariances."""
    floor = 1 / (visits - 1)
    share = 1 / (1 + np.exp(-theta[0]))
    slope = (1 + floor) * share * (1 - share)
    off = 1 - np.eye(visits)
    return _Correlation(
        _plain_symmetric(theta, visits), (off * slope)[None], (off * slope * (1 - 2 * share))[None, None]
    )


_CORRELATIONS: dict[str, Callable[[np.ndarray, int], _Correlation]] = {
    "toep": _toeplitz,
    "ar1": _autoregressive,
    "cs": _symmetric,
}
_PLAIN: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "toep": _plain_toeplitz,
    "ar1": _plain_autoregressive,
    "cs": _plain_symmetric,
}
"""The correlations alone: a search along a line asks for them twenty times as often as for their derivatives."""
