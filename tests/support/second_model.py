"""
A second reading of the repeated-measures model: unstructured covariance, REML, Kenward and Roger's adjustment.

Nothing of the package is used. The maximum is found by Fisher scoring on the covariances themselves, in one dense
matrix over all participants; Kenward and Roger 1997 (doi 10.2307/2533558) for the standard error, whose degrees of
freedom for one contrast are 2 (c'Cc)^2 / (g'Wg), worked out from their formulas with l = 1; W is the inverse of the
observed information, as in R's mmrm, where the paper has the expected one.
"""

import itertools

import numpy as np
from scipy import stats

STEPS, SMALL, ROUNDING = 500, 1e-10, 1e-9


def repeated_measures(rows):
    """
    rows: (participant, visit, baseline, change). Returns {visit: (n, estimate, se, df, lower, upper)}.

    Mean change at each visit at the mean baseline of all rows; None where scoring does not settle.
    """
    visits = list(dict.fromkeys(sorted(v for _, v, _, _ in rows)))
    people = [who for who, _, _, _ in rows]
    at = [visits.index(v) for _, v, _, _ in rows]
    y = np.array([float(change) for *_, change in rows])
    base = np.array([float(b) for _, _, b, _ in rows])
    x = np.column_stack([*(np.array([a == k for a in at], dtype=float) for k in range(len(visits))), base])
    same = np.array([[p == q for q in people] for p in people])
    pairs = list(itertools.combinations_with_replacement(range(len(visits)), 2))
    parts = [
        same * np.array([[float({a, b} == {j, k}) for b in at] for a in at]) for j, k in pairs
    ]  # fmt: skip
    theta = np.array([np.var(y) if j == k else 0.0 for j, k in pairs])
    fitted = _scoring(x, y, parts, theta)
    if fitted is None:
        return None
    theta, information = fitted
    inverse = np.linalg.inv(_covariance(parts, theta))
    beta, cov, adjusted, slopes = _adjusted(x, y, parts, inverse, np.linalg.inv(information))
    told = {}
    for k, visit in enumerate(visits):
        c = np.zeros(x.shape[1])
        c[k], c[-1] = 1.0, base.mean()
        g = np.array([c @ slope @ c for slope in slopes])
        df = 2 * (c @ cov @ c) ** 2 / (g @ np.linalg.inv(information) @ g)
        estimate, se = c @ beta, np.sqrt(c @ adjusted @ c)
        half = stats.t.ppf(0.975, df) * se
        told[visit] = (at.count(k), estimate, se, df, estimate - half, estimate + half)
    return told


def _covariance(parts, theta):
    return sum(t * part for t, part in zip(theta, parts, strict=True))


def _projection(x, inverse):
    return inverse - inverse @ x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)


def _deviance(x, y, parts, theta):
    """-2 log REML but for a constant; infinite where the matrix is no covariance."""
    v = _covariance(parts, theta)
    if np.linalg.eigvalsh(v)[0] <= 0:
        return np.inf
    inverse = np.linalg.inv(v)
    return np.linalg.slogdet(v)[1] + np.linalg.slogdet(x.T @ inverse @ x)[1] + y @ _projection(x, inverse) @ y


def _scoring(x, y, parts, theta):
    """Where the likelihood is highest, and the observed information there."""
    now = _deviance(x, y, parts, theta)
    for _ in range(STEPS):
        p = _projection(x, np.linalg.inv(_covariance(parts, theta)))
        moved = [p @ part for part in parts]
        score = np.array([-np.trace(m) + y @ m @ p @ y for m in moved]) / 2
        expected = np.array([[np.sum(a * b.T) for b in moved] for a in moved]) / 2
        step, share = np.linalg.lstsq(expected, score, rcond=None)[0], 1.0
        if np.max(abs(step)) <= SMALL * np.max(abs(theta)):
            observed = np.array([[y @ a @ b @ p @ y for b in moved] for a in moved]) - expected
            return theta, (observed + observed.T) / 2
        while (then := _deviance(x, y, parts, theta + share * step)) > now + ROUNDING and share > ROUNDING:
            share /= 2
        theta, now = theta + share * step, then
    return None


def _adjusted(x, y, parts, inverse, w):
    """Coefficients, their covariance plain and adjusted, and d covariance / d theta."""
    cov = np.linalg.inv(x.T @ inverse @ x)
    side = [inverse @ part @ inverse for part in parts]
    p = [x.T @ s @ x for s in side]
    inner = sum(
        w[i, j] * (x.T @ side[i] @ parts[j] @ inverse @ x - p[i] @ cov @ p[j])
        for i in range(len(parts))
        for j in range(len(parts))
    )
    return cov @ x.T @ inverse @ y, cov, cov + 2 * cov @ inner @ cov, [cov @ each @ cov for each in p]
