"""Muscle enzymes: multiples of the upper limit of normal, and the pair of the enzyme most abnormal at entry."""

from fractions import Fraction

from trialwright.catalog.instruments.answers import number
from trialwright.model.entry import Answers, Pair, Scored
from trialwright.model.quantity import Missing

U_PER_L = {"µkat/L": Fraction(60)}  # 1 µkat = 1 µmol/s = 60 µmol/min = 60 U

ORDERS = {
    "ck_aldolase_ldh_ast_alt": ("ck", "aldolase", "ldh", "ast", "alt"),
    "ck_ldh_ast_alt_aldolase": ("ck", "ldh", "ast", "alt", "aldolase"),
}

# Length of an enzyme's scale in the 2016 criteria, in multiples of its ULN; sources and doubts stand in entry.yaml.
SCALE_ULN = {"ck": 15, "aldolase": 6, "ldh": 3, "ast": 3, "alt": 3}


def score(answers: Answers, options: dict[str, str]) -> dict[str, Scored]:
    """
    `most_abnormal_multiple`: the largest multiple of its own ULN among the enzymes measured.

    Missing: as `_most_abnormal`.
    """
    enzyme = _most_abnormal(answers, options)
    if isinstance(enzyme, Missing):
        return {"most_abnormal_multiple": enzyme}
    return {"most_abnormal_multiple": _multiple(answers, enzyme)}


def pair(baseline: Answers, now: Answers, options: dict[str, str]) -> Pair:
    """
    The enzyme most abnormal at entry, at both visits, in U/L: the same enzyme is followed to the end.

    Shape:   `chosen` names it; `range` is its scale in U/L, a multiple of the ULN at entry.
    Missing: at baseline as `_most_abnormal`; now, the reason why that very enzyme is missing.
    Source:  ACR 2020 abstract 1058; entry.yaml.
    """
    enzyme = _most_abnormal(baseline, options)
    if isinstance(enzyme, Missing):
        return Pair(enzyme, Missing("unknown"))
    uln = number(baseline, f"{enzyme}_uln", U_PER_L)
    length = uln * SCALE_ULN[enzyme] if isinstance(uln, Fraction) else uln
    return Pair(number(baseline, enzyme, U_PER_L), number(now, enzyme, U_PER_L), enzyme, length)


def _most_abnormal(answers: Answers, options: dict[str, str]) -> str | Missing:
    """
    Largest multiple of the ULN; of equals the first in the declared order.

    Missing: no enzyme has both a value and its ULN: the reason of the first one. Under `missing_uln: undetermined`
             also where any measured enzyme has no ULN, for it might have been the largest.
    """
    order = ORDERS[options["ties"]]
    multiples = {enzyme: _multiple(answers, enzyme) for enzyme in order}
    known = {enzyme: m for enzyme, m in multiples.items() if isinstance(m, Fraction)}
    measured = [enzyme for enzyme in order if isinstance(number(answers, enzyme, U_PER_L), Fraction)]
    if options["missing_uln"] == "undetermined" and set(measured) - set(known):
        return Missing("unknown")
    if not known:
        return next(m for m in multiples.values() if isinstance(m, Missing))
    # max keeps the first of equals, and the order is the declared one.
    return max(known, key=lambda enzyme: known[enzyme])


def _multiple(answers: Answers, enzyme: str) -> Scored:
    found, uln = number(answers, enzyme, U_PER_L), number(answers, f"{enzyme}_uln", U_PER_L)
    if isinstance(found, Missing):
        return found
    if isinstance(uln, Missing):
        return uln
    return found / uln if uln > 0 else Missing("unknown")
