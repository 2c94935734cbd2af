"""Repeated measures by restricted maximum likelihood: exact gradient and curvature, participants grouped by pattern."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trialwright.catalog.numerics.covariance import covariance, matrix, start

MOST_STEPS = 100
SMALL_STEP = 1e-14  # the Newton decrement, twice the log-likelihood still to be gained
LONGEST_STEP = 2.0  # of a logarithm or a free correlation; further, the quadratic says nothing
FLAT = 1e-10  # smallest curvature over largest, below which a parameter is not determined
FAR = 50.0  # a logarithm of a standard deviation beyond which nothing was measured


class Pattern(NamedTuple):
    """Participants seen at the same visits: how many, which visits, and the sums of products of their rows."""

    size: int
    visits: np.ndarray
    products: np.ndarray  # (visit, visit, column, column); the response is the last column


class Model(NamedTuple):
    """A covariance structure over so many visits, and the data."""

    structure: str
    groups: Sequence[Pattern]
    visits: int


class Fit(NamedTuple):
    """What a model says of the data, at the parameters where it stopped."""

    structure: str
    converged: bool
    why: str  # empty where converged
    loglik: float
    beta: np.ndarray
    beta_covariance: np.ndarray
    theta_covariance: np.ndarray  # inverse of the observed information
    slopes: np.ndarray  # X' V^-1 V_i V^-1 X for each covariance parameter
    spread: np.ndarray  # sum over i, j of theta_covariance[i, j] X' V^-1 V_i V^-1 V_j V^-1 X
    bend: np.ndarray  # the same of X' V^-1 V_ij V^-1 X
    sigma: np.ndarray


class _State(NamedTuple):
    value: float  # minus the restricted log-likelihood, without its constant
    gradient: np.ndarray
    hessian: np.ndarray
    beta: np.ndarray
    phi: np.ndarray
    slopes: np.ndarray


def patterns(x: np.ndarray, y: np.ndarray, participants: Sequence[int], visits: Sequence[int]) -> list[Pattern]:
    """The rows of a long table grouped: everything later costs as much as there are patterns, not participants."""
    rows: dict[int, list[tuple[int, int]]] = {}
    for row, (participant, visit) in enumerate(zip(participants, visits, strict=True)):
        rows.setdefault(participant, []).append((visit, row))
    grouped: dict[tuple[int, ...], list[list[int]]] = {}
    for seen in rows.values():
        seen.sort()
        grouped.setdefault(tuple(v for v, _ in seen), []).append([row for _, row in seen])
    z = np.column_stack([x, y])
    found = []
    for at, members in sorted(grouped.items()):
        block = z[np.array(members)]
        products = np.einsum("nap,nbq->abpq", block, block, optimize=True)
        # Laid out as it is read: else every later sum over visits copies it first.
        found.append(Pattern(len(members), np.array(at), np.ascontiguousarray(products)))
    return found


def fit(model: Model, begin: tuple[np.ndarray, float]) -> Fit:
    """
    The restricted maximum by Newton's method, damped where the likelihood is not yet a bowl.

    Shape:   `begin` holds the standard deviation of each visit and one correlation.
    Source:  derivatives of the restricted likelihood in closed form (Harville 1977); nothing is differenced.
    """
    theta = start(model.structure, *begin)
    why = f"not at a maximum after {MOST_STEPS} steps"
    state = _state(model, theta)
    for _ in range(MOST_STEPS):
        if state is None or np.abs(theta[: model.visits]).max() > FAR or not np.isfinite(theta).all():
            why = "a standard deviation runs off to nought or beyond all bounds"
            break
        step = _step(state)
        if float(-state.gradient @ step) < SMALL_STEP:
            curvature = np.linalg.eigvalsh(state.hessian)
            flat = curvature[0] <= FLAT * curvature[-1]
            why = "the likelihood is flat: some covariance parameter cannot be estimated" if flat else ""
            break
        moved = _search(model, theta, step, state.value)
        if moved is None:
            why = "no step improves the likelihood"
            break
        theta = moved
        state = _state(model, theta)
    return _finished(model, theta, why)


def _step(state: _State) -> np.ndarray:
    values, vectors = np.linalg.eigh(state.hessian)
    # Downhill also where the curvature is negative; nowhere faster than the flattest curvature worth trusting.
    floored = np.maximum(np.abs(values), 1e-6 * max(float(np.abs(values).max()), 1e-300))
    step: np.ndarray = -(vectors / floored) @ (vectors.T @ state.gradient)
    longest = float(np.abs(step).max())
    return step if longest <= LONGEST_STEP else step * (LONGEST_STEP / longest)


def _search(model: Model, theta: np.ndarray, step: np.ndarray, value: float) -> np.ndarray | None:
    """The parameters after as much of the step as does not make the likelihood worse."""
    share = 1.0
    for _ in range(40):
        there: np.ndarray = theta + share * step
        with np.errstate(over="ignore", invalid="ignore"):
            sigma = matrix(model.structure, there, model.visits)
        solved = _solve(sigma, model.groups) if np.isfinite(sigma).all() else None
        if solved is not None and solved[0] <= value + 1e-12 * abs(value):
            return there
        share /= 2
    return None


def _solve(
    sigma: np.ndarray, groups: Sequence[Pattern]
) -> tuple[float, np.ndarray, np.ndarray, list[np.ndarray]] | None:
    """Minus the restricted log-likelihood, the coefficients, their covariance, and the inverse of each pattern."""
    width = groups[0].products.shape[-1]
    whole, logs, inverses = np.zeros((width, width)), 0.0, []
    for group in groups:
        part = sigma[np.ix_(group.visits, group.visits)]
        try:
            lower = np.linalg.cholesky(part)
        except np.linalg.LinAlgError:
            return None
        root = np.linalg.inv(lower)
        inverse = root.T @ root
        if not np.isfinite(inverse).all():
            return None
        inverses.append(inverse)
        logs += 2 * group.size * float(np.log(np.diag(lower)).sum())
        whole += np.tensordot(inverse, group.products, 2)
    try:
        root = np.linalg.inv(np.linalg.cholesky(whole[:-1, :-1]))
    except np.linalg.LinAlgError:
        return None
    phi = root.T @ root
    beta = phi @ whole[:-1, -1]
    rest = float(whole[-1, -1] - beta @ whole[:-1, -1])
    return (logs - 2 * float(np.log(np.diag(root)).sum()) + rest) / 2, beta, phi, inverses


def _state(model: Model, theta: np.ndarray) -> _State | None:
    shape = covariance(model.structure, theta, model.visits)
    solved = _solve(shape.matrix, model.groups)
    if solved is None:
        return None
    value, beta, phi, inverses = solved
    residual = np.append(-beta, 1.0)
    count, width = len(theta), len(beta)
    curved, weights = np.zeros((count, count)), np.zeros_like(shape.matrix)
    slopes, pulls = np.zeros((count, width, width)), np.zeros((count, width))
    for group, inverse in zip(model.groups, inverses, strict=True):
        rows, k = group.visits[:, None], len(group.visits)
        first = shape.first[:, rows, group.visits]
        fitted = np.tensordot(group.products[:, :, :-1, :-1], phi, 2)
        toward = group.products @ residual  # (visit, visit, column)
        errors = toward @ residual
        weights[rows, group.visits] += group.size * inverse - inverse @ (fitted + errors) @ inverse
        turned = inverse @ first  # A V_i
        right = turned @ (group.size * np.eye(k) - 2 * inverse @ (fitted + errors))
        curved -= turned.reshape(count, -1) @ right.transpose(0, 2, 1).reshape(count, -1).T
        both = (turned @ inverse).reshape(count, -1)  # A V_i A
        slopes += (both @ group.products[:, :, :-1, :-1].reshape(k * k, -1)).reshape(count, width, width)
        pulls += both @ toward[:, :, :-1].reshape(k * k, -1)
    gradient = np.tensordot(shape.first, weights, 2)
    curved += shape.curve((weights + weights.T) / 2)
    through = slopes @ phi
    curved -= np.einsum("iab,jba->ij", through, through, optimize=True) + 2 * pulls @ phi @ pulls.T
    return _State(value, gradient / 2, (curved + curved.T) / 4, beta, phi, slopes)


def _finished(model: Model, theta: np.ndarray, why: str) -> Fit:
    state, shape = _state(model, theta), covariance(model.structure, theta, model.visits)
    solved = _solve(shape.matrix, model.groups)
    if state is None or solved is None:
        none = np.zeros(0)
        return Fit(model.structure, False, why, 0.0, none, none, none, none, none, none, shape.matrix)
    observations = sum(group.size * len(group.visits) for group in model.groups)
    constant = (observations - len(state.beta)) * np.log(2 * np.pi) / 2
    info = np.linalg.pinv(state.hessian)
    spread, bend, gathered = np.zeros_like(state.phi), np.zeros_like(state.phi), shape.gather(info)
    for group, inverse in zip(model.groups, solved[3], strict=True):
        rows = group.visits[:, None]
        first = shape.first[:, rows, group.visits]
        turned = inverse @ first
        middle = np.einsum("ij,iab,jbc->ac", info, turned, turned, optimize=True) @ inverse
        outer = inverse @ gathered[rows, group.visits] @ inverse
        spread += np.tensordot(middle, group.products[:, :, :-1, :-1], 2)
        bend += np.tensordot(outer, group.products[:, :, :-1, :-1], 2)
    return Fit(
        model.structure, not why, why, -state.value - float(constant), state.beta, state.phi, info, state.slopes,
        spread, bend, shape.matrix,
    )  # fmt: skip


def satterthwaite(fitted: Fit, contrast: np.ndarray) -> float:
    """2 v^2 / (g' W g): v the variance of the contrast, g its slopes, W the covariance of the parameters."""
    side = fitted.beta_covariance @ contrast
    variance = float(contrast @ side)
    slope = np.einsum("a,iab,b->i", side, fitted.slopes, side)
    return 2 * variance**2 / float(slope @ fitted.theta_covariance @ slope)


def kenward_roger(fitted: Fit, linear: bool) -> np.ndarray:
    """
    The covariance of the coefficients, enlarged for having estimated the other covariance.

    Source: Kenward and Roger 1997. `linear` leaves out the second derivatives, as SAS does for an unstructured matrix.
    """
    phi = fitted.beta_covariance
    squared = np.einsum("ij,iab,bc,jcd->ad", fitted.theta_covariance, fitted.slopes, phi, fitted.slopes, optimize=True)
    inner = fitted.spread - squared - (0 if linear else fitted.bend / 4)
    adjusted: np.ndarray = phi + 2 * phi @ inner @ phi
    symmetric: np.ndarray = (adjusted + adjusted.T) / 2
    return symmetric
