"""
The response criteria once more, slowly, in plain fractions, each from the words of its source.

Nothing here is shared with the package. What is missing is really tried out: every state it could have been in.
"""

from fractions import Fraction
from itertools import product

from catalog.oracle import POINTS


def letter(answers):
    """Y or N where every possibility agrees, else U."""
    return "U" if len(answers) > 1 else "Y" if True in answers else "N"


def moved(b, f, rises):
    """Better (positive) or worse (negative) in percent of baseline; "up", "down" or 0 where baseline is nothing."""
    change = (f - b) if rises else (b - f)
    if b == 0:
        return "up" if change > 0 else "down" if change < 0 else Fraction(0)
    return change / b * 100


def states(b, f, rises, rule):
    """What a measure may be: better, same, worse."""
    if b is None or f is None:
        return ("better", "same", "worse")
    by = moved(b, f, rises)
    if by == "up":
        return ("better",)
    if by == "down":
        return ("worse",) if rule["zero_worse"] else ("same", "worse")
    if by > 0 and (by > rule["better"] or (by == rule["better"] and not rule["better_strict"])):
        return ("better",)
    if by < 0 and (-by > rule["worse"] or (-by == rule["worse"] and not rule["worse_strict"])):
        return ("worse",)
    return ("same",)


def printo(pairs, rule):
    """Ruperto 2010 from memory: 3 of 6 by 20 %, no more than one worse by more than 30 %, and that one not strength."""
    every = {m: states(b, f, m in ("cmas", "chq"), rule) for m, (b, f) in pairs.items()}
    answers = set()
    for combination in product(*every.values()):
        now = dict(zip(every, combination, strict=True))
        better = [m for m in now if now[m] == "better"]
        worse = [m for m in now if now[m] == "worse" and not (m == "cmas" and rule["strength"] == "ignored")]
        vetoed = rule["strength"] == "veto" and now["cmas"] == "worse"
        answers.add(len(better) >= 3 and len(worse) <= 1 and not vetoed)
    return letter(answers)


def acr(pairs, percent):
    """Tender and swollen joints improved, and three of the other five."""
    rule = {"better": percent, "better_strict": False, "worse": 10**9, "worse_strict": False, "zero_worse": True}
    every = {m: states(b, f, False, rule) for m, (b, f) in pairs.items()}
    answers = set()
    for combination in product(*[[s == "better" for s in found] for found in every.values()]):
        now = dict(zip(every, combination, strict=True))
        others = [m for m in now if m not in ("tjc", "sjc") and now[m]]
        answers.add(now["tjc"] and now["sjc"] and len(others) >= 3)
    return letter(answers)


def both(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def either(*truths):
    return True if True in truths else None if None in truths else False


def deterioration(base, first, second, rule):
    """ProDERM Figure 1: the same clause at both visits; each clause true, false or not known."""
    held = [_clauses(base, visit, rule) for visit in (first, second)]
    same = either(*(both(a, b) for a, b in zip(*held, strict=True)))
    any_at = [either(*clauses) for clauses in held]
    if same is True:
        return "Y"
    if rule["different"] == "not_confirmed":
        return {False: "N", None: "U"}[same]
    anyhow = both(*any_at)
    if rule["different"] == "confirmed":
        return {True: "Y", False: "N", None: "U"}[anyhow]
    return "N" if same is False and anyhow is False else "U"


def _clauses(base, now, rule):
    def worse_by(m):
        b, f = base[m], now[m]
        return None if b is None or f is None else (b - f) if m == "mmt" else (f - b)

    def share(m, percent):
        by = worse_by(m)
        if by is None:
            return None
        if base[m] == 0:
            return False if by <= 0 else True if rule["zero_worse"] else None
        return by > 0 and by / base[m] * 100 >= percent

    def strength():
        by = worse_by("mmt")
        return None if by is None else by > 0 and (base["mmt"] == 0 or by / base["mmt"] * 100 >= 20)

    def far(m):
        by = worse_by(m)
        return None if by is None else by >= 2

    shares = [share(m, 30) for m in ("phga", "ptga", "mmt", "haq", "exm")]
    sure, open_ = shares.count(True), shares.count(None)
    several = True if sure >= 3 else None if sure + open_ >= 3 else False
    return both(far("phga"), strength()), far("exm"), several


def sparing(before, now, pulse, response, rule):
    """Half the dose or 7.5 mg; a low baseline is judged as declared; a pulse rules it out; disease where asked for."""

    def judged(b, f):
        reduced = b > 0 and f <= b / 2
        low = f <= Fraction(15, 2)
        if rule["when"] != "reduction" and b <= Fraction(15, 2):
            if rule["already_low"] == "not_evaluable":
                return None if low else False
            return low and (rule["already_low"] == "counts" or f <= b)
        return {"reduction": reduced, "low_dose": low, "either": reduced or low, "both": reduced and low}[rule["when"]]

    # What a dose that is not known could have been: anything, so every kind of dose is tried.
    tried = [Fraction(0), Fraction(1, 100), Fraction(15, 2), Fraction(76, 10), Fraction(1000), Fraction(10**6)]
    befores = [before] if before is not None else tried + ([now, now * 2] if now is not None else [])
    nows = [now] if now is not None else tried + ([before, before / 2] if before is not None else [])
    answers = set()
    for b, f in product(befores, nows):
        for p in [pulse] if pulse is not None else [0, 1]:
            for r in [response] if response is not None else [0, 1]:
                dose = judged(b, f)
                beside = not (rule["pulse"] and p) and not (rule["disease"] and not r)
                answers |= {True, False} if dose is None and beside else {bool(dose) and beside}
    return letter(answers)


def bohan(flags, certainty, disease):
    """Table 1: with the rash 3, 2, 1 of the four muscle criteria, without it 4, 3, 2."""
    names = ("weakness", "enzymes", "emg", "biopsy", "rash")
    place = ("definite", "probable", "possible").index(certainty)
    answers = set()
    for tried in product(*[[flags[n]] if flags[n] is not None else [0, 1] for n in names]):
        muscle, rash = sum(tried[:4]), tried[4]
        needed = (3, 2, 1)[place] if rash else (4, 3, 2)[place]
        wanted = disease == "either" or (disease == "dermatomyositis") == bool(rash)
        answers.add(muscle >= needed and wanted and flags["excluded"] != 1)
    return letter(answers)


WITHOUT = {
    "age18_40": "1.3", "age40plus": "2.1", "weak_prox_upper": "0.7", "weak_prox_lower": "0.8",
    "neck_flexors_weaker": "1.9", "legs_proximal_weaker": "0.9", "heliotrope": "3.1", "gottron_papules": "2.1",
    "gottron_sign": "3.3", "dysphagia": "0.7", "anti_jo1": "3.9", "enzymes": "1.3",
}  # fmt: skip
WITH = {
    "age18_40": "1.5", "age40plus": "2.2", "weak_prox_upper": "0.7", "weak_prox_lower": "0.5",
    "neck_flexors_weaker": "1.6", "legs_proximal_weaker": "1.2", "heliotrope": "3.2", "gottron_papules": "2.7",
    "gottron_sign": "3.7", "dysphagia": "0.6", "anti_jo1": "3.8", "enzymes": "1.4", "bx_endomysial": "1.7",
    "bx_perimysial": "1.2", "bx_perifascicular": "1.9", "bx_rimmed_vacuoles": "3.1",
}  # fmt: skip


def iim(flags, certainty):
    """The points of what is present; cut-offs 5.3, 5.5, 7.5 without and 6.5, 6.7, 8.7 with biopsy."""
    biopsy = flags["biopsy_available"]
    if biopsy is None:
        return "U", None
    points = WITH if biopsy else WITHOUT
    place = ("possible", "probable", "definite").index(certainty)
    needed = Fraction((("6.5", "6.7", "8.7") if biopsy else ("5.3", "5.5", "7.5"))[place])
    features = [f for f in points if not f.startswith("age")]
    least = sum((Fraction(points[f]) for f in features if flags[f] == 1), Fraction(0))
    most = least + sum((Fraction(points[f]) for f in features if flags[f] is None), Fraction(0))
    # An onset is under 18, from 18 to under 40, or later: what the two answers leave possible. Both yes: the later.
    early, late = flags["age18_40"], flags["age40plus"]
    onsets = {Fraction(points["age18_40"])} if early else {Fraction(0)}
    if early is None:
        onsets.add(Fraction(points["age18_40"]))
    if late == 1:
        onsets = {Fraction(points["age40plus"])}
    elif late is None and not early:
        onsets.add(Fraction(points["age40plus"]))
    least, most = least + min(onsets), most + max(onsets)
    return letter({least >= needed, most >= needed}), least


def amyopathic(flags, months, certainty, subtype):
    """Typical skin, confirmed by biopsy, no weakness, no early treatment, six or 24 months; tests normal or not."""
    names = ("skin", "skin_biopsy", "weakness", "enzymes", "emg", "biopsy", "mri", "early_treatment")
    answers = set()
    lasting = [months] if months is not None else [Fraction(0), Fraction(10**6)]
    for tried in product(lasting, *[[flags[n]] if flags[n] is not None else [0, 1] for n in names]):
        lasted, skin, skin_biopsy, weakness, *tests, early = tried
        clinically = skin and skin_biopsy and not weakness and not early
        enough = lasted >= (24 if certainty == "confirmed" else 6)
        kind = "hypomyopathic" if any(tests) else "amyopathic"
        answers.add(bool(clinically and enough and subtype in ("either", kind)))
    return letter(answers)


def refractory(row, reading):
    """The record's words: at least 3 months, failed or not tolerated, stable more than 3 months, below 1 mg/kg."""
    numbers = {"months": [0, 10**6], "stable_months": [0, 10**6], "gc_mg_per_kg": [0, 10**6]}
    numbers |= {"improved": [0, 6], "worse": [0, 6], "failed": [None], "intolerant": [0, 1]}
    names = list(numbers)
    answers = set()
    for tried in product(*[[row[n]] if row[n] is not None else numbers[n] for n in names]):
        now = dict(zip(names, tried, strict=True))
        failed = now["failed"]
        if failed is None:
            few = now["improved"] < 3 if reading == "fewer_than_three" else 6 - now["improved"] >= 3
            failed = few or now["worse"] > 2
        entry = now["stable_months"] > 3 and now["gc_mg_per_kg"] < 1
        answers.add(bool(now["months"] >= 3 and (failed or now["intolerant"]) and entry))
    return letter(answers)


def attainable(values):
    """The 2016 score with every measure at its best end; the most where baseline or scale is not known."""
    total = Fraction(0)
    for m, (b, _f, scale) in values.items():
        if scale is None or b is None:
            total += Fraction(POINTS[m][4])
            continue
        percent = ((scale - b) if m == "mmt" else b) / scale * 100
        level = sum(percent > edge for edge in ((2, 10, 20, 30) if m == "mmt" else (5, 15, 25, 40)))
        total += Fraction(POINTS[m][level])
    return total
