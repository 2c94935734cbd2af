"""The two response criteria once more, from their sentences in plain fractions; no code is shared with the catalog."""

from fractions import Fraction
from itertools import product

SIX = ("phga", "ptga", "mmt", "haq", "enz", "exm")


def doi(pairs, *, improved_by, improved_strict, worse_by, worse_strict, mmt, zero_worse, enough=3, allowed=2):
    """
    Y, N or U, and the counts. `pairs`: measure -> (baseline, follow-up), either None where missing.

    Missing measures are really tried out: improved, unchanged and worse, all combinations.
    """
    states = {}
    for m, (b, f) in pairs.items():
        if b is None or f is None:
            states[m] = ("better", "same", "worse")
            continue
        change = (f - b) if m in ("mmt", "qol") else (b - f)
        if b == 0:
            if change > 0:
                states[m] = ("better",)
            elif change < 0:
                states[m] = ("worse",) if zero_worse else ("same", "worse")
            else:
                states[m] = ("same",)
            continue
        r = change / b * 100
        if r > improved_by or (r == improved_by and not improved_strict):
            states[m] = ("better",)
        elif -r > worse_by or (-r == worse_by and not worse_strict):
            states[m] = ("worse",)
        else:
            states[m] = ("same",)
    answers = set()
    for combination in product(*states.values()):
        what = dict(zip(states, combination, strict=True))
        better = sum(s == "better" for s in what.values())
        worse = sum(s == "worse" for m, s in what.items() if not (m == "mmt" and mmt == "ignored"))
        vetoed = mmt == "veto" and what.get("mmt") == "worse"
        answers.add(better >= enough and worse <= allowed and not vetoed)
    verdict = "U" if len(answers) == 2 else "Y" if True in answers else "N"
    seen = {m: s[0] for m, s in states.items() if len(s) == 1}
    improved = sum(s == "better" for s in seen.values())
    worsened = sum(s == "worse" for m, s in seen.items() if not (m == "mmt" and mmt == "ignored"))
    return verdict, improved, worsened


POINTS = {
    "phga": ("0", "7.5", "15", "17.5", "20"),
    "ptga": ("0", "2.5", "5", "7.5", "10"),
    "mmt": ("0", "10", "20", "27.5", "32.5"),
    "haq": ("0", "5", "7.5", "7.5", "10"),
    "enz": ("0", "2.5", "5", "7.5", "7.5"),
    "exm": ("0", "7.5", "12.5", "15", "20"),
}


def tis(values):
    """Points a measure (None where missing), lower and upper. `values`: measure -> (baseline, follow-up, range)."""
    points = {}
    for m, (b, f, scale) in values.items():
        if b is None or f is None or scale is None:
            points[m] = None
            continue
        percent = ((f - b) if m == "mmt" else (b - f)) / scale * 100
        level = sum(percent > edge for edge in ((2, 10, 20, 30) if m == "mmt" else (5, 15, 25, 40)))
        points[m] = Fraction(POINTS[m][level])
    lower = sum((p for p in points.values() if p is not None), Fraction(0))
    upper = sum((Fraction(POINTS[m][4]) if p is None else p for m, p in points.items()), Fraction(0))
    return points, lower, upper
