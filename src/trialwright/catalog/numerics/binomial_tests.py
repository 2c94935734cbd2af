"""Exact p values of a binomial count, in whole numbers: nothing is rounded before the decision."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate


def terms(n: int, p: Fraction) -> list[int]:
    """P(X = k) for k = 0 ... n, each as a whole number over (denominator of p) to the power n."""
    with_response, without = p.numerator, p.denominator - p.numerator
    term, found = with_response**n, []
    for k in range(n, -1, -1):
        found.append(term)
        # P(k - 1) / P(k) = k / (n - k + 1) x (1 - p) / p: exact, so the division leaves nothing.
        term = term * k * without // ((n - k + 1) * with_response)
    return found[::-1]


def p_values(terms: Sequence[int], alternative: str) -> list[int]:
    """
    The p value of every outcome, over *twice* the whole, so that halves stay whole numbers.

    Source: greater and less are tails; central is twice the smaller tail, at most 1 (Clopper-Pearson's test); minlike
            sums the outcomes no more likely than the observed (Sterne; R's binom.test); blaker those whose smaller
            tail is no larger than the observed one (Blaker 2000); greater_midp counts the observed outcome half.
    """
    whole = sum(terms)
    lower = list(accumulate(terms))
    upper = [whole - below + term for below, term in zip(lower, terms, strict=True)]
    match alternative:
        case "greater":
            return [2 * tail for tail in upper]
        case "less":
            return [2 * tail for tail in lower]
        case "greater_midp":
            return [2 * tail - term for tail, term in zip(upper, terms, strict=True)]
    smaller = [min(tails) for tails in zip(lower, upper, strict=True)]
    if alternative == "two_sided_central":
        return [min(2 * whole, 4 * tail) for tail in smaller]
    order = terms if alternative == "two_sided_minlike" else smaller
    return [2 * below for below in _no_higher(terms, order)]


def _no_higher(terms: Sequence[int], order: Sequence[int]) -> list[int]:
    """For each outcome the sum of all terms whose `order` is no higher than its own."""
    found = [0] * len(terms)
    ranked = sorted(range(len(terms)), key=order.__getitem__)
    total = first = 0
    for place, k in enumerate(ranked):
        total += terms[k]
        if place + 1 == len(ranked) or order[ranked[place + 1]] != order[k]:
            for tied in ranked[first : place + 1]:
                found[tied] = total
            first = place + 1
    return found
